import type { Block, DocumentInfo, StatementInfo } from './block.ts'
import type { GapCode } from './verify.ts'

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
  if (redactionInfo === undefined && transactionInfo.statements.some(redacts))
    found.push(['redaction-missing', 'a statement redacts a revision, but redactionInfo is absent'])
  return found
}

/** Whether only statements that change QLDB's own catalog changed a document; such revisions show only their hash. */
export function isCatalogChange({ statements: indexes }: DocumentInfo, statements: readonly StatementInfo[]): boolean {
  return indexes.length > 0 && indexes.every((index) => changesCatalog(statements[index]))
}

export function changesCatalog(statement: StatementInfo | undefined): boolean {
  return /^(?:CREATE|DROP|UNDROP)$/i.test(firstWords(statement?.statement ?? '')[0] ?? '')
}

function redacts({ statement }: StatementInfo): boolean {
  const [verb = '', procedure = ''] = firstWords(statement)
  return /^EXEC(?:UTE)?$/i.test(verb) && /^REDACT_REVISION$/i.test(procedure)
}

const blanks = /\s*/y
const word = /"?(\w+)"?/y

/** The first two words of a statement, without the comments before and between them. */
function firstWords(statement: string): string[] {
  const words: string[] = []
  let at = 0
  while (words.length < 2) {
    word.lastIndex = afterComments(statement, at)
    const found = word.exec(statement)
    if (found === null) break
    words.push(found[1] as string)
    at = word.lastIndex
  }
  return words
}

function afterComments(statement: string, start: number): number {
  for (let at = start; ; ) {
    blanks.lastIndex = at
    blanks.exec(statement)
    at = blanks.lastIndex
    const close = statement.startsWith('--', at) ? '\n' : statement.startsWith('/*', at) ? '*/' : undefined
    if (close === undefined) return at
    const end = statement.indexOf(close, at + 2)
    at = end === -1 ? statement.length : end + close.length
  }
}
