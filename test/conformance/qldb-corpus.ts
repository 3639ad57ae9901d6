import { readFileSync } from 'node:fs'
import { parseStatement } from '../../src/syntax/parser.ts'
import { parseIon } from '../../src/values/text-reader.ts'
import { printIon } from '../../src/values/text-writer.ts'
import { list, string, struct, symbol, type Value } from '../../src/values/value.ts'

/** One statement of the QLDB corpus, as the file has it; its number is its place in the file, from 0. */
export interface Entry {
  readonly statement: string
  /** Ion text; prose where the source does not say. */
  readonly params?: readonly string[]
  readonly setup?: string
  readonly expected?: Expected
  readonly source: string
}

export interface Expected {
  /** Ion text, in any order. */
  readonly rows?: readonly string[]
  readonly count?: number
  readonly error?: { readonly type: string; readonly code?: string; readonly message?: string }
  readonly note?: string
}

export function readCorpus(path: string): Entry[] {
  return JSON.parse(readFileSync(path, 'utf8'))
}

/** What a statement names: the tables it uses, in order, those that it makes itself, and how many parameters it has. */
export interface Needs {
  readonly tables: readonly string[]
  readonly creates: string | undefined
  readonly parameters: number
  readonly isInsert: boolean
}

/** Throws LedgerError where the statement does not parse. */
export function needsOf(statement: string): Needs {
  const tree = parseStatement(statement)
  const tables = new Set<string>()
  const creates = tree.kind === 'create-table' ? tree.name.text : undefined
  if (tree.kind === 'insert') tables.add(tree.table.names[0]?.text ?? '')
  if (tree.kind === 'drop-table') tables.add(tree.name.text)
  if (tree.kind === 'create-index' || tree.kind === 'drop-index') tables.add(tree.table.text)
  let parameters = 0
  const aliases = new Set<string>()
  visitNodes(tree, (node) => {
    if (node['kind'] === 'parameter') parameters += 1
    if (node['kind'] === 'scan') {
      const name = tableName(node['value'] as Node)
      if (name !== undefined && !aliases.has(name)) tables.add(name)
      aliases.add((node['as'] as { text: string } | undefined)?.text ?? name ?? '')
    }
  })
  return { tables: [...tables], creates, parameters, isInsert: tree.kind === 'insert' }
}

type Node = Readonly<Record<string, unknown>>

function visitNodes(part: unknown, visit: (node: Node) => void): void {
  if (typeof part !== 'object' || part === null) return
  if (!Array.isArray(part)) visit(part as Node)
  for (const child of Object.values(part)) visitNodes(child, visit)
}

function tableName(source: Node): string | undefined {
  if (source['kind'] === 'call' && source['name'] === 'history') {
    const [first] = source['args'] as readonly Node[]
    return first?.['kind'] === 'variable' ? (first['name'] as { text: string }).text : undefined
  }
  if (source['kind'] !== 'variable' || source['local'] === true) return undefined
  return (source['name'] as { text: string }).text.replace(/^_ql_committed_/, '')
}

/** The Ion value of a parameter or row; the corpus' `{...}` and `[...]` stand for any struct or list. */
export function ionOf(text: string): Value {
  const any: Readonly<Record<string, string>> = { '{{': '{{AAEC}}', '{': '{a:1}', '[': '[1]' }
  const plain = text
    .replaceAll('{{...}}', '{{AAEC}}')
    .replace(/^(\{\{|[{[])(?:\.\.+|blob)[\]}]+$/, (_, open: string) => any[open] as string)
    .replace(/^\[\{\.\.+\},\{\.\.+\}\]$/, '[{a:1},{a:2}]')
  return parseIon(plain)
}

/** Fields whose values differ from ledger to ledger: two rows that differ only there are the same. */
const volatile = new Set(
  'documentId tableId indexId strandId sequenceNo hash txTime txId pid rid r_id p_id docId meta_id'.split(' '),
)

/** A row's exact Ion text, with `volatile` fields (and the id among a revision's metadata) named by their type only. */
export function rowText(row: Value): string {
  return printIon(masked(row))
}

function masked(value: Value): Value {
  if (value.type === 'list') return list(value.items.map(masked), value.annotations)
  if (value.type !== 'struct') return value
  const isMetadata = value.get('txId') !== undefined
  const values = value.names.map((name, at) => {
    const field = value.values[at] as Value
    if (field.type === 'symbol' && field.value.startsWith('any_')) return field
    return volatile.has(name) || (isMetadata && name === 'id') ? symbol(`any_${field.type}`) : masked(field)
  })
  return struct(value.names, values, value.annotations)
}

/** A parameter that makes sense for a statement whose source does not give one. */
export function plainParameter(isInsert: boolean, position: number): Value {
  return isInsert ? struct(['id'], [string(`${position}`)]) : string('a')
}
