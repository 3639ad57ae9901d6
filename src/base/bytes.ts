/** Text forms of bytes and comparisons of them. */

/** The same memory as a Buffer, for its methods. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** Bytes as a text that can be a key of a map: a character a byte. */
export function binaryText(bytes: Uint8Array): string {
  return asBuffer(bytes).toString('latin1')
}

/** Whether a file that begins so is packed with gzip. */
export function isGzip(head: Uint8Array): boolean {
  return head[0] === 0x1f && head[1] === 0x8b
}

export function toBase64(bytes: Uint8Array): string {
  return asBuffer(bytes).toString('base64')
}

export function fromBase64(text: string): Uint8Array {
  return Buffer.from(text, 'base64')
}

export function toHex(bytes: Uint8Array): string {
  return asBuffer(bytes).toString('hex')
}

export function fromHex(text: string): Uint8Array {
  return Buffer.from(text, 'hex')
}

export function utf8(text: string): Uint8Array {
  return Buffer.from(text, 'utf8')
}

/** The same text with memory of its own: a piece that was cut out of a long text keeps all of that alive. */
export function ownText(text: string): string {
  return Buffer.from(text, 'utf8').toString('utf8')
}

/** Order of two byte strings by their unsigned bytes from the first on; a prefix comes first. */
export function compareBytes(left: Uint8Array, right: Uint8Array): number {
  return Buffer.compare(left, right)
}

export function equalBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && Buffer.compare(left, right) === 0
}

/** The parts one after the other, in memory of their own: it may be handed to another thread. */
export function joinBytes(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let end = 0
  for (const part of parts) {
    bytes.set(part, end)
    end += part.length
  }
  return bytes
}

/** A copy with memory of its own (`slice` of a Buffer is only a view). */
export function copyBytes(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes)
}

/** Copies few bytes, and gives the place behind them: for a few dozen a loop costs less than a call of Buffer's. */
export function copyShort(source: Uint8Array, start: number, end: number, target: Uint8Array, at: number): number {
  for (let index = start; index < end; index += 1) target[at + index - start] = source[index] as number
  return at + end - start
}
