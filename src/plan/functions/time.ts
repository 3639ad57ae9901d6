import type { FunctionRows } from './row.ts'

/** A part (`year` … `second`) arrives as a text. */
export const timeRows = {
  current_date: { takes: {}, gives: 'the date, in UTC', traits: ['clock', 'calm'], form: 'CURRENT_DATE' },
  current_time: { takes: {}, gives: 'the time of day, in UTC', traits: ['clock', 'calm'], form: 'CURRENT_TIME' },
  current_timestamp: {
    takes: {},
    gives: 'now, in UTC; one moment for the whole statement',
    traits: ['clock', 'calm'],
    form: 'CURRENT_TIMESTAMP',
    inQldb: 'UTCNOW()',
  },
  date_add: {
    takes: { part: 'text', n: 'int', t: 'moment' },
    gives: 't plus n years, months, days, hours, minutes or seconds',
    traits: ['qldb', 'literals'],
  },
  date_diff: {
    takes: { part: 'text', from: 'moment', to: 'moment' },
    gives: 'how many whole parts lie between the two',
    traits: ['qldb', 'literals'],
  },
  date_trunc: { takes: { part: 'text', t: 'moment' }, gives: 'the start of the part that t is in', traits: ['calm'] },
  extract: {
    takes: { part: 'text', t: 'extractable' },
    gives: 'one part of t as a number',
    traits: ['qldb', 'literals'],
    form: 'EXTRACT(part FROM t)',
  },
  from_unixtime: { takes: { seconds: 'number' }, gives: 'the timestamp so many seconds after 1970' },
  make_date: { takes: { year: 'int', month: 'int', day: 'int' }, gives: 'a date' },
  make_time: {
    takes: { hour: 'int', minute: 'int', second: 'number', offset: 'int?' },
    gives: 'a time; offset in minutes',
  },
  overlaps: {
    takes: { a: 'pair', b: 'pair' },
    gives: 'whether two periods have a moment in common',
    form: '(start, end) OVERLAPS (start, end)',
  },
  to_string: {
    takes: { t: 'timestamp', pattern: 'text' },
    gives: "t as text, by a pattern like 'y-MM-dd'",
    traits: ['qldb', 'literals'],
  },
  to_timestamp: {
    takes: { s: 'text', pattern: 'text?' },
    gives: "the timestamp in s, by a pattern or Ion's form",
    traits: ['qldb', 'literals'],
  },
  unix_timestamp: { takes: { t: 'timestamp?' }, gives: 'seconds since 1970, of t or now', traits: ['clock'] },
  utcnow: { takes: {}, gives: 'now, in UTC; one moment for the whole statement', traits: ['qldb', 'clock', 'calm'] },
} as const satisfies FunctionRows
