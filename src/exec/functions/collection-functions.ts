import { compareExtremes, compareOrThrow, equals, equalityKey } from '../../values/compare.ts'
import { bag, bool, int, isAbsent, missing, nullValue, type Value } from '../../values/value.ts'
import { collAggregates } from '../../plan/function-facts.ts'
import { findAggregate } from './aggregates.ts'
import {
  type Bodies,
  type Body,
  definitionOf,
  type FunctionContext,
  type FunctionDefinition,
  mismatch,
} from './definition.ts'

/** Functions of collections, and those that pick one of their arguments. */
export const collectionBodies = {
  size: ([value]) => int(sizeOf(value as Value)),
  cardinality: ([value]) => int(sizeOf(value as Value)),
  exists: ([value]) => bool(exists(value as Value)),
  coalesce,
  nullif: ([a, b], context) => nullIf(a as Value, b as Value, context),
  ifnull: coalesce,
  greatest: (args, context) => extreme(args, 1, context),
  least: (args, context) => extreme(args, -1, context),
  filter_distinct: ([value]) => bag(distinct(itemsOf(value as Value))),
  flatten: ([value], context) => bag(flattened(itemsOf(value as Value), context)),
  coll_to_scalar: ([value]) => toScalar(itemsOf(value as Value)),
  coll_any: over('any'),
  coll_avg: over('avg'),
  coll_count: over('count'),
  coll_every: over('every'),
  coll_max: over('max'),
  coll_min: over('min'),
  coll_some: over('some'),
  coll_sum: over('sum'),
} satisfies Bodies

/** COLL_SUM(DISTINCT x): the planner asks for it by this name. */
export const distinctCollections: readonly FunctionDefinition[] = collAggregates.map((name) => ({
  ...definitionOf(`coll_${name}`, over(name, distinct)),
  name: `coll_${name}_distinct`,
}))

function over(aggregate: string, chosen = (items: readonly Value[]): readonly Value[] => items): Body {
  return ([value]) => aggregated(aggregate, chosen(itemsOf(value as Value)))
}

/** The first present argument; of absent ones alone NULL, or MISSING where in permissive typing all are that. */
function coalesce(args: readonly Value[], { typing }: FunctionContext): Value {
  const present = args.find((value) => !isAbsent(value))
  if (present !== undefined) return present
  return typing === 'permissive' && args.every((value) => value.type === 'missing') ? missing : nullValue
}

/** The greatest or least of the arguments that are present, as PostgreSQL and DuckDB have it; they have to be comparable. */
function extreme(args: readonly Value[], sign: 1 | -1, context: FunctionContext): Value {
  let best: Value | undefined
  for (const value of args) {
    if (isAbsent(value)) continue
    if (best === undefined) best = value
    else {
      compareOrThrow(value, best)
      if (compareExtremes(value, best) * sign > 0) best = value
    }
  }
  return best ?? coalesce(args, context)
}

function sizeOf(value: Value): number {
  return value.type === 'struct'
    ? value.names.length
    : value.type === 'map'
      ? value.items.length
      : itemsOf(value).length
}

function flattened(items: readonly Value[], { values }: FunctionContext): Value[] {
  const found: Value[] = []
  const size = values.sum()
  for (const item of items) {
    for (const part of itemsOf(item)) {
      size.add(part)
      found.push(part)
    }
  }
  return found
}

function itemsOf(value: Value): readonly Value[] {
  if (value.type === 'list' || value.type === 'sexp' || value.type === 'bag') return value.items
  throw mismatch(`expected a collection, got: ${value.type.toUpperCase()}`)
}

/** Whether it is a container with something in it; never absent. */
function exists(value: Value): boolean {
  return (value.type === 'struct' || 'items' in value) && sizeOf(value) > 0
}

/** SQL's CASE WHEN a = b THEN NULL ELSE a END. */
function nullIf(a: Value, b: Value, { typing }: FunctionContext): Value {
  if (a.type === 'missing') return typing === 'qldb' ? nullValue : missing
  return !isAbsent(a) && !isAbsent(b) && equals(a, b) ? nullValue : a
}

function distinct(items: readonly Value[]): Value[] {
  const seen = new Set<string>()
  return items.filter((item) => {
    const key = equalityKey(item)
    return !seen.has(key) && seen.add(key) !== undefined
  })
}

/** The one value of the one struct of a collection, as a scalar sub-query gives it (specification, section 9.1). */
function toScalar(items: readonly Value[]): Value {
  const row = items[0]
  if (items.length > 1 || row?.type !== 'struct' || row.values.length !== 1) {
    throw mismatch('expected a collection of one struct with one field')
  }
  return row.values[0] as Value
}

function aggregated(name: string, items: readonly Value[]): Value {
  const accumulator = findAggregate(name)?.start()
  if (accumulator === undefined) return missing
  for (const item of items) accumulator.add(item)
  return accumulator.result()
}
