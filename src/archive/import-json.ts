import { equalBytes, fromBase64, toBase64 } from '../base/bytes.ts'
import { LedgerError } from '../base/errors.ts'
import { ionHash } from '../values/ion-hash.ts'
import { joinHashes } from '../values/join-hashes.ts'
import { parseTimestamp } from '../values/timestamp.ts'
import { blob, list, type StringValue, type StructValue, struct, type Value } from '../values/value.ts'
import { TypeOracle } from './import-oracle.ts'
import { hashBytes, malformed } from '../journal/shape.ts'

/** A block that came as JSON, with Ion's types again. */
export interface RetypedBlock {
  readonly ion: StructValue
  /** Indexes of the revisions whose data could not be brought back: their hash fits none of the types tried. */
  readonly doubtful: readonly number[]
  /** Revisions whose data had to be found by trying. */
  readonly found: number
  /** Guesses at their types. */
  readonly tries: number
}

export interface RetypedRevision {
  readonly ion: StructValue
  /** No types fit its hash. */
  readonly isDoubtful: boolean
  /** All readings of its data were tried. */
  readonly isExhausted: boolean
  readonly tries: number
}

const untried = { isDoubtful: false, isExhausted: false, tries: 0 }

/** Whether a block's struct is one that was written as JSON: its hash is a string there. */
export function isJsonBlock(value: StructValue): boolean {
  return value.get('blockHash')?.type === 'string'
}

/** The same of a revision. */
export function isJsonRevision(value: StructValue): boolean {
  return value.get('hash')?.type === 'string'
}

/**
 * Gives the blocks of a JSON export their Ion types back. The fields that AWS defines have one type each; a document's
 * own types are found by trying, the revision's hash being the judge ("Down-converting to JSON" in the developer guide
 * says what was lost). Keeps what it learns from one block to the next.
 */
export class JsonRetyper {
  readonly #oracle: TypeOracle
  /** Outcomes of `prepare`, and what it threw. */
  readonly #prepared = new WeakMap<StructValue, RetypedRevision | LedgerError>()

  constructor(guessesMax?: number) {
    this.#oracle = new TypeOracle(guessesMax)
  }

  /** Guesses at the types of documents so far, of all documents together and of the one that took most. */
  get guesses(): { readonly total: number; readonly most: number } {
    return this.#oracle.guesses
  }

  /**
   * Tries the readings of the revisions of a block, or of one, that were written as JSON, with turns for others in between;
   * what is asked about these very values afterwards has its answer at once. What is of another form is left alone. `block`
   * names the tables of its revisions.
   */
  async prepare(value: StructValue, onTurn: (guesses: number) => void | Promise<void>, block = value): Promise<void> {
    const revisions = value.get('revisions')
    const items = revisions?.type === 'list' ? revisions.items : [value]
    const tables = tablesOf(block)
    for (const revision of items) {
      if (!this.#isToBePrepared(revision)) continue
      const before = this.guesses.total
      const search = this.#search(revision, tables)
      for (let step = this.#step(revision, search); step !== undefined; step = this.#step(revision, search))
        await onTurn(before + step)
    }
  }

  /** The guesses so far; undefined when the outcome is there. */
  #step(revision: StructValue, search: Generator<number, RetypedRevision>): number | undefined {
    try {
      const step = search.next()
      if (step.done !== true) return step.value
      this.#prepared.set(revision, step.value)
    } catch (error) {
      if (!(error instanceof LedgerError)) throw error
      this.#prepared.set(revision, error)
    }
    return undefined
  }

  /** Whether `prepare` has something to do for a block that it was not asked about. */
  awaitsPreparation(block: StructValue): boolean {
    const revisions = block.get('revisions')
    if (revisions?.type !== 'list') return false
    return revisions.items.some((item) => this.#isToBePrepared(item) && !this.#prepared.has(item))
  }

  #isToBePrepared(item: Value): item is StructValue {
    return item.type === 'struct' && isJsonRevision(item) && isJson(item)
  }

  /** Throws LedgerError 'journal/malformed' for what has something in it that no JSON has: giving types back would drop it. */
  retype(block: StructValue): RetypedBlock {
    checkIsJson(block, 'the block')
    return this.#revisions(
      change(withoutNulls(block, optionalFields), {
        blockTimestamp: toTimestamp,
        blockHash: toHash,
        entriesHash: toHash,
        previousBlockHash: toHash,
        entriesHashList: each(toHash),
        transactionInfo: fields({ statements: each(fields({ startTime: toTimestamp, statementDigest: toHash })) }),
      }),
    )
  }

  /** The same for those revisions of a block that were written as JSON, where the block itself was not. */
  retypeRevisions(block: StructValue): RetypedBlock {
    return this.#revisions(block)
  }

  #revisions(block: StructValue): RetypedBlock {
    const doubtful: number[] = []
    let [found, tries] = [0, 0]
    const tables = tablesOf(block)
    const retyped = each((revision, index) => {
      if (revision.type !== 'struct' || !isJsonRevision(revision)) return revision
      checkIsJson(revision, `revision ${index}`)
      const outcome = this.#revision(revision, tables)
      if (outcome.isDoubtful) doubtful.push(index)
      if (outcome.tries > 1) found += 1
      tries += outcome.tries
      return outcome.ion
    })
    return { ion: change(block, { revisions: retyped }), doubtful, found, tries }
  }

  /** One revision; `isDoubtful` when no types fit its hash. Also for revisions that stand alone, as in receipts. */
  revision(revision: StructValue): RetypedRevision {
    checkIsJson(revision, 'the revision')
    return this.#revision(revision, new Map())
  }

  #revision(revision: StructValue, tables: ReadonlyMap<string, string>): RetypedRevision {
    const known = this.#prepared.get(revision)
    if (known instanceof LedgerError) throw known
    if (known !== undefined) return known
    const search = this.#search(revision, tables)
    for (;;) {
      const step = search.next()
      if (step.done === true) return step.value
    }
  }

  *#search(revision: StructValue, tables: ReadonlyMap<string, string>): Generator<number, RetypedRevision> {
    const ion = change(withoutNulls(revision, optionalFields), {
      hash: toHash,
      dataHash: toHash,
      metadata: fields({ txTime: toTimestamp }),
    })
    const data = ion.get('data')
    const [hash, metadata] = [ion.get('hash'), ion.get('metadata')]
    if (data?.type !== 'struct' || hash?.type !== 'blob' || metadata?.type !== 'struct') return { ion, ...untried }
    const hashOfMetadata = ionHash(metadata)
    const id = metadata.get('id')
    const table = (id?.type === 'string' ? tables.get(id.value) : undefined) ?? ''
    const isRight = (hashOfData: Uint8Array) => equalBytes(joinHashes(hashOfData, hashOfMetadata), hash.bytes)
    const outcome = yield* this.#oracle.searchByHash(data, table, isRight)
    return {
      ion: change(ion, { data: () => outcome.value }),
      isDoubtful: !outcome.isCertain,
      isExhausted: outcome.isExhausted,
      tries: outcome.tries,
    }
  }
}

function isJson(value: StructValue): boolean {
  try {
    checkIsJson(value, '')
    return true
  } catch (error) {
    if (error instanceof LedgerError) return false
    throw error
  }
}

function checkIsJson(value: Value, where: string): void {
  const isTypedNull = value.type === 'null' && value.nullType !== 'null'
  if (value.annotations !== undefined || isTypedNull) {
    const found = isTypedNull ? `null.${value.nullType}` : 'annotated'
    throw malformed(where, found, 'plain JSON, as its hash is a string')
  }
  if (value.type === 'struct')
    for (const [index, field] of value.values.entries()) checkIsJson(field, `${where}.${value.names[index]}`)
  if (value.type === 'list' || value.type === 'sexp')
    for (const [index, item] of value.items.entries()) checkIsJson(item, `${where}[${index}]`)
}

/** Document id → table id, for what was learnt of a table's types. */
function tablesOf(block: StructValue): Map<string, string> {
  const tables = new Map<string, string>()
  const info = block.get('transactionInfo')
  const documents = info?.type === 'struct' ? info.get('documents') : undefined
  if (documents?.type !== 'struct') return tables
  documents.names.forEach((id, index) => {
    const document = documents.values[index]
    const tableId = document?.type === 'struct' ? document.get('tableId') : undefined
    if (tableId?.type === 'string') tables.set(id, tableId.value)
  })
  return tables
}

type Change = (value: Value, index: number) => Value

function change(value: StructValue, changes: Readonly<Record<string, Change>>): StructValue {
  const values = value.names.map((name, index) => {
    const field = value.values[index] as Value
    return Object.hasOwn(changes, name) ? (changes[name] as Change)(field, 0) : field
  })
  return struct(value.names, values, value.annotations)
}

function fields(changes: Readonly<Record<string, Change>>): Change {
  return (value) => (value.type === 'struct' ? change(value, changes) : value)
}

function each(itemChange: Change): Change {
  return (value) => (value.type === 'list' ? list(value.items.map(itemChange), value.annotations) : value)
}

/** What writers of JSON may show as null where it is absent, such as the data of a deletion. */
const optionalFields = new Set([
  'data',
  'dataHash',
  'transactionInfo',
  'redactionInfo',
  'revisions',
  'previousBlockHash',
])

/** A null beside the field itself stays: most readers of JSON take the last of two. The checks of a block's shape name it. */
function withoutNulls(value: StructValue, names: ReadonlySet<string>): StructValue {
  const isAlone = (name: string) => value.names.indexOf(name) === value.names.lastIndexOf(name)
  const isKept = value.names.map(
    (name, index) => !names.has(name) || value.values[index]?.type !== 'null' || !isAlone(name),
  )
  if (isKept.every(Boolean)) return value
  const keep = (_: unknown, index: number) => isKept[index] as boolean
  return struct(value.names.filter(keep), value.values.filter(keep), value.annotations)
}

/** What is not the plain text of a timestamp or of a hash stays as it is, for the checks of a block's shape to name. */
function toTimestamp(value: Value): Value {
  return isPlainText(value) ? (parseTimestamp(value.value) ?? value) : value
}

function toHash(value: Value): Value {
  if (!isPlainText(value)) return value
  const bytes = fromBase64(value.value)
  const isHash = (bytes.length === hashBytes || bytes.length === 0) && toBase64(bytes) === value.value
  return isHash ? blob(bytes) : value
}

function isPlainText(value: Value): value is StringValue {
  return value.type === 'string' && value.annotations === undefined
}
