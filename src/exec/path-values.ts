import { mapValues } from '../values/map.ts'
import type { Value } from '../values/value.ts'
import { fieldOf } from './field-of.ts'
import type { NoticeStep } from './notice-sites.ts'

/** Whether a value has something at the end of a path; from `at` on. */
export function leadsToValue(value: Value, steps: readonly NoticeStep[], at: number): boolean {
  const step = steps[at]
  if (step === undefined) return value.type !== 'missing'
  if (step.kind === 'each') return itemsOf(value).some((item) => leadsToValue(item, steps, at + 1))
  if (value.type !== 'struct' && value.type !== 'map') return false
  const found = fieldOf(value, step.name, step.exact)
  return found !== undefined && leadsToValue(found, steps, at + 1)
}

/** The elements of a list, and the value itself where it is none. */
export function itemsOf(value: Value): readonly Value[] {
  if (value.type === 'list' || value.type === 'bag' || value.type === 'sexp') return value.items
  if (value.type === 'map') return [value, ...mapValues(value)]
  return value.type === 'struct' ? [value, ...value.values] : [value]
}
