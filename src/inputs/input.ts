import { LedgerError } from '../base/errors.ts'
import { isIonBinary } from '../values/binary-reader.ts'
import { list, type Value } from '../values/value.ts'
import { openBytes } from './open-bytes.ts'
import type { ByteSource } from './byte-source.ts'
import { readDelimited } from './delimited.ts'
import { IonBinary } from './ion-binary.ts'
import { IonText } from './ion-text.ts'
import type { RowWatch } from './input-error.ts'
import { JsonElements } from './json-elements.ts'
import { readJsonLines } from './json-lines.ts'
import { TextLines } from './text-lines.ts'

/** What a file holds. */
export type Content =
  /** A list whose elements are made one by one; closing the iterator closes the file. */
  | { readonly kind: 'rows'; readonly rows: Iterator<Value, undefined> }
  /** Any one value, whole. */
  | { readonly kind: 'value'; readonly value: Value }

interface Format {
  readonly help: string
  readonly extensions: readonly string[]
  readonly read: (source: ByteSource, path: string, watch: RowWatch) => Content
}

/** The formats of `--input`, in the order of the help text. Every file may also be packed with gzip. */
const formats = {
  ion: { help: 'Ion, text or binary', extensions: ['ion', '10n'], read: readIon },
  json: { help: 'JSON: an array of rows, or values one after the other', extensions: ['json'], read: readJson },
  jsonl: {
    help: 'JSON Lines: a value a line',
    extensions: ['jsonl', 'ndjson'],
    read: (source, path, watch) => rows(readJsonLines(new TextLines(source, path), watch)),
  },
  csv: {
    help: 'comma-separated values, the first line names the fields',
    extensions: ['csv'],
    read: (source, path, watch) => rows(readDelimited(delimitedLines(source, path), ',', watch)),
  },
  tsv: {
    help: 'the same, separated by tabs',
    extensions: ['tsv', 'tab'],
    read: (source, path, watch) => rows(readDelimited(delimitedLines(source, path), '\t', watch)),
  },
  ssv: {
    help: 'the same, separated by semicolons',
    extensions: ['ssv'],
    read: (source, path, watch) => rows(readDelimited(delimitedLines(source, path), ';', watch)),
  },
  psv: {
    help: 'the same, separated by |',
    extensions: ['psv'],
    read: (source, path, watch) => rows(readDelimited(delimitedLines(source, path), '|', watch)),
  },
} as const satisfies Record<string, Format>

export type InputFormat = keyof typeof formats

export const inputFormats = Object.keys(formats) as readonly InputFormat[]

export function isInputFormat(name: string): name is InputFormat {
  return Object.hasOwn(formats, name)
}

export function inputFormatHelp(name: InputFormat): string {
  return formats[name].help
}

/** By the file's extension, before which `.gz` does not count; undefined for one that no format has. */
export function formatOfPath(path: string): InputFormat | undefined {
  const extension = /\.([^./\\]+)$/.exec(path.toLowerCase().replace(/\.gz$/, ''))?.[1]
  return inputFormats.find((name) => (formats[name].extensions as readonly string[]).includes(extension ?? ''))
}

/**
 * Opens a file of rows; without a format its first bytes tell Ion and JSON apart. Throws what the file system throws;
 * InputError and other LedgerErrors 'file/…' here and while rows are made.
 */
export function openInput(path: string, format: InputFormat | undefined, watch: RowWatch = {}): Content {
  const source = openBytes(path)
  try {
    return readInput(source, path, format, watch)
  } catch (error) {
    source.close()
    throw error
  }
}

/** The same for bytes that are open already. */
export function readInput(
  source: ByteSource,
  path: string,
  format: InputFormat | undefined,
  watch: RowWatch = {},
): Content {
  const head = source.read()
  if (head !== undefined) checkKind(head, path)
  if (head !== undefined) checkEncoding(head, path)
  const whole = pushedBack(head, source)
  if (format !== undefined) return formats[format].read(whole, path, watch)
  return head !== undefined && looksLikeJson(head) ? readJson(whole, path, watch) : readIon(whole, path)
}

function delimitedLines(source: ByteSource, path: string): TextLines {
  const lines = new TextLines(withoutNul(source, path), path)
  lines.detectLineEnd()
  return lines
}

/** Text has no NUL: RFC 4180 allows none, and what holds one is another encoding or no text at all. */
function withoutNul(source: ByteSource, path: string): ByteSource {
  let done = 0
  return {
    read: () => {
      const chunk = source.read()
      const at = chunk?.indexOf(0) ?? -1
      if (at !== -1) throw new LedgerError('file/not-text', `'${path}' is no text: byte ${done + at} is a NUL`)
      done += chunk?.length ?? 0
      return chunk
    },
    close: () => source.close(),
  }
}

/** The value of a whole content, in memory. */
export function wholeValue(content: Content): Value {
  if (content.kind === 'value') return content.value
  const items: Value[] = []
  for (let found = content.rows.next(); found.done !== true; found = content.rows.next()) items.push(found.value)
  return list(items)
}

function rows(iterator: Iterator<Value, undefined>): Content {
  return { kind: 'rows', rows: iterator }
}

/** An object whose first name stands in double quotes, alone or as the first element of an array. */
function looksLikeJson(head: Buffer): boolean {
  return /^\ufeff?\s*(\[\s*)*\{\s*"/.test(head.toString('utf8', 0, 4096))
}

function pushedBack(head: Buffer | undefined, source: ByteSource): ByteSource {
  let first = head
  return {
    read: () => {
      const chunk = first ?? source.read()
      first = undefined
      return chunk
    },
    close: () => source.close(),
  }
}

/** Throws LedgerError 'file/not-text' for what other programs made, by its first bytes. */
function checkKind(head: Buffer, path: string): void {
  const found = otherKinds.find(([, start]) => start.every((byte, index) => head[index] === byte))
  if (found === undefined) return
  throw new LedgerError('file/not-text', `'${path}' is ${found[0]}, expected ${inputFormats.join(', ')}`, {
    help: found[2],
  })
}

const otherKinds: readonly (readonly [string, readonly number[], string])[] = [
  ['a Parquet file', [0x50, 0x41, 0x52, 0x31], 'write it as JSON Lines or CSV first'],
  ['a zip archive or an Excel workbook', [0x50, 0x4b, 3, 4], 'unpack it, or save the sheet as CSV'],
  ['packed with Zstandard', [0x28, 0xb5, 0x2f, 0xfd], 'unpack it first: zstd -d'],
  ['packed with bzip2', [0x42, 0x5a, 0x68], 'unpack it first: bunzip2'],
  ['packed with xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a], 'unpack it first: unxz'],
  ['packed with gzip twice', [0x1f, 0x8b], 'unpack it first: gunzip'],
]

/** Throws LedgerError 'file/not-text' for text in another encoding than UTF-8, by its byte order mark or its zero bytes. */
function checkEncoding(head: Buffer, path: string): void {
  const found = encodings.find(([, start]) => start.every((byte, index) => matches(byte, head[index])))
  if (found === undefined) return
  throw new LedgerError('file/not-text', `'${path}' is ${found[0]} text, expected UTF-8`, {
    help: `convert it first: iconv -f ${found[0]} -t UTF-8`,
  })
}

type ByteTest = number | 'any'
const matches = (wanted: ByteTest, byte: number | undefined) =>
  byte !== undefined && (wanted === 'any' ? byte !== 0 : byte === wanted)

const encodings: readonly (readonly [string, readonly ByteTest[]])[] = [
  ['UTF-32LE', [0xff, 0xfe, 0, 0]],
  ['UTF-32BE', [0, 0, 0xfe, 0xff]],
  ['UTF-16LE', [0xff, 0xfe]],
  ['UTF-16BE', [0xfe, 0xff]],
  ['UTF-32LE', ['any', 0, 0, 0]],
  ['UTF-32BE', [0, 0, 0, 'any']],
  ['UTF-16LE', ['any', 0, 'any', 0]],
  ['UTF-16BE', [0, 'any', 0, 'any']],
]

/** One array is its elements; one other value is itself; several values are the list of them. */
function readJson(source: ByteSource, path: string, watch: RowWatch): Content {
  const values = new JsonElements(source, path)
  return values.opensArray() ? rows(closing(values.elements(watch), values)) : alone(values)
}

/** Ion: one plain list is its elements, which are then held in memory; else as JSON. */
function readIon(source: ByteSource, path: string): Content {
  const head = source.read()
  const whole = pushedBack(head, source)
  // No Ion text begins with the first byte of the binary version markers, which stands for no character.
  return alone(head !== undefined && isMarker(head) ? new IonBinary(whole, path) : new IonText(whole, path))
}

const isMarker = (head: Buffer) => isIonBinary(head) || (head[0] === 0xe0 && head[3] === 0xea)

interface Values {
  next(): Value | undefined
  close(): void
}

function alone(values: Values): Content {
  const first = values.next()
  let second: Value | undefined
  try {
    second = first && values.next()
  } catch (fault) {
    // What stands before it is good.
    if (first !== undefined) return rows(closing(thenFault(first, fault), values))
    throw fault
  }
  if (first !== undefined && second === undefined) {
    values.close()
    // Iterating over these two would lose what makes them more than rows.
    const isRow = first.type === 'sexp' || (first.type === 'list' && first.annotations !== undefined)
    return isRow ? rows([first].values() as Iterator<Value, undefined>) : { kind: 'value', value: first }
  }
  return rows(closing(valuesFrom(first, second, values), values))
}

function* thenFault(first: Value, fault: unknown): Generator<Value, undefined> {
  yield first
  throw fault
}

function* valuesFrom(first: Value | undefined, second: Value | undefined, more: Values): Generator<Value, undefined> {
  for (const value of [first, second]) if (value !== undefined) yield value
  if (second === undefined) return
  for (let value = more.next(); value !== undefined; value = more.next()) yield value
}

/** Closes the file at the end, at an error, and when no more rows are wanted. */
function* closing(values: Generator<Value, undefined>, file: Values): Generator<Value, undefined> {
  try {
    for (let found = values.next(); found.done !== true; found = values.next()) yield found.value
  } finally {
    file.close()
  }
}
