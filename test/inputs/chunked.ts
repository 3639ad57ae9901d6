import { type Content, type InputFormat, readInput } from '../../src/inputs/input.ts'
import type { Value } from '../../src/values/value.ts'

/** Bytes in chunks of one size, each in the same memory, which is spoiled before the next: as a real file is read. */
export function chunked(bytes: Uint8Array, chunkBytes: number) {
  const memory = Buffer.alloc(chunkBytes)
  let at = 0
  return {
    isClosed: false,
    read(): Buffer | undefined {
      memory.fill(0x7f)
      const part = bytes.subarray(at, at + chunkBytes)
      at += part.length
      memory.set(part)
      return part.length === 0 ? undefined : memory.subarray(0, part.length)
    },
    close() {
      this.isClosed = true
    },
  }
}

/** All rows of a text or of bytes; a lone value as one row. */
export function readAll(input: string | Uint8Array, format: InputFormat | undefined, chunkBytes = 7): Value[] {
  const bytes = typeof input === 'string' ? Buffer.from(input) : input
  return rowsOf(readInput(chunked(bytes, chunkBytes), 'file', format))
}

export function rowsOf(content: Content): Value[] {
  if (content.kind === 'value') return content.value.type === 'list' ? [...content.value.items] : [content.value]
  return [...{ [Symbol.iterator]: () => content.rows }]
}
