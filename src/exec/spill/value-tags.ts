import type { NullType } from '../../values/value.ts'

/**
 * The first byte of a value in a temporary file. The form is read back by the same process alone, so it may change with
 * the program; every value comes back as it was, which Ion's own forms don't promise (MISSING, bags, SQL's types, texts
 * with half a surrogate pair).
 */
export const tags = {
  missing: 0,
  null: 1,
  true: 2,
  false: 3,
  positiveInt: 4,
  negativeInt: 5,
  bigInt: 6,
  float: 7,
  decimal: 8,
  timestamp: 9,
  date: 10,
  time: 11,
  interval: 12,
  latin1String: 13,
  wideString: 14,
  latin1Symbol: 15,
  wideSymbol: 16,
  blob: 17,
  clob: 18,
  list: 19,
  sexp: 20,
  bag: 21,
  /** The number of its list of names, then its values. */
  struct: 22,
  /** A struct with its names. */
  wideStruct: 23,
  /** Containers as Ion binary, with the number of their symbol table. */
  lazyStruct: 24,
  lazyList: 25,
  lazySexp: 26,
  /** The fields that are held of a document (held-fields.ts). */
  heldFields: 27,
  annotated: 28,
  /** The names of its types, then its entries. */
  map: 29,
} as const

export const nullTypes: readonly NullType[] = [
  'null',
  'bool',
  'int',
  'float',
  'decimal',
  'timestamp',
  'string',
  'symbol',
  'blob',
  'clob',
  'list',
  'sexp',
  'struct',
]

export const precisions = ['year', 'month', 'day', 'minute', 'second'] as const
