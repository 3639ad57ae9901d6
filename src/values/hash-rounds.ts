import { hashBegin, hashEnd } from './byte-stack.ts'
import { type HashMoves, hasQuestion } from './hash-moves.ts'
import { sha256Bytes } from './sha256.ts'
import { Sha256Lanes } from './sha256-lanes.ts'

/** Sentinel: no such offset, struct or round. */
export const none = -1

const alignment = 64
/** What of HashMoves.escape's result is a place. */
export const placeBits = hasQuestion - 1
/** Rounds of one run; deeper nesting is left to ion-hash.ts. */
export const roundsMax = 64

/** What a task's first word says; the others are its operands. */
const joinTask = 0
const structTask = 1
const fieldTask = 2
const taskWords = 6

export interface HashRoundsSizes {
  readonly inputBytes: number
  readonly messageBytes: number
  readonly digests: number
  /** Without WebAssembly. */
  readonly isPlain?: boolean
}

/**
 * Writes the message of a field at `messageAt`, from the four words that `addField` was given; returns its end, or `none`
 * when it has no room. HashRounds calls it in the field's round, when the structs in its value have their hashes.
 */
export type SerializeField = (symbols: number, id: number, valueAt: number, struct: number) => number

/**
 * The hashes of many values, computed together: all messages that need no other digest in the first round, those that
 * need only digests of earlier rounds in the ones after it. So each round has many messages for the lanes
 * (sha256-lanes.ts). Everything lies in one memory, and a number stands for a place in it.
 */
export class HashRounds {
  readonly bytes: Uint8Array
  /** Where the next message begins: a multiple of 64. What lies from there up to `messagesEnd` is free. */
  messageAt: number
  readonly messagesEnd: number
  readonly moves: HashMoves
  readonly #lanes: Sha256Lanes
  readonly #messagesAt: number
  readonly #inputAt: number
  readonly #inputEnd: number
  #inputUsed: number
  readonly #digestsAt: number
  readonly #digestsEnd: number
  #digestsUsed: number
  /** Structs in the order of their beginnings: where their fields' digests are listed, how many, the struct after it. */
  structCount = 0
  readonly #structFields: number[] = []
  readonly #structSizes: number[] = []
  readonly #structNext: number[] = []
  readonly #fieldDigests: number[] = []
  #fieldDigestCount = 0
  /** By round: its tasks, `taskWords` numbers each, and how many numbers that are. */
  readonly #tasks: number[][] = Array.from({ length: roundsMax }, () => [])
  readonly #taskSizes: number[] = Array.from({ length: roundsMax }, () => 0)
  #rounds = 0
  #isWhole = true
  readonly #serializeField: SerializeField

  constructor({ inputBytes, messageBytes, digests, isPlain = false }: HashRoundsSizes, serializeField: SerializeField) {
    this.#serializeField = serializeField
    const digestBytes = digests * sha256Bytes
    this.#lanes = new Sha256Lanes(inputBytes + digestBytes + messageBytes + 2 * alignment, isPlain)
    this.bytes = this.#lanes.bytes
    this.moves = this.#lanes.moves
    this.#inputAt = this.#lanes.start
    this.#inputEnd = this.#inputAt + inputBytes
    this.#digestsAt = aligned(this.#inputEnd)
    this.#digestsEnd = this.#digestsAt + digestBytes
    this.#messagesAt = aligned(this.#digestsEnd)
    this.messagesEnd = this.#messagesAt + messageBytes
    this.#inputUsed = this.#inputAt
    this.#digestsUsed = this.#digestsAt
    this.messageAt = this.#messagesAt
  }

  /** Forgets everything. */
  reset(): void {
    this.#inputUsed = this.#inputAt
    this.#digestsUsed = this.#digestsAt
    this.structCount = 0
    this.#fieldDigestCount = 0
    this.#taskSizes.fill(0)
    this.#rounds = 0
  }

  /** Copies input into the memory; `none` when it has no room there. */
  load(input: Uint8Array): number {
    const at = this.#inputUsed
    if (input.length > this.#inputEnd - at) return none
    this.bytes.set(input, at)
    this.#inputUsed = at + input.length
    return at
  }

  /** A place for a digest; `none` when there is no more. */
  digestPlace(): number {
    const at = this.#digestsUsed
    if (at === this.#digestsEnd) return none
    this.#digestsUsed = at + sha256Bytes
    return at
  }

  /** Takes what stands from `messageAt` to `end` as a message. */
  addMessage(end: number, to: number): void {
    this.messageAt = aligned(this.#lanes.add(this.messageAt, end - this.messageAt, to))
  }

  /** Sees to it that a message of so many bytes, without escapes, has room; false when it never has. */
  reserve(length: number): boolean {
    const needed = 2 * length + 2 * alignment
    if (this.messageAt + needed <= this.messagesEnd) return true
    this.flush()
    return this.messageAt + needed <= this.messagesEnd
  }

  /** Hashes the messages so far: their room is free again. */
  flush(): void {
    this.#lanes.run()
    this.messageAt = this.#messagesAt
  }

  /** A struct begins; its fields' digests are listed by `endStruct`. */
  beginStruct(): number {
    this.structCount += 1
    return this.structCount - 1
  }

  /** The last `count` of `digests` before `end` are those of its fields. */
  endStruct(struct: number, digests: readonly number[], end: number, count: number): void {
    this.#structFields[struct] = this.#fieldDigestCount
    this.#structSizes[struct] = count
    this.#structNext[struct] = this.structCount
    for (let index = end - count; index < end; index += 1) {
      this.#fieldDigests[this.#fieldDigestCount] = digests[index] as number
      this.#fieldDigestCount += 1
    }
  }

  /** The struct after this one and all in it. */
  nextStruct(struct: number): number {
    return this.#structNext[struct] as number
  }

  /** QLDB's dot (join-hashes.ts) of two digests that are there after the rounds before `round`; gives its place. */
  join(left: number, right: number, round: number): number {
    const to = this.digestPlace()
    if (to === none) return none
    if (round === 0) {
      if (!this.reserve(2 * sha256Bytes)) return none
      this.addMessage(this.#pushJoin(left, right), to)
      return to
    }
    return this.#addTask(round, to, joinTask, left, right)
  }

  /** The hash of a struct whose fields' digests are there after the rounds before `round`. */
  hashOfStruct(struct: number, round: number): number {
    const to = this.digestPlace()
    return to === none ? none : this.#addTask(round, to, structTask, struct)
  }

  /** A field whose value has structs in it: serializeField gets the four words when they are hashed. */
  addField(round: number, to: number, symbols: number, id: number, valueAt: number, struct: number): number {
    return this.#addTask(round, to, fieldTask, symbols, id, valueAt, struct)
  }

  #addTask(round: number, to: number, kind: number, a = 0, b = 0, c = 0, d = 0): number {
    if (round >= roundsMax) return none
    const tasks = this.#tasks[round] as number[]
    const at = this.#taskSizes[round] as number
    tasks[at] = kind
    tasks[at + 1] = to
    tasks[at + 2] = a
    tasks[at + 3] = b
    tasks[at + 4] = c
    tasks[at + 5] = d
    this.#taskSizes[round] = at + taskWords
    this.#rounds = Math.max(this.#rounds, round)
    return to
  }

  /** How many words each round has: to go back to by `forgetTasks`. */
  taskSizes(): readonly number[] {
    return this.#taskSizes.slice(0, this.#rounds + 1)
  }

  forgetTasks(sizes: readonly number[]): void {
    for (let round = 0; round <= this.#rounds; round += 1) this.#taskSizes[round] = sizes[round] ?? 0
  }

  /** Works out everything: the digests are where they were promised, unless this says that some had no room. */
  runRounds(): boolean {
    this.#isWhole = true
    this.#lanes.run()
    for (let round = 1; round <= this.#rounds; round += 1) {
      this.messageAt = this.#messagesAt
      const tasks = this.#tasks[round] as number[]
      const size = this.#taskSizes[round] as number
      for (let at = 0; at < size; at += taskWords) this.#perform(tasks, at)
      this.#lanes.run()
    }
    this.messageAt = this.#messagesAt
    return this.#isWhole
  }

  #perform(tasks: readonly number[], at: number): void {
    const kind = tasks[at]
    const to = tasks[at + 1] as number
    const a = tasks[at + 2] as number
    const b = tasks[at + 3] as number
    let end: number = none
    if (kind === joinTask) {
      if (this.reserve(2 * sha256Bytes)) end = this.#pushJoin(a, b)
    } else if (kind === structTask) {
      if (this.reserve((this.#structSizes[a] as number) * sha256Bytes)) end = this.pushStruct(a, this.messageAt)
    } else {
      const c = tasks[at + 4] as number
      const d = tasks[at + 5] as number
      end = this.#serializeField(a, b, c, d)
      if (end === none) {
        this.flush()
        end = this.#serializeField(a, b, c, d)
      }
    }
    if (end === none) this.#isWhole = false
    else this.addMessage(end, to)
  }

  /** How long pushStruct's form can get. */
  structBytesMax(struct: number): number {
    return 2 * sha256Bytes * (this.#structSizes[struct] as number) + 3
  }

  /** Writes a struct's form at `at`: the hashes of its fields in the order of their bytes; returns its end. */
  pushStruct(struct: number, at: number): number {
    const { bytes } = this
    const digests = this.#fieldDigests
    const first = this.#structFields[struct] as number
    const end = first + (this.#structSizes[struct] as number)
    sortDigests(bytes, digests, first, end)
    bytes[at] = hashBegin
    bytes[at + 1] = 0xd0
    let to = at + 2
    for (let index = first; index < end; index += 1) {
      const digest = digests[index] as number
      to = this.moves.escape(digest, digest + sha256Bytes, to) & placeBits
    }
    bytes[to] = hashEnd
    return to + 1
  }

  #pushJoin(left: number, right: number): number {
    const { messageAt } = this
    this.moves.pair(left, right, messageAt)
    return messageAt + 2 * sha256Bytes
  }

  /** Whether the digests at two places are the same. */
  isSameDigest(one: number, other: number): boolean {
    return this.moves.differ(one, other) === 0
  }
}

function aligned(at: number): number {
  return (at + alignment - 1) & -alignment
}

/** By insertion: structs have few fields, and larger ones are sorted by the library. */
function sortDigests(bytes: Uint8Array, digests: number[], first: number, end: number): void {
  if (end - first > 32) {
    const sorted = digests.slice(first, end).sort((one, other) => (isBefore(bytes, one, other) ? -1 : 1))
    for (let index = first; index < end; index += 1) digests[index] = sorted[index - first] as number
    return
  }
  for (let index = first + 1; index < end; index += 1) {
    const digest = digests[index] as number
    let at = index
    for (; at > first && isBefore(bytes, digest, digests[at - 1] as number); at -= 1)
      digests[at] = digests[at - 1] as number
    digests[at] = digest
  }
}

/** The order of a struct's fields: unsigned bytes from the first on. */
function isBefore(bytes: Uint8Array, one: number, other: number): boolean {
  for (let index = 0; index < sha256Bytes; index += 1) {
    const difference = (bytes[one + index] as number) - (bytes[other + index] as number)
    if (difference !== 0) return difference < 0
  }
  return false
}
