import { type IntervalValue, interval } from './value.ts'

/**
 * Intervals as text: the value between SQL's quotes, a space and the qualifier, as in `1-2 YEAR TO MONTH` or
 * `-3 04:05:06.7 DAY TO SECOND`. Fields are those of the qualifier and, where those can't hold all of it, the smaller
 * ones too; the first takes what is too much for its unit. A fraction of a second has no trailing zeros.
 */
const nanosecondsOf: Record<string, bigint> = {
  DAY: 86_400_000_000_000n,
  HOUR: 3_600_000_000_000n,
  MINUTE: 60_000_000_000n,
  SECOND: 1_000_000_000n,
}
const monthsOf: Record<string, bigint> = { YEAR: 12n, MONTH: 1n }
const dayTimeFields = ['DAY', 'HOUR', 'MINUTE', 'SECOND']
const yearMonthFields = ['YEAR', 'MONTH']

export function printInterval(value: IntervalValue): string {
  return `${printIntervalBody(value)} ${value.qualifier}`
}

/** What stands between the quotes of an interval literal. */
export function printIntervalBody(value: IntervalValue): string {
  const isYearMonth = value.family === 'year-month'
  const amount = isYearMonth ? value.months : value.nanoseconds
  const units = isYearMonth ? monthsOf : nanosecondsOf
  const all = isYearMonth ? yearMonthFields : dayTimeFields
  const fields = fieldsOf(value.qualifier) ?? all
  let rest = amount < 0n ? -amount : amount
  let text = amount < 0n ? '-' : ''
  for (let index = all.indexOf(fields[0] as string); index < all.length; index += 1) {
    const field = all[index] as string
    const unit = units[field] as bigint
    if (!fields.includes(field) && rest === 0n) break
    const count = rest / unit
    rest -= count * unit
    if (field === fields[0]) text += count.toString()
    else if (field === 'MONTH') text += `-${count}`
    else text += (field === 'HOUR' ? ' ' : ':') + count.toString().padStart(2, '0')
  }
  return rest === 0n ? text : `${text}.${rest.toString().padStart(9, '0').replace(/0+$/, '')}`
}

/** The fields that a qualifier spans, biggest first; undefined when it is none. */
function fieldsOf(qualifier: string): readonly string[] | undefined {
  const match = /^([A-Z]+)(?: *\([0-9, ]+\))?(?: TO ([A-Z]+)(?: *\([0-9]+\))?)?$/i.exec(qualifier)
  if (match === null) return undefined
  const first = (match[1] as string).toUpperCase()
  const last = (match[2] ?? first).toUpperCase()
  const all = yearMonthFields.includes(first) ? yearMonthFields : dayTimeFields
  const start = all.indexOf(first)
  const end = all.indexOf(last)
  return start === -1 || end < start ? undefined : all.slice(start, end + 1)
}

/** An interval from the very text that printInterval gives it; undefined for any other. */
export function parseInterval(text: string): IntervalValue | undefined {
  const match = /^(-?)([0-9][0-9 :.-]*) ([A-Za-z].*)$/.exec(text)
  if (match === null || text.length > 200) return undefined
  const [, sign, body, qualifier] = match as unknown as [string, string, string, string]
  const fields = fieldsOf(qualifier)
  if (fields === undefined) return undefined
  const family = yearMonthFields.includes(fields[0] as string) ? 'year-month' : 'day-time'
  const [whole, fraction, extra] = body.split('.') as [string, string?, string?]
  const counts = whole.split(/[ :-]/)
  const all = family === 'year-month' ? yearMonthFields : dayTimeFields
  const read = all.slice(all.indexOf(fields[0] as string)).slice(0, counts.length)
  if (counts.length < fields.length || counts.length > read.length) return undefined
  if (counts.includes('') || extra !== undefined) return undefined
  const units = family === 'year-month' ? monthsOf : nanosecondsOf
  let amount = counts.reduce((sum, count, index) => sum + BigInt(count) * (units[read[index] as string] as bigint), 0n)
  if (fraction !== undefined) {
    if (read.at(-1) !== 'SECOND' || !/^[0-9]{1,9}$/.test(fraction)) return undefined
    amount += (BigInt(fraction) * (nanosecondsOf['SECOND'] as bigint)) / 10n ** BigInt(fraction.length)
  }
  if (sign === '-') amount = -amount
  const isYearMonth = family === 'year-month'
  const value = interval(family, isYearMonth ? amount : 0n, isYearMonth ? 0n : amount, qualifier)
  return printInterval(value) === text ? value : undefined
}
