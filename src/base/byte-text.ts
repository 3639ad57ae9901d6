/** What Buffer.toString comes down to, in every version of Node; it costs half as much for a short text. */
interface Slices {
  latin1Slice(start: number, end: number): string
  utf8Slice(start: number, end: number): string
}

/** Bytes as the characters of the same numbers: ASCII as text. */
export function asciiText(bytes: Buffer, start: number, end: number): string {
  return (bytes as unknown as Slices).latin1Slice(start, end)
}

/** Well-formed UTF-8 as text. */
export function utf8Text(bytes: Buffer, start: number, end: number): string {
  return (bytes as unknown as Slices).utf8Slice(start, end)
}

/** The end of the ASCII digits that begin at `from`; `from` itself where there are none. */
export function digitsEnd(bytes: Uint8Array, from: number, end: number): number {
  let at = from
  while (at < end && (bytes[at] as number) >= 48 && (bytes[at] as number) <= 57) at += 1
  return at
}
