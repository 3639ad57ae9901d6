import { createReadStream, openSync } from 'node:fs'
import { LedgerError } from '../../base/errors.ts'
import { nearName } from '../../base/near-name.ts'
import { fileError, reasonOf } from '../../host/file-error.ts'
import { isToolName, toolHelp } from '../flags/tool-names.ts'

/** A script to be run, and how it is called in error reports. */
export interface ScriptSource {
  /** Undefined for a lone `-e`. */
  readonly file: string | undefined
  readonly chunks: AsyncIterable<string> | Iterable<string>
}

/** The values of `-e`, each a script of its own. */
export function executeSources(texts: readonly string[]): ScriptSource[] {
  return texts.map((text, index) => ({ file: texts.length === 1 ? undefined : `-e ${index + 1}`, chunks: [text] }))
}

/** Script files, `-` being standard input. All are opened now: throws LedgerError 'file/unreadable' before any is run. */
export function fileSources(paths: readonly string[], stdin: NodeJS.ReadStream): ScriptSource[] {
  return paths.map((path) => {
    if (path === '-') return stdinSource(stdin)
    return { file: path, chunks: scriptFile(path, toolMeant(path)) }
  })
}

export function stdinSource(stdin: NodeJS.ReadStream): ScriptSource {
  return { file: 'standard input', chunks: textOf(stdin, 'standard input') }
}

/** The text of a script file, which is opened now. Throws LedgerError 'file/unreadable'. */
export function scriptFile(path: string, help?: string): AsyncGenerator<string> {
  return textOf(createReadStream(path, { fd: open(path, help) }), path)
}

function open(path: string, help: string | undefined): number {
  try {
    return openSync(path, 'r')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || help === undefined) throw fileError(error, path)
    throw new LedgerError('file/unreadable', `can't read '${path}': ${reasonOf(error)}`, { cause: error, help })
  }
}

/** For a script that is not there, since it was meant for the name of a tool. */
function toolMeant(word: string): string | undefined {
  if (word === 'help') return "'qldb help' lists flags and tools, 'qldb help load' those of one tool"
  if (isToolName(word)) return `'${word}' is a tool, and comes first: qldb ${word} …`
  const near = nearName(word, Object.keys(toolHelp))
  return near === undefined ? undefined : `did you mean the tool 'qldb ${near}'?`
}

/** The text of a stream of bytes. Throws LedgerError 'file/not-text' where it is not UTF-8, 'file/unreadable'. */
async function* textOf(stream: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  let read = 0
  const decode = (bytes?: Uint8Array): string => {
    try {
      return bytes === undefined ? decoder.decode() : decoder.decode(bytes, { stream: true })
    } catch (error) {
      throw new LedgerError('file/not-text', `'${name}' is not UTF-8 text, seen by byte ${read}`, { cause: error })
    }
  }
  try {
    for await (const bytes of stream) {
      read += bytes.length
      yield decode(bytes)
    }
  } catch (error) {
    throw fileError(error, name)
  }
  yield decode()
}
