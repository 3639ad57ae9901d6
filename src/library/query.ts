import { type Bindings, bindingsOf } from './bindings.ts'
import { PreparedQuery, type QueryEnv, type QueryOptions } from './prepared-query.ts'
import { eachInForm, inForm, type ResultForm, type ResultOf } from './result-form.ts'
import { type JsValue, toValue } from './to-value.ts'

export interface LibraryQueryOptions<Form extends ResultForm = 'value'> extends QueryOptions {
  /** What results are given as: `value` (the default), ion-js's `dom`, or `js` (as `toJs` gives them). */
  readonly results?: Form
}

/** A query that was parsed and planned once and can be run any number of times. */
export class Query<Form extends ResultForm = 'value'> {
  readonly #prepared: PreparedQuery
  readonly #form: Form | undefined

  /** Use `prepare`. */
  constructor(text: string, names: Iterable<string>, env: QueryEnv, options: LibraryQueryOptions<Form> = {}) {
    this.#form = options.results
    this.#prepared = new PreparedQuery(text, names, env, options)
  }

  /** How many parameters (`?`) it has. */
  get parameterCount(): number {
    return this.#prepared.parameterCount
  }

  /**
   * The rows of the bag or list that it gives, each made when it is asked for; any other value is one row. Throws
   * LedgerError, with a place in the query's text where one is known.
   */
  rows(bindings: Bindings = {}, parameters: readonly JsValue[] = []): Generator<ResultOf<Form>, void, undefined> {
    const values = parameters.map((parameter) => toValue(parameter))
    return eachInForm(this.#prepared.rows(bindingsOf(bindings), values), this.#form)
  }

  /** The whole value that it gives: a bag, a list with ORDER BY, or what the expression is. Throws as `rows`. */
  evaluate(bindings: Bindings = {}, parameters: readonly JsValue[] = []): ResultOf<Form> {
    const values = parameters.map((parameter) => toValue(parameter))
    return inForm(this.#prepared.evaluate(bindingsOf(bindings), values), this.#form)
  }

  /** How it is run, as EXPLAIN shows it: a tree, a step a line, the last step first. */
  explain(): string {
    return this.#prepared.explain()
  }
}
