import { closeSync, openSync, readdirSync, writeSync } from 'node:fs'
import { extname } from 'node:path'
import type { EventSink } from '../../shell/events.ts'
import type { ShellFiles } from '../../shell/files.ts'
import type { FormatName } from '../../shell/formats/formats.ts'
import type { Settings } from '../../shell/settings.ts'
import { isSafeText } from '../../shell/visible-text.ts'
import { writeError } from '../../host/file-error.ts'
import type { TextOutput } from './output.ts'
import { presentPlain } from './present.ts'
import { scriptFile } from './script-sources.ts'

/** The format that a file's name asks for where none is set. */
const formatByExtension: Readonly<Record<string, FormatName>> = {
  '.csv': 'csv',
  '.json': 'json',
  '.jsonl': 'jsonl',
  '.ndjson': 'jsonl',
  '.ion': 'ion',
  '.txt': 'table',
}

/** `include` and `output`: data events go into the file of the last `output`, all others, and all without one, on. */
export class OutputSwitch implements ShellFiles {
  readonly #settings: Settings
  #direct: EventSink = () => undefined
  #file: DataFile | undefined
  #intoFile: EventSink = () => undefined

  constructor(settings: Settings) {
    this.#settings = settings
  }

  /** The sink before `direct`. */
  before(direct: EventSink): EventSink {
    this.#direct = direct
    return (event) => {
      const isData = /^(?:result-|rows$|text$)/.test(event.type)
      return this.#file !== undefined && isData ? this.#intoFile(event) : direct(event)
    }
  }

  readScript(path: string): AsyncIterable<string> {
    return scriptFile(path)
  }

  complete(beginning: string): readonly string[] {
    const folder = beginning.replace(/[^/]*$/, '')
    const name = beginning.slice(folder.length)
    try {
      return readdirSync(folder === '' ? '.' : folder, { withFileTypes: true })
        .filter((entry) => entry.name.startsWith(name) && (name !== '' || !entry.name.startsWith('.')))
        .map((entry) => `${folder}${entry.name}${entry.isDirectory() ? '/' : ''}`)
        .filter(isSafeText)
        .sort()
    } catch {
      return []
    }
  }

  async redirect(path: string | undefined): Promise<void> {
    const next = path === undefined ? undefined : new DataFile(path)
    this.#file?.close()
    this.#file = next
    if (next === undefined) return
    this.#intoFile = presentPlain({
      stdout: next,
      // Only the line with counts comes this way.
      stderr: { write: (text) => this.#direct({ type: 'notice', text: text.trimEnd() }) },
      settings: this.#settings,
      verbosity: 0,
      errorFormat: 'text',
      beforeWrite: () => undefined,
    })
  }
}

/** A file that data is written to at once. Throws LedgerError 'file/unwritable'. */
class DataFile implements TextOutput {
  readonly isTerminal = false
  readonly width = undefined
  readonly usualFormat: FormatName
  readonly #path: string
  readonly #handle: number

  constructor(path: string) {
    this.#path = path
    this.usualFormat = formatByExtension[extname(path).toLowerCase()] ?? 'ion'
    try {
      this.#handle = openSync(path, 'w')
    } catch (error) {
      throw writeError(error, path)
    }
  }

  write(text: string): void {
    const bytes = Buffer.from(text)
    try {
      for (let done = 0; done < bytes.length; ) done += writeSync(this.#handle, bytes, done)
    } catch (error) {
      throw writeError(error, this.#path)
    }
  }

  close(): void {
    closeSync(this.#handle)
  }
}
