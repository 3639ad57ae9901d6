/**
 * The library: a PartiQL engine over JavaScript and Ion values, and an embedded ledger.
 *
 * ```ts
 * import { evaluate, openLedger, toJs } from 'qldb-shell'
 *
 * toJs(evaluate('SELECT VALUE c.name FROM cars AS c WHERE c.year > 2000', { cars: [{ name: 'Aster', year: 2014 }] }))
 *
 * const ledger = await openLedger({ directory: './data' })
 * await ledger.execute('CREATE TABLE Car')
 * await ledger.execute('INSERT INTO Car ?', [{ name: 'Aster', year: 2014 }])
 * await ledger.close()
 * ```
 *
 * See docs/library.md.
 */
import { realEnv } from './host/real-env.ts'
import type { Bindings } from './library/bindings.ts'
import { EmbeddedLedger, type OpenLedgerOptions } from './library/embedded-ledger.ts'
import { type LibraryQueryOptions, Query } from './library/query.ts'
import type { ResultForm, ResultOf } from './library/result-form.ts'
import type { JsValue } from './library/to-value.ts'

/** Options of a query, in addition to its bindings. */
export interface EvaluateOptions<Form extends ResultForm = 'value'> extends LibraryQueryOptions<Form> {
  /** The values of `?`, in order. */
  readonly parameters?: readonly JsValue[]
}

/**
 * Evaluates a PartiQL query or expression. Its names stand for what `bindings` say; nothing else is in reach. Throws
 * LedgerError with a place in the text (`span`).
 */
export function evaluate<Form extends ResultForm = 'value'>(
  text: string,
  bindings: Bindings = {},
  options: EvaluateOptions<Form> = {},
): ResultOf<Form> {
  return prepare(text, Object.keys(bindings), options).evaluate(bindings, options.parameters)
}

/**
 * The rows of a query, each made when it is asked for. Iterables among the bindings are read as the rows are: a query
 * that neither groups, sorts nor joins holds none of them.
 */
export function rows<Form extends ResultForm = 'value'>(
  text: string,
  bindings: Bindings = {},
  options: EvaluateOptions<Form> = {},
): Generator<ResultOf<Form>, void, undefined> {
  return prepare(text, Object.keys(bindings), options).rows(bindings, options.parameters)
}

/** Parses and plans a query over the names that its runs will bind. */
export function prepare<Form extends ResultForm = 'value'>(
  text: string,
  names: Iterable<string> = [],
  options: LibraryQueryOptions<Form> = {},
): Query<Form> {
  return new Query(text, names, realEnv, options)
}

/** How a query over these names is run: the plan as a tree, a step a line. */
export function explain(
  text: string,
  names: Iterable<string> = [],
  options: LibraryQueryOptions<ResultForm> = {},
): string {
  return prepare(text, names, options).explain()
}

/**
 * Opens a ledger in a directory (LMDB), made when there is none, or in memory. Rejects with LedgerError 'ledger/…' or
 * 'store/…'. Several processes may have one open at once.
 */
export function openLedger(options: OpenLedgerOptions = {}): Promise<EmbeddedLedger> {
  return EmbeddedLedger.open(options, realEnv)
}

export type { Env } from './base/env.ts'
export { type ErrorCode, type ErrorKind, LedgerError } from './base/errors.ts'
export { type Place, placeAt, type Span } from './base/span.ts'
export { Driver, type ExecuteOptions, type Retry } from './driver/driver.ts'
export { describeFailure, type Failure, type FailureKind, type OtherFailure } from './driver/failure.ts'
export { Result } from './driver/result.ts'
export type { Statistics } from './driver/session.ts'
export { Transaction } from './driver/transaction.ts'
export type { SendOptions, Transport } from './driver/transport.ts'
export type { InputFormat } from './inputs/input.ts'
export { type Excerpt, InputError } from './inputs/input-error.ts'
export { Ledger, type LedgerDigest, type LedgerReport, type ProvenRevision } from './ledger/ledger.ts'
export { type Bindings, readRows } from './library/bindings.ts'
export { fromDom, isDom, toDom } from './library/dom-values.ts'
export { EmbeddedLedger, type LedgerExecuteOptions, type OpenLedgerOptions } from './library/embedded-ledger.ts'
export { LedgerResult, LedgerTransaction } from './library/ledger-transaction.ts'
export type { QueryOptions } from './library/prepared-query.ts'
export { type LibraryQueryOptions, Query } from './library/query.ts'
export type { ResultForm, ResultOf } from './library/result-form.ts'
export { type JsResult, toJs, type ToJsOptions } from './library/to-js.ts'
export { isValue, type JsValue, toValue } from './library/to-value.ts'
export { WireError } from './protocol/message.ts'
export type { Expression } from './syntax/ast.ts'
export { pictureAt } from './syntax/caret.ts'
export { parseStatement as parse } from './syntax/parser.ts'
export { printExpression, printStatement as print } from './syntax/print-ast.ts'
export { isComplete, type ScriptStatement, StatementSplitter } from './syntax/split.ts'
export type { Statement } from './syntax/statement-ast.ts'
export { decodeAllIon, decodeIon } from './values/binary-reader.ts'
export { encodeIon } from './values/binary-writer.ts'
export { compare, compareTotal, equals, ionEquals } from './values/compare.ts'
export { ionHash } from './values/ion-hash.ts'
export { type MapEntry, mapOf } from './values/map.ts'
export { fromPartiqlIon } from './values/partiql-ion.ts'
export { parseAllIon, parseIon } from './values/text-reader.ts'
export { type PrintOptions, printIon } from './values/text-writer.ts'
export { parseTimestamp, printTimestamp, timestampFromMs } from './values/timestamp.ts'
export {
  type Annotations,
  bag,
  type BagValue,
  blob,
  type BlobValue,
  bool,
  type BoolValue,
  clob,
  type ClobValue,
  date,
  type DateValue,
  decimal,
  type DecimalValue,
  float,
  type FloatValue,
  int,
  type IntervalValue,
  type IntValue,
  isAbsent,
  list,
  type ListValue,
  type MapValue,
  missing,
  type MissingValue,
  nullOf,
  type NullType,
  type NullValue,
  nullValue,
  sexp,
  type SexpValue,
  string,
  type StringValue,
  struct,
  structOf,
  type StructValue,
  symbol,
  type SymbolValue,
  time,
  timestamp,
  type TimestampFields,
  type TimestampPrecision,
  type TimestampValue,
  type TimeValue,
  type Value,
  type ValueType,
} from './values/value.ts'
