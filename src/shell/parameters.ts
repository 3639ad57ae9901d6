import { LedgerError } from '../base/errors.ts'
import type { Expression } from '../syntax/ast.ts'
import { tokenize } from '../syntax/lexer.ts'
import { parseStatement } from '../syntax/parser.ts'
import { negate } from '../values/arithmetic.ts'
import { list, struct, type Value } from '../values/value.ts'

/**
 * Values for the `?` of a statement, as PartiQL writes them, separated by commas: `'text'`, `2015`, `2.50`, `true`, `null`,
 * `{'a': [1, 2]}`, and Ion in backticks for all else (`` `2024-01-31T` ``). An empty text is no value at all.
 * Throws LedgerError 'usage/invalid-argument' for anything that is not a value.
 */
export function parseParameters(text: string): Value[] {
  if (text.trim() === '') return []
  let query: Expression | undefined
  try {
    const statement = parseStatement(`[${text}\n]`)
    if (statement.kind === 'query') query = statement.query
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error
    throw notValues(`'${text.trim()}' is not a list of values: ${error.message}`)
  }
  if (query?.kind !== 'list') throw notValues(`'${text.trim()}' is not a list of values`)
  return query.items.map((item) => literalOf(item, text))
}

function literalOf(expression: Expression, text: string): Value {
  switch (expression.kind) {
    case 'literal':
      return expression.value
    case 'unary':
      if (expression.op !== '-' || expression.operand.kind !== 'literal') break
      return negate(expression.operand.value)
    case 'list':
      return list(expression.items.map((item) => literalOf(item, text)))
    case 'struct':
      return structOf(expression.fields, text)
    default:
  }
  // The text was put into one bracket.
  const found = text.slice(expression.span.start - 1, expression.span.end - 1)
  throw notValues(`'${found}' is not a value`)
}

function structOf(fields: Extract<Expression, { kind: 'struct' }>['fields'], text: string): Value {
  const names = fields.map(({ name }) => {
    const value = literalOf(name, text)
    if (value.type === 'string' || value.type === 'symbol') return value.value
    throw notValues("a field's name is a text in single quotes")
  })
  return struct(
    names,
    fields.map(({ value }) => literalOf(value, text)),
  )
}

function notValues(message: string): LedgerError {
  return new LedgerError('usage/invalid-argument', message, {
    help: "for example: 'text', 2015, 2.50, {'a': [1, 2]}, and Ion in backticks: `2024-01-31T`",
  })
}

/**
 * What a statement is sent with: the values bound for it, else, if it has a `?` at all, those given to every statement.
 * Throws LedgerError 'usage/invalid-argument' when there are more or fewer than it has `?`: the ledger would not say so.
 */
export function parametersFor(
  text: string,
  bound: readonly Value[] | undefined,
  given: readonly Value[],
): readonly Value[] {
  const values = bound ?? given
  if (bound === undefined && given.length === 0) return []
  const places = text.includes('?') ? tokenize(text).filter(({ kind }) => kind === 'parameter').length : 0
  if (places === values.length) return values
  if (bound === undefined && places === 0) return []
  const count = values.length === 1 ? '1 value is' : `${values.length} values are`
  throw new LedgerError('usage/invalid-argument', `the statement has ${places} '?', and ${count} bound`)
}
