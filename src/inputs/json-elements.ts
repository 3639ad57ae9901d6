import { inputRowBytesMax } from '../base/limits.ts'
import type { Value } from '../values/value.ts'
import type { ByteSource } from './byte-source.ts'
import { type Excerpt, inFile, InputError, passOver, type RowWatch } from './input-error.ts'
import { JsonReader } from './json-reader.ts'
import { textOf, tooLarge } from './text-lines.ts'

const newline = 10
const quote = 34
const comma = 44
const openBracket = 91
const backslash = 92
const closeBracket = 93

/**
 * Cuts a JSON file into values without holding more than one of them: the elements of its one array, or its values one
 * after the other.
 */
export class JsonElements {
  readonly #source: ByteSource
  readonly #path: string
  readonly #reader = new JsonReader()
  #chunk: Buffer = Buffer.alloc(0)
  #at = 0
  #line = 1
  /** Where the line begins, counted from the chunk's first byte: negative when in a chunk before. */
  #lineStart = 0

  constructor(source: ByteSource, path: string) {
    this.#source = source
    this.#path = path
    if (this.#fill() && this.#chunk[0] === 0xef && this.#chunk[1] === 0xbb && this.#chunk[2] === 0xbf) {
      this.#at = 3
      this.#lineStart = 3
    }
  }

  close(): void {
    this.#source.close()
  }

  /** Whether an array begins here; goes past its bracket. */
  opensArray(): boolean {
    if (this.#skip() !== openBracket) return false
    this.#at += 1
    return true
  }

  /** The next of the values that stand one after the other; undefined at the end of the file. */
  next(): Value | undefined {
    return this.#skip() === -1 ? undefined : this.#read()
  }

  /** The elements of the array whose bracket was passed. */
  *elements(watch: RowWatch = {}): Generator<Value, undefined> {
    let isFirst = true
    for (;;) {
      let unit = this.#skip()
      if (unit === closeBracket && isFirst) break
      if (!isFirst) {
        if (unit === closeBracket) break
        if (unit === -1) this.#fail("the array is not closed with ']'")
        if (unit !== comma) this.#fail("expected ',' or ']' after an element of the array")
        this.#at += 1
        unit = this.#skip()
        if (unit === closeBracket) this.#fail("expected an element of the array, found ']'")
      }
      if (unit === -1) this.#fail("the array is not closed with ']'")
      isFirst = false
      const line = this.#line
      let value: Value
      try {
        value = this.#read()
      } catch (error) {
        passOver(error, watch)
        continue
      }
      watch.onLine?.(line)
      yield value
    }
    this.#at += 1
    if (this.#skip() === -1) return
    this.#fail('the file continues after its array', "a file of several values, one a line, is read as 'jsonl'")
  }

  /** The next chunk; false at the end. */
  #fill(): boolean {
    const chunk = this.#source.read()
    this.#lineStart -= this.#chunk.length
    this.#at = 0
    this.#chunk = chunk ?? Buffer.alloc(0)
    return chunk !== undefined
  }

  /** Past white space; the byte that stands there, -1 at the end. */
  #skip(): number {
    for (;;) {
      for (; this.#at < this.#chunk.length; this.#at += 1) {
        const byte = this.#chunk[this.#at] as number
        if (byte === newline) {
          this.#line += 1
          this.#lineStart = this.#at + 1
        } else if (byte !== 32 && byte !== 9 && byte !== 13) return byte
      }
      if (!this.#fill()) return -1
    }
  }

  #read(): Value {
    const line = this.#line
    const column = this.#at - this.#lineStart + 1
    const text = this.#extent()
    try {
      return this.#reader.read(text)
    } catch (error) {
      throw inFile(error, { path: this.#path, text, line, column })
    }
  }

  /** Past one value, well formed or not, and its text. */
  #extent(): string {
    const line = this.#line
    const state = { depth: 0, inString: false, isEscaped: false, newlines: 0, lastNewline: -1 }
    const parts: Buffer[] = []
    let length = 0
    for (;;) {
      const start = this.#at
      const end = endOfValue(this.#chunk, start, length === 0, state)
      const at = end === -1 ? this.#chunk.length : end
      this.#line = line + state.newlines
      if (state.lastNewline !== -1) this.#lineStart = state.lastNewline + 1
      state.lastNewline = -1
      this.#at = at
      length += at - start
      if (length > inputRowBytesMax) throw tooLarge(this.#path, line)
      if (end !== -1 && parts.length === 0) return textOf(this.#chunk, start, end, this.#path, line)
      parts.push(Buffer.from(this.#chunk.subarray(start, at)))
      if (end !== -1 || !this.#fill()) break
    }
    const whole = Buffer.concat(parts)
    return textOf(whole, 0, whole.length, this.#path, line)
  }

  #fail(message: string, help?: string): never {
    throw new InputError(message, this.#excerpt(), { start: 0, end: 1 }, { help })
  }

  /** What stands here up to the end of its line. */
  #excerpt(): Excerpt {
    const newlineAt = this.#chunk.indexOf(newline, this.#at)
    const end = Math.min(newlineAt === -1 ? this.#chunk.length : newlineAt, this.#at + 200)
    const text = this.#chunk.toString('utf8', this.#at, end)
    return { path: this.#path, text, line: this.#line, column: this.#at - this.#lineStart + 1 }
  }
}

interface ExtentState {
  depth: number
  inString: boolean
  isEscaped: boolean
  newlines: number
  /** The last newline seen in this chunk; -1 for none. */
  lastNewline: number
}

/** Where the value that began at `start`, or in a chunk before, ends in this chunk; -1 when it continues. */
function endOfValue(chunk: Buffer, start: number, isFirst: boolean, state: ExtentState): number {
  let { depth, inString, isEscaped } = state
  let end = -1
  let at = start
  for (; at < chunk.length; at += 1) {
    const byte = chunk[at] as number
    if (inString) {
      if (isEscaped) isEscaped = false
      else if (byte === backslash) isEscaped = true
      else if (byte === quote) {
        inString = false
        if (depth === 0) end = at + 1
      }
    } else if (byte === quote) {
      inString = true
    } else if (byte === openBracket || byte === 123) {
      depth += 1
    } else if (byte === closeBracket || byte === 125) {
      depth -= 1
      // A stray bracket ends the value before it, or is one itself so that reading continues.
      if (depth <= 0) end = depth === 0 || (isFirst && at === start) ? at + 1 : at
    } else if (depth === 0 && (byte === comma || byte <= 32)) {
      end = isFirst && at === start ? at + 1 : at
    }
    if (byte === newline && end === -1) {
      state.newlines += 1
      state.lastNewline = at
    }
    if (end !== -1) break
  }
  state.depth = depth
  state.inString = inString
  state.isEscaped = isEscaped
  return end
}
