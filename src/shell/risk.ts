import { LedgerError } from '../base/errors.ts'
import type { FromSource } from '../syntax/ast.ts'
import { parseStatement } from '../syntax/parser.ts'
import type { DmlStatement, Statement } from '../syntax/statement-ast.ts'

/** What a statement does that is asked about before it runs. */
export interface Risk {
  readonly kind: 'delete' | 'change' | 'drop-table' | 'drop-index' | 'redact'
  /** The table as PartiQL names it, `"Big"` or `Big`; undefined where the statement does not read one table alone. */
  readonly table: string | undefined
  /** What stands behind FROM, or the name of the index. */
  readonly target: string
}

/** A question: what would happen, and the words before the answer. */
export interface Question {
  readonly text: string
  readonly prompt: string
}

/** Only y and yes are a yes. */
export function isYes(answer: string): boolean {
  return /^y(?:es)?$/i.test(answer.trim())
}

/** Asks the user; false where the answer is no, or none came. */
export type Ask = (question: Question) => Promise<boolean>

const maybeRisky = /^\s*(?:delete|update|from|drop|exec|--|\/\*)/i

/** Why a statement is asked about, or undefined: most are not, and none that cannot be read. */
export function riskOf(text: string): Risk | undefined {
  if (!maybeRisky.test(text)) return undefined
  let statement: Statement
  try {
    statement = parseStatement(text)
  } catch (error) {
    if (error instanceof LedgerError) return undefined
    throw error
  }
  const spelled = ({ span }: { readonly span: { readonly start: number; readonly end: number } }) =>
    text.slice(span.start, span.end)
  switch (statement.kind) {
    case 'dml':
      return riskOfChange(statement, spelled)
    case 'drop-table':
      return { kind: 'drop-table', table: spelled(statement.name), target: spelled(statement.name) }
    case 'drop-index':
      return { kind: 'drop-index', table: spelled(statement.table), target: statement.indexId.text }
    case 'exec':
      return statement.procedure.text.toLowerCase() === 'redact_revision'
        ? { kind: 'redact', table: undefined, target: '' }
        : undefined
    default:
      return undefined
  }
}

function riskOfChange({ from, where, changes }: DmlStatement, spelled: (node: FromSource) => string): Risk | undefined {
  if (where !== undefined || hasCondition(from)) return undefined
  const isTable = from.kind === 'scan' && from.value.kind === 'variable'
  const table = isTable ? spelled({ ...from, span: from.value.span }) : undefined
  const kind = changes.some((change) => change.kind === 'delete') ? 'delete' : 'change'
  return { kind, table, target: spelled(from) }
}

/** A join's condition chooses as WHERE does. */
function hasCondition(from: FromSource): boolean {
  if (from.kind !== 'join') return false
  return from.on !== undefined || hasCondition(from.left) || hasCondition(from.right)
}

/** How many documents a table has, as far as one page tells. */
export interface TableSize {
  readonly documents: number
  readonly isWhole: boolean
}

/** The question about a risk, or undefined where nothing could be lost; `size` is undefined where it is not known. */
export function questionAbout({ kind, table, target }: Risk, size: TableSize | undefined): Question | undefined {
  switch (kind) {
    case 'delete':
      if (size?.documents === 0) return undefined
      return { text: `This deletes ${allOf(table ?? target, size)}. Their history stays.`, prompt: 'Delete? [y/N] ' }
    case 'change':
      if (size?.documents === 0) return undefined
      return { text: `This changes ${allOf(table ?? target, size)}: it has no WHERE.`, prompt: 'Change? [y/N] ' }
    case 'drop-table': {
      const content = size === undefined ? '' : ` (${counted(size)})`
      const text = `This drops the table ${target}${content} and its indexes. Its history stays.`
      return { text, prompt: 'Drop? [y/N] ' }
    }
    case 'drop-index':
      return { text: `This drops the index ${target} of ${table}.`, prompt: 'Drop? [y/N] ' }
    case 'redact':
      return { text: 'This erases the data of a revision for good. Its hash stays.', prompt: 'Redact? [y/N] ' }
    default:
      return kind satisfies never
  }
}

function allOf(target: string, size: TableSize | undefined): string {
  if (size === undefined) return `every document of ${target}`
  if (size.documents === 1 && size.isWhole) return `the only document of ${target}`
  return size.isWhole ? `all ${counted(size)} of ${target}` : `all documents of ${target} (${counted(size)})`
}

function counted({ documents, isWhole }: TableSize): string {
  if (!isWhole) return `more than ${documents} documents`
  return documents === 1 ? '1 document' : `${documents} documents`
}
