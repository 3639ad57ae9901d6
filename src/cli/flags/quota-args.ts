import { resolve } from 'node:path'
import { LedgerError } from '../../base/errors.ts'
import { integerDigitsMax, parameterValuesMax } from '../../base/limits.ts'
import { nearName } from '../../base/near-name.ts'
import type { AnswerLimits } from '../../driver/bounded-answers.ts'
import type { Quotas } from '../../host/quotas.ts'
import { type LedgerQuotas, quotasOf } from '../../ledger/quotas.ts'
import type { SessionLimits } from '../../server/session-table.ts'

type Target = QuotaText &
  (
    | { readonly ledger: keyof LedgerQuotas; readonly most?: number; readonly factor?: number }
    | { readonly sessions: keyof SessionLimits; readonly factor: number }
    | { readonly answers: keyof AnswerLimits; readonly factor: number }
  )

/** For the table in docs/durability.md, which has the values that LedgerQuotas says itself. */
export interface QuotaText {
  readonly bounds: string
  /** Under `--strict-qldb`, and without. */
  readonly qldb?: string
  readonly otherwise?: string
}

/** The names that `--quota` takes. */
const targets: Readonly<Record<string, Target>> = {
  'statement-characters': { ledger: 'statementCharacters', bounds: "a statement's text" },
  'document-bytes': { ledger: 'documentBytes', bounds: 'a document, or a parameter, as Ion binary' },
  'parameter-values': {
    ledger: 'parameterValues',
    bounds: 'values and annotations in the parameters of one statement',
    otherwise: `${parameterValuesMax.toLocaleString('en')} at an endpoint; elsewhere –`,
  },
  'transaction-documents': { ledger: 'transactionDocuments', bounds: 'documents changed by a transaction' },
  'transaction-bytes': { ledger: 'transactionBytes', bounds: 'all changes of a transaction' },
  'transaction-redactions': { ledger: 'transactionRedactions', bounds: 'revisions redacted by a transaction' },
  'transaction-seconds': {
    ...{ sessions: 'transactionAgeMsMax', factor: 1000, bounds: "a transaction's life" },
    ...{ qldb: '30', otherwise: '30' },
  },
  'session-seconds': {
    ...{ sessions: 'sessionAgeMsMax', factor: 1000, bounds: "a session's life" },
    ...{ qldb: '13 to 17 minutes', otherwise: '17 minutes' },
  },
  sessions: {
    ...{ sessions: 'sessionsMax', factor: 1, bounds: 'sessions open at once on a ledger' },
    ...{ qldb: '1,500', otherwise: '1,500' },
  },
  'active-tables': { ledger: 'activeTables', bounds: 'active tables' },
  tables: { ledger: 'tables', bounds: 'tables, dropped ones included' },
  'table-indexes': { ledger: 'tableIndexes', bounds: 'indexes of a table' },
  'value-bytes': { ledger: 'valueBytes', bounds: 'one value that a statement makes, as Ion binary' },
  'number-digits': {
    ...{ ledger: 'numberDigits', most: integerDigitsMax },
    bounds: 'digits of an integer that a statement computes; at most 100,000',
  },
  'statement-memory': {
    ledger: 'statementMemoryBytes',
    bounds: 'memory that one statement holds',
    qldb: '–',
    otherwise:
      "256 MiB in a server; elsewhere the smaller of a quarter of the process's memory and half of V8's heap limit",
  },
  'answer-bytes': {
    ...{ answers: 'bytes', factor: 1, bounds: "one answer of an endpoint, in the shell's memory" },
    ...{ qldb: '–', otherwise: '256 MiB' },
  },
  'answer-seconds': {
    ...{ answers: 'ms', factor: 1000, bounds: 'how long the shell waits for an answer of an endpoint' },
    ...{ qldb: '–', otherwise: '60' },
  },
  'statement-disk': { ledger: 'statementDiskBytes', bounds: 'temporary files of one statement', qldb: '–' },
  'row-seconds': {
    ...{ ledger: 'rowMs', factor: 1000, bounds: 'how long a statement may work without giving a row' },
    otherwise: "at an endpoint a transaction's life; elsewhere –",
  },
}

/** Each quota with its two defaults, as docs/durability.md has them. */
export function quotaRows(): readonly { readonly name: string; readonly text: Required<QuotaText> }[] {
  return Object.entries(targets).map(([name, target]) => {
    const { bounds, qldb, otherwise } = target
    const limitOf = (isStrict: boolean): string => {
      const value = 'ledger' in target ? quotasOf(isStrict)[target.ledger] : Number.POSITIVE_INFINITY
      return value === Number.POSITIVE_INFINITY ? '–' : quotaText(value, sizes.has(name))
    }
    return { name, text: { bounds, qldb: qldb ?? limitOf(true), otherwise: otherwise ?? limitOf(false) } }
  })
}

/** A limit as docs print it: `1,000`, `64 MiB`. */
export function quotaText(value: number, isBytes: boolean): string {
  const unit = Object.entries(unitBytes).findLast(([, bytes]) => isBytes && value % bytes === 0 && value >= bytes)
  if (unit === undefined) return value.toLocaleString('en')
  return `${value / unit[1]} ${unit[0].replace('ib', 'iB').replace(/^./, (letter) => letter.toUpperCase())}`
}

/** The quotas of ledgers and of what endpoints answer. */
export const quotaNames: readonly string[] = Object.keys(targets)

/** Whether a quota bounds what an endpoint answers, and not a ledger of ours. */
export function isForEndpoint(quota: string): boolean {
  return quota.startsWith('answer-')
}

/** For `--help`. */
export const quotaHelp = `override a limit, e.g. transaction-documents=1000; may be repeated. Limits: ${quotaNames.join(', ')}`

/** Quotas of statements, which `qldb query` takes; the others bound ledgers. */
const queryNames = ['statement-memory', 'statement-disk', 'value-bytes', 'number-digits', 'row-seconds']

/** For `qldb query --help`. */
export const queryQuotaHelp = `override a limit, e.g. statement-memory=512MiB; may be repeated. Limits: ${queryNames.join(', ')}`

/** The quotas of `qldb query`. Throws LedgerError 'usage/invalid-argument'. */
export function parseQueryQuotas(texts: readonly string[], tempDir?: string): Quotas {
  for (const text of texts) {
    const [name = ''] = text.split('=', 1)
    if (Object.hasOwn(targets, name) && !queryNames.includes(name)) {
      throw usage(
        `the quota '${name}' does not apply to queries over files`,
        `quotas of a query are: ${queryNames.join(', ')}`,
      )
    }
  }
  return parseQuotas(texts, tempDir, queryNames)
}

export const tempDirHelp = 'folder for statements that spill to disk (default: $TMPDIR, or /var/tmp)'

/** Reads `NAME=NUMBER` texts; of a name that comes twice the last one counts. Throws LedgerError 'usage/invalid-argument'. */
export function parseQuotas(texts: readonly string[], tempDir?: string, known: readonly string[] = quotaNames): Quotas {
  const ledger: Partial<Record<keyof LedgerQuotas, number>> = {}
  const sessions: Partial<Record<keyof SessionLimits, number>> = {}
  const answers: Partial<Record<keyof AnswerLimits, number>> = {}
  for (const text of texts) {
    const [name, number] = parseQuota(text, known)
    const target = targets[name] as Target
    if ('ledger' in target) ledger[target.ledger] = number * (target.factor ?? 1)
    else if ('sessions' in target) sessions[target.sessions] = number * target.factor
    else answers[target.answers] = number * target.factor
  }
  const forEndpoint = Object.keys(answers).length === 0 ? {} : { answers }
  return { ledger, sessions, ...forEndpoint, ...(tempDir === undefined ? {} : { tempDir: resolve(tempDir) }) }
}

function parseQuota(text: string, known: readonly string[]): [string, number] {
  const at = text.indexOf('=')
  const name = at === -1 ? text : text.slice(0, at)
  if (!Object.hasOwn(targets, name)) {
    const near = nearName(name, known)
    throw usage(
      `no quota named '${name}'`,
      `${near === undefined ? '' : `did you mean '${near}'? `}quotas are: ${known.join(', ')}`,
    )
  }
  const value = at === -1 ? '' : text.slice(at + 1)
  const { most } = targets[name] as { readonly most?: number }
  return [name, quotaNumber(name, value, { isBytes: sizes.has(name), ...(most === undefined ? {} : { most }) })]
}

export interface QuotaRange {
  /** Units are taken: `64MiB`. */
  readonly isBytes?: boolean
  readonly most?: number
}

/** The number of `--quota name=value`. Throws LedgerError 'usage/invalid-argument'. */
export function quotaNumber(
  name: string,
  value: string,
  { isBytes = false, most = Number.MAX_SAFE_INTEGER }: QuotaRange = {},
): number {
  const [, digits = '', unit = ''] = /^(\d+)(KiB|MiB|GiB|TiB)?$/i.exec(value) ?? []
  const number = Number(digits) * (unitBytes[unit.toLowerCase()] ?? 1)
  if (number >= 1 && number <= most && (unit === '' || isBytes)) return number
  const range = most === Number.MAX_SAFE_INTEGER ? 'from 1 on' : `from 1 to ${most}`
  throw usage(
    `'--quota ${name}' takes a whole number ${range}${isBytes ? ', or a size' : ''}, found '${value}'`,
    `for example: --quota ${name}=${isBytes ? '64MiB' : Math.min(100, most)}`,
  )
}

/** Quotas in bytes, which take units. */
const sizes: ReadonlySet<string> = new Set([
  'document-bytes',
  'transaction-bytes',
  'value-bytes',
  'statement-memory',
  'statement-disk',
  'answer-bytes',
])
const unitBytes: Readonly<Record<string, number>> = {
  kib: 1024,
  mib: 1024 ** 2,
  gib: 1024 ** 3,
  tib: 1024 ** 4,
}

function usage(message: string, help: string): LedgerError {
  return new LedgerError('usage/invalid-argument', message, { help })
}
