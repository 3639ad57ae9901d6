import type { LogFile, LogFiles } from '../../src/journal/log/log-files.ts'

/** A change that a disk may have taken or not. */
type Change =
  | { readonly kind: 'write'; readonly at: number; readonly bytes: Uint8Array }
  | { readonly kind: 'truncate'; readonly size: number }

interface Inode {
  /** What survives a loss of power, and what has changed since it was flushed. */
  durable: Uint8Array
  pending: Change[]
  /** What a process reads. */
  content: Uint8Array
}

/** What each name stands for after it: a renamed file changes two names at once. */
type NameChange = readonly (readonly [name: string, inode: Inode | undefined])[]

const sectorBytes = 512

/** The process has died: everything that it tries fails. */
export class Died extends Error {}

/**
 * Files in memory on a disk that may fail: at a given step a call fails or the process dies, and after a loss of power any of
 * the sectors written since the last flush may be there, whatever their order; names likewise.
 */
export class SimDisk implements LogFiles {
  readonly #names: Map<string, Inode>
  readonly #durableNames: Map<string, Inode>
  #pendingNames: NameChange[] = []
  readonly #place: Uint8Array
  /** Calls that change something, so far. */
  steps = 0
  /** Asked before each of them; what it throws is what the call throws. */
  onStep: (step: number, what: string) => void = () => undefined

  constructor(names: ReadonlyMap<string, Uint8Array> = new Map(), place = new Uint8Array(16)) {
    this.#place = place
    const inodes = [...names].map(([name, bytes]): [string, Inode] => [name, this.#inode(bytes)])
    this.#names = new Map(inodes)
    this.#durableNames = new Map(inodes)
  }

  #inode(bytes: Uint8Array): Inode {
    return { durable: bytes, pending: [], content: bytes }
  }

  /** What another process reads, or the same machine when this one has died. */
  contents(): Map<string, Uint8Array> {
    return new Map([...this.#names].map(([name, { content }]) => [name, content.slice()]))
  }

  /** What is there when the power is back: `takes` decides for each sector and each name. */
  afterPowerLoss(takes: () => boolean): SimDisk {
    const names = new Map(this.#durableNames)
    for (const change of this.#pendingNames) if (takes()) apply(change, names)
    return new SimDisk(new Map([...names].map(([name, inode]) => [name, survivor(inode, takes)])))
  }

  /** The same names and bytes, all of them durable. */
  afterDeath(): SimDisk {
    return new SimDisk(this.contents())
  }

  list(): readonly string[] {
    return [...this.#names.keys()]
  }

  open(name: string): LogFile {
    const inode = this.#names.get(name)
    if (inode === undefined) throw Object.assign(new Error(`no file ${name}`), { code: 'ENOENT' })
    return this.#file(inode)
  }

  create(name: string): LogFile {
    this.#step(`create ${name}`)
    if (this.#names.has(name)) throw Object.assign(new Error(`file ${name} exists`), { code: 'EEXIST' })
    const inode = this.#inode(new Uint8Array(0))
    this.#change([[name, inode]])
    return this.#file(inode)
  }

  #file(inode: Inode): LogFile {
    return new SimFile(
      inode,
      (what) => this.#step(what),
      (one) => [...this.#names.values()].includes(one),
    )
  }

  place(): Uint8Array {
    return this.#place
  }

  rename(from: string, to: string): void {
    this.#step(`rename ${from}`)
    const inode = this.#names.get(from)
    if (inode === undefined) throw Object.assign(new Error(`no file ${from}`), { code: 'ENOENT' })
    this.#change([
      [from, undefined],
      [to, inode],
    ])
  }

  remove(name: string): void {
    this.#step(`remove ${name}`)
    this.#change([[name, undefined]])
  }

  #change(change: NameChange): void {
    this.#pendingNames.push(change)
    apply(change, this.#names)
  }

  flushNames(): void {
    this.#step('flush names')
    for (const change of this.#pendingNames) apply(change, this.#durableNames)
    this.#pendingNames = []
  }

  #step(what: string): void {
    this.steps += 1
    this.onStep(this.steps, what)
  }
}

function apply(change: NameChange, names: Map<string, Inode>): void {
  for (const [name, inode] of change) {
    if (inode === undefined) names.delete(name)
    else names.set(name, inode)
  }
}

function survivor({ durable, pending }: Pick<Inode, 'durable' | 'pending'>, takes: () => boolean): Uint8Array {
  let bytes: Uint8Array = durable.slice()
  for (const change of pending) {
    if (change.kind === 'truncate') {
      if (takes()) bytes = resized(bytes, change.size)
      continue
    }
    const { at, bytes: written } = change
    // The size is known whole: a file system has it in its own journal.
    if (at + written.length > bytes.length && takes()) bytes = resized(bytes, at + written.length)
    for (let start = at; start < at + written.length; ) {
      const end = Math.min(at + written.length, (Math.floor(start / sectorBytes) + 1) * sectorBytes, bytes.length)
      if (end <= start) break
      if (takes()) bytes.set(written.subarray(start - at, end - at), start)
      start = end
    }
  }
  return bytes
}

function resized(bytes: Uint8Array, size: number): Uint8Array {
  const result = new Uint8Array(size)
  result.set(bytes.subarray(0, Math.min(size, bytes.length)))
  return result
}

class SimFile implements LogFile {
  readonly #inode: Inode
  readonly #step: (what: string) => void

  readonly #isNamed: (inode: Inode) => boolean

  constructor(inode: Inode, step: (what: string) => void, isNamed: (inode: Inode) => boolean) {
    this.#inode = inode
    this.#step = step
    this.#isNamed = isNamed
  }

  size(): number {
    return this.#inode.content.length
  }

  isNamed(): boolean {
    return this.#isNamed(this.#inode)
  }

  read(target: Uint8Array, at: number): void {
    if (at + target.length > this.#inode.content.length) throw new Error('the file ends before')
    target.set(this.#inode.content.subarray(at, at + target.length))
  }

  write(bytes: Uint8Array, at: number): void {
    this.#step('write')
    const { content } = this.#inode
    const grown = at + bytes.length > content.length ? resized(content, at + bytes.length) : content.slice()
    grown.set(bytes, at)
    this.#inode.content = grown
    this.#inode.pending.push({ kind: 'write', at, bytes: bytes.slice() })
  }

  writeDurably(bytes: Uint8Array, at: number): void {
    this.write(bytes, at)
    this.flush()
  }

  async writeDurablyLater(bytes: Uint8Array, at: number): Promise<void> {
    await Promise.resolve()
    this.writeDurably(bytes, at)
  }

  /** Where it fails the system forgets that the bytes are to be written: they are read, and no later flush writes them. */
  flush(): void {
    const { pending } = this.#inode
    this.#inode.pending = []
    this.#step('flush')
    this.#inode.durable = survivor({ durable: this.#inode.durable, pending }, () => true)
  }

  truncate(size: number): void {
    this.#step('truncate')
    this.#inode.content = resized(this.#inode.content, size)
    this.#inode.pending.push({ kind: 'truncate', size })
  }

  close(): void {}
}
