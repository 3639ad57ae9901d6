/** What the shell's commands do with files, for `include` and `output`: `cli` provides it. */
export interface ShellFiles {
  /** The pieces of a script. Throws LedgerError 'file/unreadable' or 'file/not-text', at once or as it is read. */
  readScript(path: string): AsyncIterable<string>
  /** The files and folders (with a `/` at their end) whose path begins so; none where a folder can't be read. */
  complete(beginning: string): readonly string[]
  /** Sends data to that file, which is overwritten; undefined: back to where it went at first. Throws 'file/unwritable'. */
  redirect(path: string | undefined): Promise<void>
}
