import { isUtf8 } from 'node:buffer'
import { LedgerError } from '../base/errors.ts'
import { inputRowBytesMax } from '../base/limits.ts'
import type { ByteSource } from './byte-source.ts'

/** UTF-8 as text. Throws LedgerError 'file/not-text'. */
export function textOf(bytes: Buffer, start: number, end: number, path: string, line: number): string {
  const text = bytes.toString('utf8', start, end)
  // The replacement character stands for damage unless it was in the text itself.
  if (text.includes('\ufffd') && !isUtf8(bytes.subarray(start, end)))
    throw new LedgerError('file/not-text', `'${path}' is not UTF-8 text, seen in line ${line}`)
  return text
}

export function tooLarge(path: string, line: number): LedgerError {
  return new LedgerError(
    'file/malformed',
    `'${path}': a value of more than ${inputRowBytesMax} bytes begins in line ${line}`,
  )
}

/** The last unit of the first line end outside of quotes; undefined when none is complete in this chunk. */
function findLineEnd(chunk: Buffer, state: { isQuoted: boolean; last: number }): number | undefined {
  for (const byte of chunk) {
    if (state.last === carriageReturn) return byte === lineFeed ? lineFeed : carriageReturn
    if (byte === quote) state.isQuoted = !state.isQuoted
    state.last = state.isQuoted ? 0 : byte
    if (state.last === lineFeed) return lineFeed
  }
  return undefined
}

const lineFeed = 10
const carriageReturn = 13
const quote = 34

/** The lines of a text file without their `\n`, one at a time; skips a byte order mark. */
export class TextLines {
  readonly path: string
  readonly #source: ByteSource
  #endUnit = lineFeed
  #chunk: Buffer = Buffer.alloc(0)
  #at = 0
  /** Of the line given last, from 1. */
  line = 0
  /** Where that line lies, without its end. */
  bytes: Buffer = Buffer.alloc(0)
  start = 0
  end = 0

  constructor(source: ByteSource, path: string) {
    this.#source = source
    this.path = path
  }

  /** Whether lines end with CR alone: see detectLineEnd. */
  get isEndedByCr(): boolean {
    return this.#endUnit === carriageReturn
  }

  /** What stood at the end of each line but the last. */
  get lineEnd(): string {
    return this.isEndedByCr ? '\r' : '\n'
  }

  /** Takes the first line end of the file, outside of double quotes, for the end of all lines. Call it before next(). */
  detectLineEnd(): void {
    const parts: Buffer[] = []
    const state = { isQuoted: false, last: 0 }
    let found: number | undefined
    for (let length = 0; found === undefined && length <= inputRowBytesMax; length += parts.at(-1)?.length ?? 0) {
      const chunk = this.#source.read()
      if (chunk === undefined) break
      parts.push(Buffer.from(chunk))
      found = findLineEnd(chunk, state)
    }
    this.#endUnit = found ?? (state.last === carriageReturn ? carriageReturn : lineFeed)
    this.#chunk = Buffer.concat(parts)
  }

  next(): string | undefined {
    return this.advance() ? this.text() : undefined
  }

  /** To the next line, which lies in `bytes` from `start` to `end`; false at the end of the file. */
  advance(): boolean {
    const end = this.#chunk.indexOf(this.#endUnit, this.#at)
    if (end === -1) {
      if (!this.#advanceAcross()) return false
    } else {
      this.line += 1
      this.bytes = this.#chunk
      this.start = this.#at
      this.end = end
      this.#at = end + 1
    }
    if (this.line === 1 && isByteOrderMark(this.bytes, this.start, this.end)) this.start += 3
    return true
  }

  /** The line that was advanced to. Throws LedgerError 'file/not-text'. */
  text(): string {
    return textOf(this.bytes, this.start, this.end, this.path, this.line)
  }

  close(): void {
    this.#source.close()
  }

  /** A line that continues in the next chunks. */
  #advanceAcross(): boolean {
    const parts: Buffer[] = [Buffer.from(this.#chunk.subarray(this.#at))]
    let length = this.#chunk.length - this.#at
    for (;;) {
      const chunk = this.#source.read()
      const end = chunk?.indexOf(this.#endUnit) ?? -1
      if (chunk !== undefined) parts.push(end === -1 ? Buffer.from(chunk) : chunk.subarray(0, end))
      if (chunk === undefined || end !== -1) {
        const whole = Buffer.concat(parts)
        this.#chunk = chunk ?? Buffer.alloc(0)
        this.#at = end + 1
        if (chunk === undefined && whole.length === 0) return false
        this.line += 1
        this.bytes = whole
        this.start = 0
        this.end = whole.length
        return true
      }
      length += chunk.length
      if (length > inputRowBytesMax) throw tooLarge(this.path, this.line + 1)
    }
  }
}

function isByteOrderMark(bytes: Uint8Array, start: number, end: number): boolean {
  return end - start >= 3 && bytes[start] === 0xef && bytes[start + 1] === 0xbb && bytes[start + 2] === 0xbf
}
