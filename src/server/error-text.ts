import { type ErrorCode, LedgerError } from '../base/errors.ts'
import { placeAt } from '../base/span.ts'
import { internalFaultText } from '../protocol/error-texts.ts'
import { WireError, type WireErrorName } from '../protocol/message.ts'

/** Area of an error's code → the category that opens QLDB's text. Errors of other areas go out unchanged. */
const categories: Readonly<Record<string, string>> = {
  lexer: 'Lexer Error',
  ion: 'Lexer Error',
  parser: 'Parser Error',
  semantic: 'Semantic Error',
  value: 'Evaluator Error',
  evaluator: 'Evaluator Error',
}

/** QLDB's `Code` of a BadRequestException; only these two were ever seen. */
const tableExistsCode = '412'
const semanticCode = '432'

const conflictText = 'Optimistic concurrency control (OCC) failure encountered while committing the transaction'
const unsupportedText = 'Unsupported PartiQL Statement'

/** The error as the client gets it. `statement` is the text that the error's span points into. */
export function toWireError(error: LedgerError, statement?: string): WireError {
  const name = wireNameOf(error)
  return new WireError(name, textOf(error, statement), codeOf(error), undefined, { cause: error })
}

/** What clients get instead of errors whose own texts name files and folders of the server. */
const publicTexts: Partial<Record<ErrorCode, string>> = {
  'store/full': 'The disk of the server is full: nothing was written',
  'store/unavailable': 'The storage of the ledger cannot be used at the moment',
  'file/unwritable': 'The storage of the ledger cannot be used at the moment',
  'file/unreadable': 'The storage of the ledger cannot be used at the moment',
  'ledger/closed': 'The ledger is closed',
}

/** The error as a client on the network may see it: without the server's paths. */
export function withoutPaths(error: WireError): WireError {
  const { cause } = error
  if (!(cause instanceof LedgerError)) return error
  if (cause.kind !== 'unavailable' && cause.kind !== 'corrupt' && areaOf(cause) !== 'file') return error
  if (cause.code === 'ledger/not-found' || cause.code === 'transaction/unknown-outcome') return error
  const text = publicTexts[cause.code] ?? 'The ledger cannot be used: see the log of the server'
  return new WireError(error.name, text, error.code, error.requestId, { cause })
}

/** A bug: nothing of it reaches the client. */
export function internalFault(): WireError {
  return new WireError('InternalFailure', internalFaultText)
}

function wireNameOf(error: LedgerError): WireErrorName {
  const exceptions: Partial<Record<ErrorCode, WireErrorName>> = {
    'transaction/conflict': 'OccConflictException',
    'transaction/expired': 'InvalidSessionException',
    'session/not-found': 'InvalidSessionException',
    'session/expired': 'InvalidSessionException',
    'session/limit': 'LimitExceededException',
    'store/full': 'CapacityExceededException',
    'store/unavailable': 'ServiceUnavailable',
    'file/unwritable': 'ServiceUnavailable',
    'file/unreadable': 'ServiceUnavailable',
    'ledger/closed': 'ServiceUnavailable',
    'transaction/unknown-outcome': 'InternalFailure',
  }
  return exceptions[error.code] ?? (error.kind === 'corrupt' ? 'InternalFailure' : 'BadRequestException')
}

function codeOf(error: LedgerError): string | undefined {
  if (error.code === 'catalog/table-exists') return tableExistsCode
  return areaOf(error) === 'semantic' ? semanticCode : undefined
}

/**
 * `Semantic Error: at line 1, column 13: No such variable named 'T'; No such variable named 'T'`: PartiQL's generated
 * message, then the bare one (amazon-qldb-driver-go statement_execution_test.go).
 */
function textOf(error: LedgerError, statement: string | undefined): string {
  if (error.code === 'transaction/conflict') return conflictText
  const category = categories[areaOf(error)]
  if (error.span === undefined || statement === undefined || category === undefined) return error.message
  const { line, column } = placeAt(statement, error.span.start)
  if (error.message === unsupportedText) return `${unsupportedText}, Errors at:\nline ${line}, column ${column}`
  return `${category}: at line ${line}, column ${column}: ${error.message}; ${error.message}`
}

function areaOf(error: LedgerError): string {
  return error.code.slice(0, error.code.indexOf('/'))
}
