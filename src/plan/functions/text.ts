import type { FunctionRows } from './row.ts'

/** Lengths and positions count code points, positions from 1. */
export const textRows = {
  bit_length: { takes: { s: 'bytes' }, gives: 'bits of a text as UTF-8, or of a lob', traits: ['calm'] },
  char_length: { takes: { s: 'text' }, gives: 'number of characters', traits: ['qldb', 'literals', 'calm'] },
  character_length: { takes: { s: 'text' }, gives: 'number of characters', traits: ['qldb', 'literals', 'calm'] },
  concat: {
    takes: { s: 'text', more: 'text*' },
    gives: 'the texts joined; skips NULL',
    traits: ['absent', 'calm'],
    inQldb: 'a || b',
  },
  left: {
    takes: { s: 'text', n: 'int' },
    gives: 'the first n characters; n < 0 leaves out that many at the end',
    traits: ['calm'],
    inQldb: 'SUBSTRING(s, 1, n)',
  },
  length: { takes: { s: 'text' }, gives: 'number of characters', traits: ['calm'], inQldb: 'CHAR_LENGTH(s)' },
  lower: { takes: { s: 'text' }, gives: 's in lower case', traits: ['qldb', 'literals', 'calm'] },
  lpad: {
    takes: { s: 'text', n: 'int', fill: 'text?' },
    gives: 'n characters: filled at the start, or cut at the end',
  },
  ltrim: {
    takes: { s: 'text', characters: 'text?' },
    gives: 's without blanks, or these characters, at its start',
    traits: ['calm'],
    inQldb: 'TRIM(LEADING FROM s)',
  },
  octet_length: { takes: { s: 'bytes' }, gives: 'bytes of a text as UTF-8, or of a lob', traits: ['calm'] },
  overlay: {
    takes: { s: 'text', placed: 'text', start: 'int', length: 'int?' },
    gives: 's with the characters from start replaced',
    form: 'OVERLAY(s PLACING placed FROM start [FOR length])',
  },
  position: {
    takes: { part: 'text', s: 'text' },
    gives: 'where part begins in s, from 1; 0 where it does not occur',
    traits: ['calm'],
    form: 'POSITION(part IN s)',
  },
  repeat: { takes: { s: 'text', n: 'int' }, gives: 's, n times' },
  replace: { takes: { s: 'text', from: 'text', to: 'text' }, gives: 's with each from replaced by to' },
  reverse: { takes: { s: 'text' }, gives: 'the characters in reverse order', traits: ['calm'] },
  right: {
    takes: { s: 'text', n: 'int' },
    gives: 'the last n characters; n < 0 leaves out that many at the start',
    traits: ['calm'],
  },
  rpad: {
    takes: { s: 'text', n: 'int', fill: 'text?' },
    gives: 'n characters: filled at the end, or cut there',
  },
  rtrim: {
    takes: { s: 'text', characters: 'text?' },
    gives: 's without blanks, or these characters, at its end',
    traits: ['calm'],
    inQldb: 'TRIM(TRAILING FROM s)',
  },
  split: { takes: { s: 'text', separator: 'text' }, gives: 'the list of the parts of s', traits: ['calm'] },
  starts_with: { takes: { s: 'text', start: 'text' }, gives: 'whether s starts with start', traits: ['calm'] },
  substring: {
    takes: { s: 'text', start: 'int', length: 'int?' },
    gives: 'the characters from start, 1 the first',
    traits: ['qldb', 'literals', 'calm'],
  },
  text_replace: {
    takes: { s: 'text', from: 'text', to: 'text' },
    gives: "REPLACE that also finds '', between all characters",
  },
  trim: {
    takes: { side: 'text', characters: 'text?', s: 'text?' },
    gives: 's without blanks, or these characters, at its ends',
    traits: ['qldb', 'literals', 'calm'],
    form: 'TRIM([BOTH | LEADING | TRAILING] [characters] FROM s)',
  },
  upper: { takes: { s: 'text' }, gives: 's in upper case', traits: ['qldb', 'literals', 'calm'] },
} as const satisfies FunctionRows
