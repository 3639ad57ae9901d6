import { idCharacters, isId } from '../base/ids.ts'
import {
  documentBytesMax,
  documentBytesMaxWide,
  ledgerNameCharactersMax,
  parameterTextCharactersMax,
} from '../base/limits.ts'
import { type CommandName, commandNames, type SendCommandRequest, type ValueHolder, WireError } from './message.ts'

const tokenCharactersMin = 4
const tokenCharactersMax = 1024
/** A SHA-256 hash. The model says only "a blob". */
const digestBytes = 32

const tokenPattern = /^[A-Za-z0-9+/=-]+$/
const ledgerNamePattern = /^(?!.*--)(?![0-9]+$)(?!-)(?!.*-$)[A-Za-z0-9-]+$/

/**
 * Checks what the service model says about the members of every command: lengths and
 * patterns (botocore data/qldb-session/2019-07-11/service-2.json). Returns the one command that is there. A
 * statement's own length is the ledger's business: there it still counts in the commit digest.
 * Throws WireError BadRequestException, worded like QLDB's `The parameter SessionToken is not valid`.
 */
export function checkRequest(request: SendCommandRequest): CommandName {
  let command: CommandName | undefined
  let count = 0
  for (const name of commandNames) {
    if (request[name] === undefined) continue
    command = name
    count += 1
  }
  if (command === undefined || count > 1) {
    const found = count === 0 ? 'none' : commandNames.filter((name) => request[name] !== undefined).join(', ')
    throw invalid(`The request is not valid: exactly one command is needed, found ${found}`)
  }
  if (command !== 'StartSession') checkToken('SessionToken', request.SessionToken)
  if (request.StartSession !== undefined) checkLedgerName(request.StartSession.LedgerName)
  if (request.CommitTransaction !== undefined) {
    checkTransactionId(request.CommitTransaction.TransactionId)
    const length = request.CommitTransaction.CommitDigest.length
    if (length !== digestBytes) throw refuse('CommitDigest', `it has ${length} bytes, ${digestBytes} are needed`)
  }
  if (request.FetchPage !== undefined) {
    checkTransactionId(request.FetchPage.TransactionId)
    checkToken('NextPageToken', request.FetchPage.NextPageToken)
  }
  if (request.ExecuteStatement !== undefined) checkTransactionId(request.ExecuteStatement.TransactionId)
  return command
}

export interface ParameterQuotas {
  readonly bytes: number
  readonly textCharacters: number
}

/** QLDB's quotas, or this program's own wider bounds; with `documentBytes`, that many bytes, and eight characters for each. */
export function parameterQuotas(strictQldb: boolean, documentBytes?: number): ParameterQuotas {
  if (documentBytes !== undefined)
    return { bytes: documentBytes, textCharacters: Math.max(documentBytes * 8, parameterTextCharactersMax) }
  return strictQldb
    ? { bytes: documentBytesMax, textCharacters: parameterTextCharactersMax }
    : { bytes: documentBytesMaxWide, textCharacters: documentBytesMaxWide }
}

/** Checks the holders of a statement's parameters. Throws WireError BadRequestException. */
export function checkParameters(holders: readonly ValueHolder[], quotas: ParameterQuotas): void {
  holders.forEach((holder, index) => {
    checkHolder(holder, `Parameters[${index}]`, quotas)
  })
}

function checkHolder({ IonBinary, IonText }: ValueHolder, name: string, quotas: ParameterQuotas): void {
  if ((IonBinary === undefined) === (IonText === undefined)) {
    throw refuse(name, 'it needs either IonBinary or IonText')
  }
  if (IonBinary?.length === 0 || IonText?.length === 0) throw refuse(name, 'it is empty')
  if (IonBinary !== undefined && IonBinary.length > quotas.bytes) {
    throw refuse(name, `it has ${IonBinary.length} bytes, at most ${quotas.bytes} are allowed`)
  }
  if (IonText !== undefined && IonText.length > quotas.textCharacters) {
    const most = quotas.textCharacters
    throw refuse(name, `it has ${IonText.length} characters, at most ${most} are allowed`)
  }
}

function checkToken(name: string, token: string | undefined): void {
  if (token === undefined) throw refuse(name, 'it is missing')
  if (token.length < tokenCharactersMin || token.length > tokenCharactersMax || !tokenPattern.test(token)) {
    throw invalid(`The parameter ${name} is not valid`)
  }
}

function checkTransactionId(id: string): void {
  if (!isId(id)) throw refuse('TransactionId', `it has to be ${idCharacters} letters and digits`)
}

/** Whether a ledger may be named so. */
export function isLedgerName(name: string): boolean {
  return name.length <= ledgerNameCharactersMax && ledgerNamePattern.test(name)
}

function checkLedgerName(name: string): void {
  if (name.length === 0 || name.length > ledgerNameCharactersMax) {
    throw refuse('LedgerName', `it has ${name.length} characters, 1 to ${ledgerNameCharactersMax} are allowed`)
  }
  if (!ledgerNamePattern.test(name)) {
    throw refuse('LedgerName', 'only letters, digits and single hyphens between them are allowed, and not digits alone')
  }
}

function refuse(name: string, problem: string): WireError {
  return invalid(`The parameter ${name} is not valid: ${problem}`)
}

function invalid(message: string): WireError {
  return new WireError('BadRequestException', message)
}
