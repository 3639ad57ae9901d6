import { collectionFunctions } from './collection-functions.ts'
import { datetimeFunctions } from './datetime-functions.ts'
import { define, type FunctionDefinition } from './definition.ts'
import { mapFunctions } from './map-functions.ts'
import { numericFunctions } from './numeric-functions.ts'
import { textFunctions } from './text-functions.ts'
import { textPartFunctions } from './text-parts.ts'
import { string } from '../../values/value.ts'

export type { FunctionContext, FunctionDefinition } from './definition.ts'

/** The id of the running transaction, as it will stand in the metadata of what it writes. */
const txid = define('txid', [], (_, context) => string(context.transactionId))

const byName: ReadonlyMap<string, FunctionDefinition> = new Map(
  [
    ...textFunctions,
    ...textPartFunctions,
    ...numericFunctions,
    ...datetimeFunctions,
    ...collectionFunctions,
    ...mapFunctions,
    txid,
  ].map((definition) => [definition.name, definition]),
)

/** A built-in function by its name in lower case. */
export function findFunction(name: string): FunctionDefinition | undefined {
  return byName.get(name)
}

/** All that a statement may call, sorted; for help and for near names. */
export function functionNames(): string[] {
  return [...byName.keys()].filter((name) => !name.endsWith('_distinct') || name === 'filter_distinct').sort()
}
