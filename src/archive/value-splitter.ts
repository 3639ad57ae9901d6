import type { Value } from '../values/value.ts'

export interface ValueSplitter {
  push(chunk: Uint8Array): Iterable<FileItem>
  end(): Iterable<FileItem>
}

/** A top-level value of a file. */
export interface FileValue {
  readonly value: Value
  /** How many bytes of the unpacked file it took. */
  readonly bytes: number
  /** Where it ends in the unpacked file, roughly: for messages. */
  readonly end: number
  /** As of BinaryItem: then `value` may throw what the reading throws. */
  readonly stream?: Buffer
}

export interface UnparsedText {
  readonly text: Buffer
  readonly parse: () => readonly Value[]
}

export type FileItem = Omit<FileValue, 'end'> | UnparsedText
