import { accessSync, constants, statSync } from 'node:fs'
import { basename } from 'node:path'
import { LedgerError } from '../../base/errors.ts'
import { nearName } from '../../base/near-name.ts'
import type { RowWatch } from '../../inputs/input-error.ts'
import { stdinPath } from '../../inputs/open-bytes.ts'
import {
  formatOfPath,
  type InputFormat,
  inputFormats,
  isInputFormat,
  openInput,
  wholeValue,
} from '../../inputs/input.ts'
import type { Binding } from '../../library/binding.ts'
import type { Value } from '../../values/value.ts'
import { fileError } from '../../host/file-error.ts'

/** A file that a query reads, and the name it has there. */
export interface InputSpec {
  readonly name: string
  /** The file's own, where it needs double quotes: `"2020-data"`, which is `_2020_data` as well. */
  readonly quotedName?: string
  /** `-` is standard input. */
  readonly path: string
  /** Undefined: told by the first bytes. */
  readonly format: InputFormat | undefined
}

/**
 * `name=FILE`, `name:format=FILE` or `FILE`, whose name is the file's own up to its first dot. Throws LedgerError
 * 'usage/invalid-argument'.
 */
export function parseInput(argument: string): InputSpec {
  const match = /^([^=/\\.:]+)(?::([^=/\\.:]*))?=(.*)$/s.exec(argument)
  const path = match === null ? argument : (match[3] as string)
  if (path === '') throw usage(`'${argument}' names no file`, "it takes 'name=FILE'; '-' is standard input")
  const format = match?.[2] === undefined ? (formatOfPath(path) ?? unknownFormat(path)) : givenFormat(match[2])
  const name = match?.[1] ?? nameOfPath(path)
  const own = stemOf(path)
  return match === null && own !== name && own !== '' && path !== stdinPath
    ? { name, quotedName: own, path, format }
    : { name, path, format }
}

function givenFormat(name: string): InputFormat {
  if (isInputFormat(name)) return name
  const near = nearName(name, inputFormats)
  const known = `formats are: ${inputFormats.join(', ')}`
  throw usage(`no input format named '${name}'`, near === undefined ? known : `did you mean '${near}'?`)
}

/** Standard input shows by its first bytes what it is; of a file it is asked. */
function unknownFormat(path: string): undefined {
  if (path === stdinPath) return undefined
  const known = /\.(?:parquet|xlsx?|ods|zip|zst|bz2|xz|orc|avro)$/i.exec(path)?.[0]
  if (known !== undefined) {
    throw usage(`'${path}': ${known} files are not read`, 'write it as CSV, JSON Lines or Ion first; .gz is unpacked')
  }
  throw usage(
    `'${path}' has no extension that gives its format`,
    `name it, as in '--input ${nameOfPath(path)}:csv=${path}'; formats are: ${inputFormats.join(', ')}`,
  )
}

export function nameOfPath(path: string): string {
  if (path === stdinPath) return 'stdin'
  const name = stemOf(path).replace(/[^\p{L}\p{N}_$]+/gu, '_')
  return /^[\p{N}]/u.test(name) || name === '' ? `_${name}` : name
}

/** Up to its first dot. */
function stemOf(path: string): string {
  return basename(path).replace(/^\.+/, '').split('.')[0] as string
}

/** Throws LedgerError 'usage/invalid-argument' for a name given twice, 'file/unreadable' for a file that is not there. */
export function checkInputs(inputs: readonly InputSpec[]): void {
  const names = new Set<string>()
  let stdinCount = 0
  for (const { name, path } of inputs) {
    if (names.has(name))
      throw usage(`two inputs are named '${name}'`, "'--input other=FILE' gives one of them another name")
    names.add(name)
    if (path === stdinPath) stdinCount += 1
    else checkReadable(path)
  }
  if (stdinCount > 1) throw usage('standard input was given twice', 'a query may use one name as often as it likes')
}

function checkReadable(path: string): void {
  try {
    accessSync(path, constants.R_OK)
    if (statSync(path).isDirectory()) throw Object.assign(new Error(), { code: 'EISDIR' })
  } catch (error) {
    throw fileError(error, path)
  }
}

/** A file as the value of a name. It is opened again for every reading. `onRenamed` as RowWatch has it. */
export function fileBinding({ path, format }: InputSpec, onRenamed?: RowWatch['onRenamed']): Binding {
  let known: Value | undefined
  const open = (isPassing: boolean) => {
    try {
      return openInput(path, format, onRenamed === undefined ? { isPassing } : { isPassing, onRenamed })
    } catch (error) {
      throw fileError(error, path)
    }
  }
  return {
    once: path === stdinPath,
    value: () => known ?? wholeValue(open(false)),
    rows: (isPassing = false) => {
      if (known !== undefined) return undefined
      const content = open(isPassing)
      if (content.kind === 'rows') return { [Symbol.iterator]: () => content.rows }
      known = content.value
      return undefined
    },
  }
}

function usage(message: string, help: string): LedgerError {
  return new LedgerError('usage/invalid-argument', message, { help })
}
