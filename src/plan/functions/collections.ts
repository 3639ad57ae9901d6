import type { FunctionRow, FunctionRows } from './row.ts'

/** The aggregates of the specification, each of which has a COLL_ function beside it. */
export const collAggregates = ['any', 'avg', 'count', 'every', 'max', 'min', 'some', 'sum'] as const

export const collectionRows = {
  cardinality: {
    takes: { c: 'collection' },
    gives: 'number of elements, fields or entries',
    traits: ['rows', 'calm'],
    inQldb: 'SIZE(c)',
  },
  coll_to_scalar: { takes: { c: 'sequence' }, gives: "the value of the one field of c's one row", traits: ['rows'] },
  coll_any: overElements('ANY'),
  coll_avg: overElements('AVG'),
  coll_count: overElements('COUNT'),
  coll_every: overElements('EVERY'),
  coll_max: overElements('MAX'),
  coll_min: overElements('MIN'),
  coll_some: overElements('SOME'),
  coll_sum: overElements('SUM'),
  exists: {
    takes: { c: 'any' },
    gives: 'whether a collection or sub-query has an element',
    traits: ['qldb', 'rows', 'absent', 'consumes', 'calm'],
  },
  filter_distinct: { takes: { c: 'sequence' }, gives: 'c without duplicates' },
  flatten: { takes: { c: 'sequence' }, gives: 'the elements of the collections in c', traits: ['rows'] },
  map_contains_key: { takes: { m: 'map', key: 'any' }, gives: 'whether the map has the key', traits: ['calm'] },
  map_entries: { takes: { m: 'map' }, gives: 'a bag of {k, v}', traits: ['calm'] },
  map_get: { takes: { m: 'map', key: 'any' }, gives: 'the value of the key', traits: ['calm'] },
  map_keys: { takes: { m: 'map' }, gives: 'a bag of the keys', traits: ['calm'] },
  map_values: { takes: { m: 'map' }, gives: 'a bag of the values', traits: ['calm'] },
  size: {
    takes: { c: 'collection' },
    gives: 'number of elements, fields or entries',
    traits: ['qldb', 'rows', 'calm'],
  },
} as const satisfies FunctionRows

function overElements(aggregate: string) {
  return {
    takes: { c: 'sequence' },
    gives: `${aggregate} over the elements of c`,
    traits: ['rows'],
    form: `COLL_${aggregate}([DISTINCT] c)`,
  } as const satisfies FunctionRow
}
