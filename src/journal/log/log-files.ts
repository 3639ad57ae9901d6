/**
 * The files of one log, in a directory of their own. All that the log asks of a file system: a test passes one that
 * refuses, dies, or loses what was not flushed.
 */
export interface LogFiles {
  /** Names of all files. */
  list(): readonly string[]
  /** Opens a file that is there. `isWritable`: its writes may be durable by themselves (`writeDurably`). */
  open(name: string, isWritable: boolean): LogFile
  /** Makes a file; throws when there is one. */
  create(name: string): LogFile
  rename(from: string, to: string): void
  /** Nothing happens where another process has removed it. */
  remove(name: string): void
  /** Makes names durable: of files made, renamed or removed. */
  flushNames(): void
  /** 16 bytes that tell this directory from a copy of it. */
  place(): Uint8Array
}

export interface LogFile {
  size(): number
  /** Whether it still has a name: nobody finds what is written to one that was removed. */
  isNamed(): boolean
  /** Fills `target` from a place on; throws where the file has fewer bytes. */
  read(target: Uint8Array, at: number): void
  /** Not durable before `flush`. */
  write(bytes: Uint8Array, at: number): void
  /** Durable when it returns, where the place was written before: nothing but these bytes must reach the disk. */
  writeDurably(bytes: Uint8Array, at: number): void
  /** The same without holding this thread up. */
  writeDurablyLater(bytes: Uint8Array, at: number): Promise<void>
  flush(): void
  truncate(size: number): void
  close(): void
}
