import { noticeReasonCharactersMax } from '../base/limits.ts'
import { noticeText } from '../base/notice.ts'
import type { Value } from '../values/value.ts'
import type { NullComparison, Operation } from './notice-sites.ts'
import type { Failure } from './source-probe.ts'

/** The notice about an operation that never had a value; of an aggregate or a sub-query also one that had none for some. */
export function operationMessage({ role }: Operation, failure: Failure, written: string, isPartly: boolean): string {
  const shown = noticeText(written)
  const reason = noticeText(reasonOf(failure), noticeReasonCharactersMax)
  if (role === 'condition' || role === 'truth') return `${shown} was never true: ${reason}`
  if (role === 'name') return `${shown} named no field: ${reason}`
  if (role === 'removal') return `${shown} removed nothing: ${reason}`
  if (role === 'frame') return `no frame over ${shown} has rows: ${reason}`
  const result = `${shown} gave no value${isPartly ? ' for some rows' : ''}: ${reason}`
  return role === 'rows' ? `${result}; add LIMIT 1 or an aggregate` : result
}

const wrongArguments = /^Invalid argument types for \w+, expected: (.*) got: (.*)$/
const wrongOperands = /^Incorrect type of arguments for operator '(.+)', expected one of \[(.*)\] got (.*)$/

/** PartiQL's text of an error, shorter. */
function reasonOf({ message, help }: Failure): string {
  const advice = help === undefined ? '' : `; ${help}`
  const call = wrongArguments.exec(message)
  if (call !== null) return `it takes ${kinds(call[1])}, not ${found(call[2])}`
  const operator = wrongOperands.exec(message)
  if (operator !== null) {
    const joins = operator[1] === '+' && operator[3]?.includes('STRING') === true
    const hint = joins ? '; || joins strings' : advice
    return `'${operator[1]}' takes ${kinds(operator[2])}, not ${found(operator[3])}${hint}`
  }
  return (/^[A-Z][a-z]/.test(message) ? message.slice(0, 1).toLowerCase() + message.slice(1) : message) + advice
}

/** `STRING OR SYMBOL, INT` as `string, int`. */
function kinds(types = ''): string {
  const text = types.toLowerCase().replaceAll('string or symbol', 'string')
  const short = text.replace(/^string(?:, symbol)?$/, 'strings').replace(/^number$/, 'numbers')
  return short.replaceAll('int or float or decimal', 'number').replace('int, float, decimal, interval', 'numbers')
}

/** `INT, STRING` as `int and string`. */
function found(types = ''): string {
  return types.toLowerCase().replaceAll(', ', ' and ')
}

/** What a comparison with NULL or MISSING gets; undefined where a parameter turned out to be neither. */
export function nullMessage(
  { parts, kind }: NullComparison,
  parameters: readonly Value[],
  written: string,
): string | undefined {
  const absent = parts.map((part) => {
    const value =
      part.kind === 'constant' ? part.value : part.kind === 'parameter' ? parameters[part.ordinal] : undefined
    return value?.type === 'null' || value?.type === 'missing' ? { part, type: value.type.toUpperCase() } : undefined
  })
  const found = absent.find((one) => one !== undefined)
  const shown = noticeText(written)
  if (kind === 'list') return `${shown} is never true: the list holds NULL, which may equal any value; leave it out`
  if (kind === 'null-list') return `${shown} is never true; write IS NULL`
  if (found === undefined) return undefined
  const given = found.part.kind === 'parameter' ? `: the parameter is ${found.type}` : ''
  if (kind === 'other') return `${shown} is never true${given || `: nothing compares with ${found.type}`}`
  return `${shown} is never true${given}; write IS ${kind === 'unequal' ? 'NOT ' : ''}${found.type}`
}
