import type { Value } from '../values/value.ts'

/** Roughly how many bytes a value takes as Ion binary; never far too low. For bounds on memory. */
export function approximateBytes(value: Value): number {
  switch (value.type) {
    case 'string':
    case 'symbol':
      return 4 + value.value.length
    case 'blob':
    case 'clob':
      return 4 + value.bytes.length
    case 'list':
    case 'sexp':
    case 'bag':
      return value.items.reduce((sum, item) => sum + approximateBytes(item), 4)
    case 'struct': {
      let sum = 4
      for (const name of value.names) sum += 4 + name.length
      for (const field of value.values) sum += approximateBytes(field)
      return sum
    }
    default:
      return 16
  }
}
