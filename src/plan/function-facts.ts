export { insteadOfFunction } from '../syntax/refused.ts'

/** What is known of each built-in function, once: the planner, `exec`, the dialect check, the server and docs/partiql.md ask here. */
export interface FunctionFacts {
  /** Lower case. */
  readonly name: string
  /** `aggregate`: over the rows of a group. Everything else is a plain function, in the groups of docs/partiql.md. */
  readonly group: 'text' | 'numbers' | 'time' | 'collections' | 'choices' | 'ledger' | 'aggregates'
  readonly traits: ReadonlySet<Trait>
}

/**
 * - `qldb`: QLDB had it
 * - `literals`: a literal that it can never take is refused before anything runs, as QLDB did
 * - `calm`: in permissive typing it never raises an error, so that a condition with it may be tried early
 * - `rows`: it takes whole collections: a sub-query among its arguments keeps its rows
 * - `clock`: a repeated statement would get another value
 */
export type Trait = 'qldb' | 'literals' | 'calm' | 'rows' | 'clock'

function row(name: string, group: FunctionFacts['group'], ...traits: readonly Trait[]): FunctionFacts {
  return { name, group, traits: new Set(traits) }
}

/** The aggregates of the specification, each of which has a COLL_ function beside it. */
export const collAggregates: readonly string[] = ['any', 'avg', 'count', 'every', 'max', 'min', 'some', 'sum']

/** By group, then by name. */
export const functionFacts: readonly FunctionFacts[] = [
  row('bit_length', 'text', 'calm'),
  row('char_length', 'text', 'qldb', 'literals', 'calm'),
  row('character_length', 'text', 'qldb', 'literals', 'calm'),
  row('concat', 'text', 'calm'),
  row('left', 'text', 'calm'),
  row('length', 'text', 'calm'),
  row('lower', 'text', 'qldb', 'literals', 'calm'),
  row('lpad', 'text'),
  row('ltrim', 'text', 'calm'),
  row('octet_length', 'text', 'calm'),
  row('overlay', 'text'),
  row('position', 'text', 'calm'),
  row('repeat', 'text'),
  row('replace', 'text'),
  row('reverse', 'text', 'calm'),
  row('right', 'text', 'calm'),
  row('rpad', 'text'),
  row('rtrim', 'text', 'calm'),
  row('split', 'text', 'calm'),
  row('starts_with', 'text', 'calm'),
  row('substring', 'text', 'qldb', 'literals', 'calm'),
  row('text_replace', 'text'),
  row('trim', 'text', 'qldb', 'literals', 'calm'),
  row('upper', 'text', 'qldb', 'literals', 'calm'),

  row('abs', 'numbers'),
  row('ceil', 'numbers'),
  row('ceiling', 'numbers'),
  row('exp', 'numbers'),
  row('floor', 'numbers'),
  row('ln', 'numbers'),
  row('mod', 'numbers'),
  row('pow', 'numbers'),
  row('power', 'numbers'),
  row('round', 'numbers'),
  row('sign', 'numbers', 'calm'),
  row('sqrt', 'numbers'),
  row('trunc', 'numbers'),

  row('current_date', 'time', 'clock', 'calm'),
  row('current_time', 'time', 'clock', 'calm'),
  row('current_timestamp', 'time', 'clock', 'calm'),
  row('date_add', 'time', 'qldb', 'literals'),
  row('date_diff', 'time', 'qldb', 'literals'),
  row('date_trunc', 'time', 'calm'),
  row('extract', 'time', 'qldb', 'literals'),
  row('from_unixtime', 'time'),
  row('make_date', 'time'),
  row('make_time', 'time'),
  row('overlaps', 'time'),
  row('to_string', 'time', 'qldb', 'literals'),
  row('to_timestamp', 'time', 'qldb', 'literals'),
  row('unix_timestamp', 'time', 'clock'),
  row('utcnow', 'time', 'qldb', 'clock', 'calm'),

  row('cardinality', 'collections', 'rows', 'calm'),
  row('coll_to_scalar', 'collections', 'rows'),
  ...collAggregates.map((name) => row(`coll_${name}`, 'collections', 'rows')),
  row('exists', 'collections', 'qldb', 'rows', 'calm'),
  row('filter_distinct', 'collections'),
  row('flatten', 'collections', 'rows'),
  row('map_contains_key', 'collections', 'calm'),
  row('map_entries', 'collections', 'calm'),
  row('map_get', 'collections', 'calm'),
  row('map_keys', 'collections', 'calm'),
  row('map_values', 'collections', 'calm'),
  row('size', 'collections', 'qldb', 'rows', 'calm'),

  row('coalesce', 'choices', 'qldb', 'calm'),
  row('greatest', 'choices', 'calm'),
  row('ifnull', 'choices', 'calm'),
  row('least', 'choices', 'calm'),
  row('nullif', 'choices', 'qldb', 'calm'),
  row('tupleunion', 'choices', 'rows'),

  row('txid', 'ledger', 'qldb', 'calm'),

  row('any', 'aggregates'),
  row('any_value', 'aggregates'),
  row('array_agg', 'aggregates'),
  row('avg', 'aggregates', 'qldb'),
  row('count', 'aggregates', 'qldb'),
  row('every', 'aggregates'),
  row('max', 'aggregates', 'qldb'),
  row('median', 'aggregates'),
  row('min', 'aggregates', 'qldb'),
  row('some', 'aggregates'),
  row('stddev', 'aggregates'),
  row('stddev_pop', 'aggregates'),
  row('stddev_samp', 'aggregates'),
  row('string_agg', 'aggregates'),
  row('sum', 'aggregates', 'qldb'),
  row('var_pop', 'aggregates'),
  row('var_samp', 'aggregates'),
  row('variance', 'aggregates'),
]

const byName: ReadonlyMap<string, FunctionFacts> = new Map(functionFacts.map((facts) => [facts.name, facts]))

/** Whether a function, by its name in lower case, has a trait; an unknown one has none. */
export function hasTrait(name: string, trait: Trait): boolean {
  return byName.get(name)?.traits.has(trait) ?? false
}

/** SQL's aggregate functions (specification, section 11); COLL_… are plain functions. */
export const aggregateNames: ReadonlySet<string> = new Set(
  functionFacts.filter(({ group }) => group === 'aggregates').map(({ name }) => name),
)

/** The names of the functions with a trait. */
export function namesWith(trait: Trait): string[] {
  return functionFacts.filter(({ traits }) => traits.has(trait)).map(({ name }) => name)
}

/** Whether there is a function of that name, in lower case. */
export function isFunction(name: string): boolean {
  return byName.has(name)
}
