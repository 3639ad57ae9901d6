import { aggregateRows, windowRows } from './functions/aggregates.ts'
import { choiceRows, ledgerRows } from './functions/choices.ts'
import { collectionRows } from './functions/collections.ts'
import { numberRows } from './functions/numbers.ts'
import type { FunctionRow, FunctionRows, Parameter, Trait } from './functions/row.ts'
import { textRows } from './functions/text.ts'
import { timeRows } from './functions/time.ts'

export { insteadOfFunction } from '../syntax/refused.ts'
export { collAggregates } from './functions/collections.ts'

const groups = {
  text: textRows,
  numbers: numberRows,
  time: timeRows,
  collections: collectionRows,
  choices: choiceRows,
  ledger: ledgerRows,
  aggregates: aggregateRows,
  windows: windowRows,
} as const satisfies Record<string, FunctionRows>

type Groups = typeof groups
type NamesIn<G extends keyof Groups> = G extends keyof Groups ? keyof Groups[G] : never

/** The plain functions: exec/functions has a body for each. */
export type PlainFunctionName = NamesIn<Exclude<keyof Groups, 'aggregates' | 'windows'>>
export type AggregateName = NamesIn<'aggregates'>

/** What is known of each built-in function, once: the planner, `exec`, the dialect check, the server and the docs ask here. */
export interface FunctionFacts {
  /** Lower case. */
  readonly name: string
  /** `aggregates`: over the rows of a group; `windows`: with OVER. All others are plain functions, by what they are about. */
  readonly group: keyof Groups
  readonly parameters: readonly Parameter[]
  readonly argumentsMin: number
  readonly argumentsMax: number
  readonly gives: string
  readonly traits: ReadonlySet<Trait>
  /** As it is written: `SUBSTRING(s, start [, length])`. */
  readonly signature: string
  /** What QLDB had instead of it. */
  readonly inQldb: string | undefined
}

/** By group, as docs/partiql.md lists them. */
export const functionFacts: readonly FunctionFacts[] = Object.entries(groups).flatMap(([group, rows]) =>
  Object.entries<FunctionRow>(rows).map(([name, row]) => factsOf(name, group as keyof Groups, row)),
)

function factsOf(name: string, group: keyof Groups, row: FunctionRow): FunctionFacts {
  const parameters = Object.values(row.takes)
  return {
    name,
    group,
    parameters,
    argumentsMin: parameters.filter((parameter) => !/[?*]$/.test(parameter)).length,
    argumentsMax: parameters.at(-1)?.endsWith('*') ? Number.POSITIVE_INFINITY : parameters.length,
    gives: row.gives,
    traits: new Set(row.traits),
    signature: row.form ?? signatureOf(name, row, group === 'windows'),
    inQldb: row.inQldb,
  }
}

function signatureOf(name: string, { takes }: FunctionRow, isWindow: boolean): string {
  let text = ''
  let open = 0
  for (const [argument, kind] of Object.entries<Parameter>(takes)) {
    const separator = text === '' ? '' : ', '
    if (kind.endsWith('*')) text += `${separator}…`
    else if (kind.endsWith('?')) {
      text += `${text === '' ? '' : ' '}[${separator}${argument}`
      open += 1
    } else text += separator + argument
  }
  return `${name.toUpperCase()}(${text}${']'.repeat(open)})${isWindow ? ' OVER (…)' : ''}`
}

const byName: ReadonlyMap<string, FunctionFacts> = new Map(functionFacts.map((facts) => [facts.name, facts]))

/** A function by its name in lower case. */
export function factsAbout(name: string): FunctionFacts | undefined {
  return byName.get(name)
}

/** Whether a function, by its name in lower case, has a trait; an unknown one has none. */
export function hasTrait(name: string, trait: Trait): boolean {
  return byName.get(name)?.traits.has(trait) ?? false
}

export const aggregateNames: ReadonlySet<string> = namesIn('aggregates')

/** The functions that take OVER and are no aggregates. */
export const windowNames: ReadonlySet<string> = namesIn('windows')

function namesIn(wanted: keyof Groups): ReadonlySet<string> {
  return new Set(Object.keys(groups[wanted]))
}
