/** Parts of dates and times by the functions that take them, in lower case. */

/** DATE_ADD and DATE_DIFF, from the coarsest on. */
export const dateParts = ['year', 'month', 'day', 'hour', 'minute', 'second'] as const

/** The parts that QLDB's EXTRACT took. */
export const plainParts = [...dateParts, 'timezone_hour', 'timezone_minute'] as const

/** PostgreSQL's further parts of EXTRACT. */
export const calendarParts = [
  ...['week', 'quarter', 'dow', 'isodow', 'doy', 'isoyear', 'epoch'],
  ...['decade', 'century', 'millennium', 'millisecond', 'microsecond'],
] as readonly CalendarPart[]

export type CalendarPart =
  | 'week'
  | 'quarter'
  | 'dow'
  | 'isodow'
  | 'doy'
  | 'isoyear'
  | 'epoch'
  | 'decade'
  | 'century'
  | 'millennium'
  | 'millisecond'
  | 'microsecond'

export const extractParts: readonly string[] = [...plainParts, ...calendarParts]

/** DATE_TRUNC. */
export const truncParts = ['year', 'quarter', 'month', 'week', 'day', 'hour', 'minute', 'second'] as const
export type TruncPart = (typeof truncParts)[number]
