import type { ErrorCode, LedgerError } from '../base/errors.ts'
import { placeAt } from '../base/span.ts'
import { internalFaultText } from '../protocol/error-texts.ts'
import { WireError, type WireErrorName } from '../protocol/message.ts'

/** Area of an error's code → the category that opens QLDB's text. Errors of other areas are told as they are. */
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

/** What the client is told of an error. `statement` is the text that the error's span points into. */
export function toWireError(error: LedgerError, statement?: string): WireError {
  const name = wireNameOf(error)
  return new WireError(name, textOf(error, statement), codeOf(error), undefined, { cause: error })
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
