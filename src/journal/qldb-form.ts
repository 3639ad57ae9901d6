import type { Block, DocumentInfo, StatementInfo } from './block.ts'
import type { GapCode } from './finding-codes.ts'

/** Entries in each of AWS's blocks that nothing explains: two in every complete one that was published. */
export const opaqueEntriesOfQldb = 2

/** Where the parts of a block are among its entries; undefined for those that are not there. */
export interface EntryPlaces {
  transactionInfo?: number
  redactionInfo?: number
  revisions?: number
}

/**
 * Where a block is unlike those of QLDB, by hashed content alone. Published ones have these entries: one that nothing
 * explains, the root of the revisions, another that nothing explains, the hash of transactionInfo.
 *
 * entriesHash binds the root of the tree over the entries, not how many there are: whoever holds a block can show a
 * coarser level of the same tree, swap the two of a pair, or leave parts of the block out so that their entries become
 * unexplained ones. None of these makes a block that has all that is asked here: not of a block of this program's, whose
 * entries are head, revisions, redactionInfo and transactionInfo; and not of one of QLDB's without its statements or
 * revisions.
 */
export function unlikeQldb(
  { transactionInfo, redactionInfo, revisions = [], entriesHashList }: Block,
  places: EntryPlaces,
  opaqueEntries: number,
): (readonly [GapCode, string])[] {
  if (transactionInfo === undefined)
    return [
      ['block-blank', revisions.length === 0 ? 'it shows neither statements nor revisions' : 'it shows no statements'],
    ]
  const found: (readonly [GapCode, string])[] = []
  const end = entriesHashList.length - (redactionInfo === undefined ? 1 : 2)
  const isInPlace =
    (places.transactionInfo ?? -1) >= end &&
    (places.redactionInfo ?? end) >= end &&
    (places.revisions ?? 1) === 1 &&
    revisions.length > 0 === (places.revisions !== undefined)
  if (opaqueEntries === 1 && Object.values(places).every((place) => place !== 0))
    found.push(['head-unproven', 'nothing covers its address, transaction and time, and it is not of the form of QLDB'])
  else if (opaqueEntries !== opaqueEntriesOfQldb) {
    const text = `${opaqueEntries} of its entries belong to nothing in it, blocks of QLDB have ${opaqueEntriesOfQldb}`
    found.push(['entries-unknown', text])
  } else if (!isInPlace) found.push(['entries-unknown', 'its entries are not in the order of those of QLDB'])
  if (redactionInfo === undefined && transactionInfo.statements.some(mayRedact))
    found.push(['redaction-missing', 'a statement redacts a revision, but redactionInfo is absent'])
  return found
}

/** Whether only statements that change QLDB's own catalog changed a document; such revisions show only their hash. */
export function isCatalogChange({ statements: indexes }: DocumentInfo, statements: readonly StatementInfo[]): boolean {
  return indexes.length > 0 && indexes.every((index) => changesCatalog(statements[index]))
}

export function changesCatalog(statement: StatementInfo | undefined): boolean {
  return /^(?:CREATE|DROP|UNDROP)$/i.test(firstWord(statement?.statement ?? ''))
}

/** REDACT_REVISION is QLDB's only procedure; a statement that can't be parsed must count as a call of it, too. */
function mayRedact({ statement }: StatementInfo): boolean {
  return /^(?:EXEC(?:UTE)?)?$/i.test(firstWord(statement))
}

const blanks = /\s*/y
const word = /"?(\w+)"?/y

/** The first word of a statement, without the comments before it; empty where readers may see another one. */
function firstWord(statement: string): string {
  word.lastIndex = afterComments(statement)
  return word.exec(statement)?.[1] ?? ''
}

/** The end where it is not plain what is a comment: a lone carriage return ends one for some, and comments nest for some. */
function afterComments(statement: string): number {
  for (let at = 0; ; ) {
    blanks.lastIndex = at
    blanks.exec(statement)
    at = blanks.lastIndex
    const isLine = statement.startsWith('--', at)
    if (!isLine && !statement.startsWith('/*', at)) return at
    const end = statement.indexOf(isLine ? '\n' : '*/', at + 2)
    const comment = statement.slice(at + 2, end === -1 ? statement.length : end)
    if (end === -1 || (isLine ? /[\r\u2028\u2029\v\f\u0085]./s : /\/\*/).test(comment)) return statement.length
    at = end + (isLine ? 1 : 2)
  }
}
