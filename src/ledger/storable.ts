import { type ErrorDetails, LedgerError } from '../base/errors.ts'
import { documentDepthMax } from '../base/limits.ts'
import type { StructValue, Value } from '../values/value.ts'

/**
 * A document as the ledger takes it: a struct made of Ion's own types (DG/ql-reference.docs). Throws LedgerError
 * 'document/not-a-struct', 'document/not-storable' or 'ion/nesting-too-deep'.
 */
export function asDocument(value: Value): StructValue {
  if (value.type !== 'struct')
    throw new LedgerError('document/not-a-struct', `a document is a struct, found ${nameOf(value)}`, listHelp(value))
  const found = findUnstorable(value, 1)
  if (found !== undefined) {
    const place = found.path.join('').replace(/^\./, '')
    throw new LedgerError(
      'document/not-storable',
      `a document can't hold ${nameOf(found.value)}, found at '${place}'`,
      {
        help: remedies[found.value.type],
      },
    )
  }
  return value
}

/** For several documents in VALUE's place. */
function listHelp(value: Value): ErrorDetails {
  const isMany = (value.type === 'list' || value.type === 'bag') && value.items.some(({ type }) => type === 'struct')
  return isMany ? { help: 'several documents go without VALUE: INSERT INTO t << {…}, {…} >>' } : {}
}

const remedies = {
  bag: 'store a list: CAST(… AS list)',
  map: "store a struct, CAST(… AS struct), if its keys are texts, else a list of {'key': …, 'value': …}",
  missing: 'store null, or leave the element out',
  date: 'store a timestamp: CAST(… AS timestamp)',
  time: 'store a string: CAST(… AS string)',
  interval: 'store a string: CAST(… AS string)',
} as const

interface Unstorable {
  readonly value: Extract<Value, { type: keyof typeof remedies }>
  /** The way to it; filled while the search returns, since most searches find nothing. */
  readonly path: string[]
}

function findUnstorable(value: Value, depth: number): Unstorable | undefined {
  switch (value.type) {
    case 'struct':
    case 'list':
    case 'sexp':
      break
    case 'bag':
    case 'map':
    case 'missing':
    case 'date':
    case 'time':
    case 'interval':
      return { value, path: [] }
    default:
      return undefined
  }
  if (depth > documentDepthMax)
    throw new LedgerError('ion/nesting-too-deep', `a document nests at most ${documentDepthMax} levels`)
  const children = value.type === 'struct' ? value.values : value.items
  for (let index = 0; index < children.length; index += 1) {
    const found = findUnstorable(children[index] as Value, depth + 1)
    if (found === undefined) continue
    found.path.unshift(value.type === 'struct' ? `.${value.names[index]}` : `[${index}]`)
    return found
  }
  return undefined
}

function nameOf(value: Value): string {
  if (value.type === 'missing') return 'MISSING'
  return /^[aeiou]/.test(value.type) ? `an ${value.type}` : `a ${value.type}`
}
