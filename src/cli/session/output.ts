import { fstatSync, writeSync } from 'node:fs'
import { LedgerError } from '../../base/errors.ts'
import { hasRoom } from '../../base/has-room.ts'
import type { FormatName } from '../../shell/formats/formats.ts'
import { reasonOf } from '../../host/file-error.ts'

/** Where text can go: a stream of the process, or a file. */
export interface TextOutput {
  readonly isTerminal: boolean
  /** Columns of the terminal; undefined when it is none. */
  readonly width: number | undefined
  /** The format of results where none is set. */
  readonly usualFormat: FormatName
  /** Resolves when there is room again. */
  write(text: string): void | Promise<void>
}

/** A stream of the process. Each write resolves when the stream has room again, so that a slow reader slows the ledger. */
export class Output implements TextOutput {
  readonly #stream: NodeJS.WriteStream

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream
  }

  get isTerminal(): boolean {
    return this.#stream.isTTY === true
  }

  get usualFormat(): FormatName {
    return this.isTerminal ? 'table' : 'ion'
  }

  get width(): number | undefined {
    return this.isTerminal ? Math.max(20, this.#stream.columns || 80) : undefined
  }

  write(text: string | Uint8Array): void | Promise<void> {
    if (text.length === 0 || this.#stream.write(text)) return
    return hasRoom(this.#stream)
  }
}

/**
 * Has a stream that goes into a file written whole: of a write to a disk that is nearly full, or beyond the process's limit
 * for files, the system takes a part without an error, and node's own stream is content with that.
 */
export function writeWhole(stream: NodeJS.WriteStream): void {
  const { fd } = stream as NodeJS.WriteStream & { readonly fd: number }
  try {
    if (!fstatSync(fd).isFile()) return
  } catch {
    // It is closed: what is written to it shows that.
    return
  }
  stream._write = (chunk: Uint8Array, _, done) => {
    try {
      for (let at = 0; at < chunk.length; ) at += writeSync(fd, chunk, at)
    } catch (error) {
      done(error as Error)
      return
    }
    done()
  }
}

/**
 * `qldb … | head`: when the reader of stdout goes away, that is no error. Ends the process at once with 0 then; other write
 * errors (a full disk behind a redirection) go to `onError`, as LedgerError 'file/unwritable'.
 */
export function watchStreams(stdout: NodeJS.WriteStream, onClosed: () => void, onError: (error: Error) => void): void {
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE' || error.code === 'ERR_STREAM_DESTROYED') onClosed()
    else {
      const reason = reasonOf(error) ?? error.message
      onError(new LedgerError('file/unwritable', `can't write the output: ${reason}`, { cause: error }))
    }
  })
}
