import type { FunctionRows } from './row.ts'

/** Decimals stay exact where there is an exact answer; exp, ln and odd powers are floats. */
export const numberRows = {
  abs: { takes: { x: 'amount' }, gives: 'x without its sign; intervals too' },
  ceil: { takes: { x: 'number' }, gives: 'the least int that is not below x' },
  ceiling: { takes: { x: 'number' }, gives: 'the least int that is not below x' },
  exp: { takes: { x: 'number' }, gives: 'e to the power x' },
  floor: { takes: { x: 'number' }, gives: 'the greatest int that is not above x' },
  ln: { takes: { x: 'number' }, gives: 'the natural logarithm' },
  mod: { takes: { x: 'number', y: 'number' }, gives: 'the remainder of x / y' },
  pow: { takes: { x: 'number', y: 'number' }, gives: 'x to the power y' },
  power: { takes: { x: 'number', y: 'number' }, gives: 'x to the power y' },
  round: {
    takes: { x: 'number', n: 'int?' },
    gives: 'x rounded to n digits, ties away from zero; an int without n',
  },
  sign: { takes: { x: 'number' }, gives: '-1, 0 or 1', traits: ['calm'] },
  sqrt: { takes: { x: 'number' }, gives: 'the square root' },
  trunc: { takes: { x: 'number', n: 'int?' }, gives: 'x cut to n digits; an int without n' },
} as const satisfies FunctionRows
