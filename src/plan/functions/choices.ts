import type { FunctionRows } from './row.ts'

/** Functions that pick one of their arguments, or combine them. */
export const choiceRows = {
  coalesce: {
    takes: { a: 'any', more: 'any*' },
    gives: 'the first argument that is neither NULL nor MISSING',
    traits: ['qldb', 'absent', 'consumes', 'excuses', 'lazy', 'calm'],
  },
  greatest: {
    takes: { a: 'any', more: 'any*' },
    gives: 'the greatest argument; skips NULL and MISSING',
    traits: ['absent', 'consumes', 'calm'],
  },
  ifnull: {
    takes: { a: 'any', b: 'any' },
    gives: 'COALESCE(a, b)',
    traits: ['absent', 'consumes', 'excuses', 'lazy', 'calm'],
    inQldb: 'COALESCE(a, b)',
  },
  least: {
    takes: { a: 'any', more: 'any*' },
    gives: 'the least argument; skips NULL and MISSING',
    traits: ['absent', 'consumes', 'calm'],
  },
  nullif: {
    takes: { a: 'any', b: 'any' },
    gives: 'NULL where a = b, else a',
    traits: ['qldb', 'absent', 'consumes', 'excuses', 'calm'],
  },
  tupleunion: {
    takes: { a: 'any', more: 'any*' },
    gives: 'one struct with the fields of all',
    traits: ['rows', 'absent', 'consumes'],
  },
} as const satisfies FunctionRows

export const ledgerRows = {
  txid: { takes: {}, gives: 'the id of the transaction', traits: ['qldb', 'calm'] },
} as const satisfies FunctionRows
