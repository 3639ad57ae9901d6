import { compareBytes, copyBytes } from '../base/bytes.ts'
import { type Tree, treeRange } from './byte-tree.ts'
import { rangeBeyond } from './key-range.ts'
import type { KeyRange, RangeCursor, Snapshot } from './store.ts'

const removals = new WeakSet<Uint8Array>()

/** What stands in a tree of changes for a key that was removed: another one for each removal, so that they can be distinguished. */
export function newRemoval(): Uint8Array {
  const removal = new Uint8Array(0)
  removals.add(removal)
  return removal
}

export function isRemoval(value: Uint8Array): boolean {
  return value.length === 0 && removals.has(value)
}

const noBytes = new Uint8Array(0)

type Entry = readonly [key: Uint8Array, value: Uint8Array]

/**
 * The entries of a range of what is below, with changes over them. Keys are compared only between the first change and the
 * last: most of a table has none.
 */
export function mergedCursor(
  below: Pick<Snapshot, 'cursor'>,
  changes: Tree,
  range: KeyRange,
  isReleased: () => boolean,
): RangeCursor {
  const [first] = treeRange(changes, { ...range, reverse: false })
  if (first === undefined) return below.cursor(range)
  const [last] = treeRange(changes, { ...range, reverse: true }) as Iterable<Entry> as [Entry]
  const before = { start: range.start, end: first[0] }
  const behind = { start: rangeBeyond({ start: range.start, end: range.end }, last[0]).start, end: range.end }
  const middle = { start: first[0], end: behind.start }
  const mixed = () =>
    new MixedCursor(below.cursor({ ...middle, ...direction(range) }), changes, { ...middle, ...direction(range) })
  if (range.reverse !== true)
    return new JoinedCursor([() => below.cursor(before), mixed, () => below.cursor(behind)], isReleased)
  const beyond = { ...behind, reverse: true }
  return new JoinedCursor(
    [() => below.cursor(beyond), mixed, () => below.cursor({ ...before, reverse: true })],
    isReleased,
  )
}

function direction({ reverse }: KeyRange): { readonly reverse?: true } {
  return reverse === true ? { reverse } : {}
}

/** Cursors one after the other, each made when the one before has ended. */
class JoinedCursor implements RangeCursor {
  readonly #rest: (() => RangeCursor)[]
  #current: RangeCursor | undefined

  readonly #isReleased: () => boolean

  constructor(cursors: (() => RangeCursor)[], isReleased: () => boolean) {
    this.#rest = cursors
    this.#isReleased = isReleased
  }

  get bytes(): Uint8Array {
    return (this.#current as RangeCursor).bytes
  }

  get start(): number {
    return (this.#current as RangeCursor).start
  }

  get end(): number {
    return (this.#current as RangeCursor).end
  }

  next(): boolean {
    for (;;) {
      if (this.#isReleased()) return false
      if (this.#current?.next() === true) return true
      this.#current?.close()
      const make = this.#rest.shift()
      if (make === undefined) return false
      this.#current = make()
    }
  }

  key(): Uint8Array {
    return (this.#current as RangeCursor).key()
  }

  drop(): void {
    this.#current?.drop()
  }

  close(): void {
    this.#rest.length = 0
    this.#current?.close()
  }
}

/** Entries of both, where a change hides what is below it. */
class MixedCursor implements RangeCursor {
  readonly #below: RangeCursor
  readonly #changes: Iterator<Entry>
  readonly #isReverse: boolean
  #change: Entry | undefined
  #belowKey: Uint8Array | undefined
  #isChange = false
  bytes: Uint8Array = noBytes
  start = 0
  end = 0

  constructor(below: RangeCursor, changes: Tree, range: KeyRange) {
    this.#below = below
    this.#changes = treeRange(changes, range)
    this.#isReverse = range.reverse === true
    this.#nextChange()
    this.#nextBelow()
  }

  #nextChange(): void {
    const { done, value } = this.#changes.next()
    this.#change = done === true ? undefined : value
  }

  #nextBelow(): void {
    this.#belowKey = this.#below.next() ? this.#below.key() : undefined
  }

  next(): boolean {
    // The entry that was given last is passed now: its bytes were to stay until then.
    if (this.#isGiven) this.#pass()
    for (;;) {
      const order = this.#order()
      if (order === undefined) return false
      this.#isChange = order <= 0
      this.#hidesBelow = order === 0
      if (this.#isChange && isRemoval((this.#change as Entry)[1])) {
        this.#pass()
        continue
      }
      this.#give()
      return true
    }
  }

  #isGiven = false
  #hidesBelow = false

  /** Below 0 where the change comes first, 0 where both have one key; undefined at the end. */
  #order(): number | undefined {
    if (this.#change === undefined) return this.#belowKey === undefined ? undefined : 1
    if (this.#belowKey === undefined) return -1
    const order = compareBytes(this.#change[0], this.#belowKey)
    return this.#isReverse ? -order : order
  }

  #give(): void {
    this.#isGiven = true
    if (this.#isChange) {
      this.bytes = (this.#change as Entry)[1]
      this.start = 0
      this.end = this.bytes.length
      return
    }
    this.bytes = this.#below.bytes
    this.start = this.#below.start
    this.end = this.#below.end
  }

  #pass(): void {
    this.#isGiven = false
    if (this.#hidesBelow || !this.#isChange) this.#nextBelow()
    if (this.#isChange) this.#nextChange()
  }

  key(): Uint8Array {
    return copyBytes(this.#isChange ? (this.#change as Entry)[0] : (this.#belowKey as Uint8Array))
  }

  drop(): void {
    if (!this.#isChange) this.#below.drop()
  }

  close(): void {
    this.#below.close()
    this.#changes.return?.()
  }
}
