import type { ValueType, Value } from '../values/value.ts'

/** Values of different kinds are never equal. */
export function kindOf(type: ValueType): string {
  return kinds[type] ?? type
}

const kinds: Partial<Record<ValueType, string>> = {
  float: 'int',
  decimal: 'int',
  symbol: 'string',
  clob: 'blob',
  timestamp: 'date',
}

/** A value's kind, of a list those of its elements, too. */
export function shapeOf(value: Value): string {
  if (value.type !== 'list' || value.items.length > shapedItemsMax) return kindOf(value.type)
  return `list(${value.items.map(({ type }) => kindOf(type)).join()})`
}

const shapedItemsMax = 16
