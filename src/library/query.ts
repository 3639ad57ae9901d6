import type { Value } from '../values/value.ts'
import { type Bindings, bindingsOf } from './bindings.ts'
import { PreparedQuery, type QueryEnv, type QueryOptions } from './prepared-query.ts'
import { type JsValue, toValue } from './to-value.ts'

/** A query that was parsed and planned once and can be run any number of times. */
export class Query {
  readonly #prepared: PreparedQuery

  /** Use `prepare`. */
  constructor(text: string, names: Iterable<string>, env: QueryEnv, options?: QueryOptions) {
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
  rows(bindings: Bindings = {}, parameters: readonly JsValue[] = []): Generator<Value, void, undefined> {
    return this.#prepared.rows(bindingsOf(bindings), parameters.map(toValue))
  }

  /** The whole value that it gives: a bag, a list with ORDER BY, or what the expression is. Throws as `rows`. */
  evaluate(bindings: Bindings = {}, parameters: readonly JsValue[] = []): Value {
    return this.#prepared.evaluate(bindingsOf(bindings), parameters.map(toValue))
  }

  /** How it is run, as EXPLAIN shows it: a tree, a step a line, the last step first. */
  explain(): string {
    return this.#prepared.explain()
  }
}
