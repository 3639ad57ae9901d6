import { PackedRow } from '../../values/packed-row.ts'
import type { Value } from '../../values/value.ts'
import type { ResultFormat } from './result-format.ts'
import { jsonText } from './json-text.ts'

/** JSON Lines: one value a line. */
export class JsonLinesFormat implements ResultFormat {
  /** What the last values nearly took. */
  #size = 16 * 1024

  start(): string {
    return ''
  }

  values(values: readonly Value[]): string {
    let text = ''
    for (const value of values) text += jsonText(value) + '\n'
    return text
  }

  /** The same as UTF-8: rows whose fields' bytes are as they stood in their file are copied. */
  bytes(values: readonly Value[]): Buffer {
    let target: Buffer = Buffer.allocUnsafe(this.#size)
    let at = 0
    for (const value of values) {
      const end = value instanceof PackedRow ? value.writeJson(target, at) : -1
      if (end !== -1 && end < target.length) {
        target[end] = 10
        at = end + 1
        continue
      }
      const text = jsonText(value) + '\n'
      const length = Buffer.byteLength(text)
      if (at + length > target.length) target = grown(target, at, at + length)
      at += target.write(text, at)
    }
    this.#size = target.length
    return target.subarray(0, at)
  }

  end(): string {
    return ''
  }
}

function grown(bytes: Buffer, used: number, needed: number): Buffer {
  const larger = Buffer.allocUnsafe(Math.max(2 * bytes.length, needed))
  bytes.copy(larger, 0, 0, used)
  return larger
}

/** One array for each result, streamed with one value a line. A result that ended early leaves its array open. */
export class JsonFormat implements ResultFormat {
  #empty = true

  start(): string {
    this.#empty = true
    return '['
  }

  values(values: readonly Value[]): string {
    let text = ''
    for (const value of values) {
      text += `${this.#empty ? '\n' : ',\n'}  ${jsonText(value)}`
      this.#empty = false
    }
    return text
  }

  end(complete: boolean): string {
    if (!complete) return '\n'
    return this.#empty ? ']\n' : '\n]\n'
  }
}
