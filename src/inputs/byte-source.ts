/** Bytes of a file one chunk after the other, read when asked. */
export interface ByteSource {
  /** The next chunk, never empty; undefined at the end. Good until the next call: its memory is used again. */
  read(): Buffer | undefined
  /** May be called at any time, and more than once. */
  close(): void
}
