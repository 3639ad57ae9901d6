import type { dom } from 'ion-js'
import { LedgerError } from '../base/errors.ts'
import type { Value } from '../values/value.ts'
import { toDom } from './dom-values.ts'
import { type JsResult, toJs } from './to-js.ts'

/** What results are given as: this library's values (the default), ion-js's DOM values, or JavaScript's own. */
export type ResultForm = 'value' | 'dom' | 'js'

/** The type of a result in each form. */
export type ResultOf<Form extends ResultForm> = { value: Value; dom: dom.Value; js: JsResult }[Form]

/** `toDom` and `toJs` say what is kept. Throws what they throw, and LedgerError 'usage/invalid-argument' for another form. */
export function inForm<Form extends ResultForm = 'value'>(value: Value, form?: Form): ResultOf<Form> {
  return converterOf(form ?? 'value')(value) as ResultOf<Form>
}

/** Each row when it is asked for. Throws as `inForm`; an unknown form at once. */
export function eachInForm<Form extends ResultForm = 'value'>(
  rows: Iterable<Value>,
  form?: Form,
): Generator<ResultOf<Form>, void, undefined> {
  return converted(rows, converterOf(form ?? 'value') as (value: Value) => ResultOf<Form>)
}

function* converted<To>(rows: Iterable<Value>, convert: (value: Value) => To): Generator<To, void, undefined> {
  for (const row of rows) yield convert(row)
}

const converters: { readonly [Form in ResultForm]: (value: Value) => ResultOf<Form> } = {
  value: (value) => value,
  dom: toDom,
  js: (value) => toJs(value),
}

function converterOf(form: ResultForm): (value: Value) => unknown {
  if (Object.hasOwn(converters, form)) return converters[form]
  throw new LedgerError('usage/invalid-argument', `results are ${Object.keys(converters).join(', ')}, found '${form}'`)
}
