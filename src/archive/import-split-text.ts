import { asBuffer } from '../base/bytes.ts'
import { LedgerError } from '../base/errors.ts'
import { exportBlockBytesMax } from '../base/limits.ts'

type Mode = 'normal' | 'string' | 'symbol' | 'long' | 'line-comment' | 'block-comment'

const quote = 34
const apostrophe = 39
const star = 42
const slash = 47
const backslash = 92
const openBrace = 123

/** The scan may need so many bytes beyond the one it looks at. */
const lookAhead = 2

/**
 * Cuts Ion text, which JSON and JSON Lines are too, into its top-level containers without parsing it, from chunks of any
 * size. What stands before a container (annotations, version markers) stays with it; blanks and comments between
 * containers are dropped, however long. Holds one container at a time: throws LedgerError 'export/limit' for a larger
 * one than `bytesMax`, and 'ion/malformed' for a bracket that closes nothing.
 */
export class TextSplitter {
  readonly #bytesMax: number
  #mode: Mode = 'normal'
  #depth = 0
  /** Inside of `{{…}}`, where a slash is base64 and begins no comment. */
  #inLob = false
  /** The comment stands between containers: nothing of it is kept. */
  #dropsComment = false
  /** What has come of the container that has begun. */
  #parts: Buffer[] = []
  #heldBytes = 0
  /** The last bytes of a chunk, left for the next one. */
  #rest: Buffer = Buffer.alloc(0)
  /** In the bytes being scanned: from where on they are kept; -1 between containers. */
  #start = -1

  constructor(bytesMax = exportBlockBytesMax) {
    this.#bytesMax = bytesMax
  }

  /** The containers that this chunk completes, to be taken before the next chunk is given; a fault comes after them. */
  *push(chunk: Uint8Array): Generator<Buffer> {
    const bytes = this.#rest.length === 0 ? asBuffer(chunk) : Buffer.concat([this.#rest, chunk])
    yield* this.#scan(bytes, Math.max(0, bytes.length - lookAhead))
  }

  /** What is left at the end: a container that the last bytes complete; `rest` is a scalar, or one that is not closed. */
  end(): { readonly found: readonly Buffer[]; readonly rest: Buffer; readonly isOpen: boolean } {
    const found = [...this.#scan(Buffer.concat([this.#rest, Buffer.alloc(lookAhead, 10)]), this.#rest.length)]
    const isOpen = this.#depth > 0 || !(this.#mode === 'normal' || this.#mode === 'line-comment')
    return { found, rest: Buffer.concat(this.#parts), isOpen }
  }

  *#scan(bytes: Buffer, end: number): Generator<Buffer> {
    const isInside = this.#heldBytes > 0 || this.#depth > 0 || (this.#mode !== 'normal' && !this.#dropsComment)
    this.#start = isInside ? 0 : -1
    let at = 0
    while (at < end) {
      if (this.#mode !== 'normal') {
        at = this.#scanQuiet(bytes, at, end)
        continue
      }
      const byte = bytes[at] as number
      if (this.#start === -1 && !isBlank(byte)) this.#start = at
      const closes = byte === 125 || byte === 93 || byte === 41
      at = this.#step(byte, bytes, at)
      if (!closes || this.#depth > 0) continue
      if (this.#depth < 0) throw new LedgerError('ion/malformed', `a '${String.fromCharCode(byte)}' closes nothing`)
      this.#keep(bytes.subarray(this.#start, at))
      const found = Buffer.concat(this.#parts)
      this.#parts = []
      this.#heldBytes = 0
      this.#start = -1
      yield found
    }
    if (this.#start !== -1) this.#keep(bytes.subarray(this.#start, at))
    this.#rest = bytes.subarray(at)
  }

  /** Takes one byte in, and those that belong to it; returns the place of the next. */
  #step(byte: number, bytes: Buffer, at: number): number {
    switch (byte) {
      case quote:
        this.#mode = 'string'
        return at + 1
      case apostrophe: {
        const isLong = bytes[at + 1] === apostrophe && bytes[at + 2] === apostrophe
        this.#mode = isLong ? 'long' : 'symbol'
        return at + (isLong ? 3 : 1)
      }
      case slash:
        return this.#inLob ? at + 1 : this.#openComment(bytes, at)
      case openBrace:
        this.#inLob = bytes[at + 1] === openBrace
        this.#depth += this.#inLob ? 2 : 1
        return at + (this.#inLob ? 2 : 1)
      case 91:
      case 40:
        this.#depth += 1
        return at + 1
      case 125:
      case 93:
      case 41:
        this.#inLob = false
        this.#depth -= 1
        return at + 1
      default:
        return at + 1
    }
  }

  #openComment(bytes: Buffer, at: number): number {
    const next = bytes[at + 1]
    if (next !== slash && next !== star) return at + 1
    this.#mode = next === slash ? 'line-comment' : 'block-comment'
    this.#dropsComment = this.#depth === 0 && this.#heldBytes === 0 && this.#start === at
    if (this.#dropsComment) this.#start = -1
    return at + 2
  }

  /** Through a string or comment to its end, or to `end`. */
  #scanQuiet(bytes: Buffer, from: number, end: number): number {
    const mode = this.#mode
    let at = from
    while (at < end) {
      const byte = bytes[at] as number
      at += 1
      if (byte === backslash && (mode === 'string' || mode === 'symbol' || mode === 'long')) at += 1
      else if (mode === 'string' ? byte === quote : mode === 'symbol' && byte === apostrophe) break
      else if (mode === 'long' && byte === apostrophe && bytes[at] === apostrophe && bytes[at + 1] === apostrophe) {
        at += 2
        break
      } else if (mode === 'line-comment' ? byte === 10 || byte === 13 : isCommentEnd(mode, byte, bytes[at])) {
        if (mode === 'block-comment') at += 1
        break
      }
      if (at < end) continue
      return at
    }
    this.#mode = 'normal'
    this.#dropsComment = false
    return at
  }

  #keep(bytes: Buffer): void {
    this.#heldBytes += bytes.length
    if (this.#heldBytes > this.#bytesMax) throw tooLarge(this.#bytesMax)
    if (bytes.length > 0) this.#parts.push(bytes)
  }
}

/** One value of a file is larger than what is read into memory at once. */
export function tooLarge(bytesMax: number): LedgerError {
  return new LedgerError('export/limit', `a value is larger than ${bytesMax} bytes`)
}

function isCommentEnd(mode: Mode, byte: number, next: number | undefined): boolean {
  return mode === 'block-comment' && byte === star && next === slash
}

function isBlank(byte: number): boolean {
  return byte === 32 || (byte >= 9 && byte <= 13) || byte === 0xef || byte === 0xbb || byte === 0xbf
}
