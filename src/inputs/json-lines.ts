import type { Value } from '../values/value.ts'
import { inFile, passOver, type RowWatch } from './input-error.ts'
import { JsonReader } from './json-reader.ts'
import { JsonRowScanner } from './json-row-scanner.ts'
import type { TextLines } from './text-lines.ts'

/** JSON Lines (jsonlines.org): each line that is not blank is one JSON value, and one row. */
export function* readJsonLines(lines: TextLines, watch: RowWatch = {}): Generator<Value, undefined> {
  const reader = new JsonReader()
  const scanner = watch.isPassing === true ? new JsonRowScanner() : undefined
  try {
    while (lines.advance()) {
      if (scanner?.scan(lines.bytes, lines.start, lines.end) === true) {
        yield scanner.row
        continue
      }
      const text = lines.text()
      if (isBlank(text)) continue
      let value: Value
      try {
        value = reader.read(text)
      } catch (error) {
        passOver(inFile(error, { path: lines.path, text, line: lines.line, column: 1 }), watch)
        continue
      }
      watch.onLine?.(lines.line)
      yield value
    }
  } finally {
    lines.close()
  }
}

function isBlank(text: string): boolean {
  return text.length < 64 && text.trim() === ''
}
