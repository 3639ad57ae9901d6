import type { FunctionRow, FunctionRows } from './row.ts'

/** SQL's aggregate functions (specification, section 11): over the rows of a group. */
export const aggregateRows = {
  any: ofRows({ x: 'any' }, 'whether one boolean is true'),
  any_value: ofRows({ x: 'any' }, 'the first value that is present'),
  array_agg: {
    takes: { x: 'any' },
    gives: 'a list of the values; keeps NULL, skips MISSING',
    form: 'ARRAY_AGG([DISTINCT] x [ORDER BY y])',
  },
  avg: { ...ofRows({ x: 'any' }, 'the mean'), traits: ['qldb', 'brief'] },
  count: {
    takes: { x: 'any' },
    gives: 'number of rows, or of the values that are present',
    traits: ['qldb', 'brief'],
    form: 'COUNT(*), COUNT([DISTINCT] x)',
  },
  every: ofRows({ x: 'any' }, 'whether all booleans are true'),
  max: { ...ofRows({ x: 'any' }, 'the greatest value'), traits: ['qldb', 'brief'] },
  median: ofRows({ x: 'any' }, 'the middle number, or the mean of the two in the middle'),
  min: { ...ofRows({ x: 'any' }, 'the least value'), traits: ['qldb', 'brief'] },
  some: ofRows({ x: 'any' }, 'whether one boolean is true'),
  stddev: ofRows({ x: 'any' }, 'the standard deviation of a sample'),
  stddev_pop: ofRows({ x: 'any' }, 'the standard deviation of all'),
  stddev_samp: ofRows({ x: 'any' }, 'the standard deviation of a sample'),
  string_agg: {
    takes: { s: 'any', separator: 'any' },
    gives: 'the texts joined; skips NULL and MISSING',
    form: 'STRING_AGG([DISTINCT] s, separator [ORDER BY y])',
  },
  sum: { ...ofRows({ x: 'any' }, 'the sum'), traits: ['qldb', 'brief'] },
  var_pop: ofRows({ x: 'any' }, 'the variance of all'),
  var_samp: ofRows({ x: 'any' }, 'the variance of a sample'),
  variance: ofRows({ x: 'any' }, 'the variance of a sample'),
} as const satisfies FunctionRows

function ofRows(takes: { readonly x: 'any' }, gives: string): FunctionRow {
  return { takes, gives }
}

/** The functions that take OVER and are no aggregates. */
export const windowRows = {
  row_number: { takes: {}, gives: 'the number of the row in its partition' },
  rank: { takes: {}, gives: 'the number of the first row with the same ORDER BY keys' },
  dense_rank: { takes: {}, gives: 'RANK without gaps' },
  percent_rank: { takes: {}, gives: '(RANK - 1) / (rows - 1)' },
  cume_dist: { takes: {}, gives: 'the share of rows up to this one and its peers' },
  ntile: { takes: { n: 'any' }, gives: 'which of n parts of about one size the row is in' },
  lag: { takes: { x: 'any', n: 'any?', otherwise: 'any?' }, gives: 'x of the row n before; 1 without n' },
  lead: { takes: { x: 'any', n: 'any?', otherwise: 'any?' }, gives: 'x of the row n behind; 1 without n' },
  first_value: { takes: { x: 'any' }, gives: 'x of the first row of the frame' },
  last_value: { takes: { x: 'any' }, gives: 'x of the last row of the frame' },
  nth_value: { takes: { x: 'any', n: 'any' }, gives: 'x of the nth row of the frame' },
} as const satisfies FunctionRows
