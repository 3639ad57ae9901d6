import type { ControlResponse } from './control-message.ts'
import { LedgerError } from '../base/errors.ts'
import { jsonProblem } from './json-shape.ts'
import { MemberReader, parseUnique } from './member-reader.ts'
import type { ValueHolder } from './message.ts'

/**
 * Answers of the control plane as REST JSON. Each throws LedgerError 'endpoint/malformed-answer' for text that is none. Values
 * are Ion text.
 */
export function decodeDigest(text: string): NonNullable<ControlResponse['GetDigest']> {
  const body = bodyOf(text)
  return { Digest: body.needBlob('Digest'), DigestTipAddress: holderOf(body.struct('DigestTipAddress')) }
}

export function decodeBlock(text: string): NonNullable<ControlResponse['GetBlock']> {
  const body = bodyOf(text)
  return { Block: holderOf(body.struct('Block')), ...proofOf(body) }
}

export function decodeRevision(text: string): NonNullable<ControlResponse['GetRevision']> {
  const body = bodyOf(text)
  return { Revision: holderOf(body.struct('Revision')), ...proofOf(body) }
}

export function decodeLedgers(text: string): NonNullable<ControlResponse['ListLedgers']> {
  const body = bodyOf(text)
  const ledgers = body.list('Ledgers')
  if (ledgers === undefined) throw refuse("'Ledgers' is missing")
  const next = body.text('NextToken')
  return {
    Ledgers: ledgers.map((ledger) => ({ Name: ledger.needText('Name') })),
    ...(next === undefined ? {} : { NextToken: next }),
  }
}

function proofOf(body: MemberReader): { readonly Proof?: ValueHolder } {
  return body.has('Proof') ? { Proof: holderOf(body.struct('Proof')) } : {}
}

function holderOf(holder: MemberReader): ValueHolder {
  return { IonText: holder.needText('IonText') }
}

function bodyOf(text: string): MemberReader {
  const problem = jsonProblem(text, {})
  if (problem !== undefined) throw refuse(problem)
  return new MemberReader(parseUnique(text, refuse), '', refuse)
}

function refuse(problem: string): LedgerError {
  return new LedgerError(
    'endpoint/malformed-answer',
    `the endpoint's answer is not one of the control plane: ${problem}`,
  )
}
