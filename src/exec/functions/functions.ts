import { string } from '../../values/value.ts'
import { collectionBodies, distinctCollections } from './collection-functions.ts'
import { datetimeBodies } from './datetime-functions.ts'
import { type Body, type BodyName, definitionOf, type FunctionDefinition } from './definition.ts'
import { mapBodies } from './map-functions.ts'
import { numericBodies } from './numeric-functions.ts'
import { textBodies } from './text-functions.ts'
import { textPartBodies } from './text-parts.ts'

export type { FunctionContext, FunctionDefinition } from './definition.ts'

/** One for each plain function of the table (plan/functions). */
const bodies: Readonly<Record<BodyName, Body>> = {
  ...textBodies,
  ...textPartBodies,
  ...numericBodies,
  ...datetimeBodies,
  ...collectionBodies,
  ...mapBodies,
  /** The id of the running transaction, as it will stand in the metadata of what it writes. */
  txid: (_, context) => string(context.transactionId),
}

const definitions = Object.entries(bodies).map(([name, body]) => definitionOf(name as BodyName, body))

const byName: ReadonlyMap<string, FunctionDefinition> = new Map(
  [...definitions, ...distinctCollections].map((definition) => [definition.name, definition]),
)

/** A built-in function by its name in lower case. */
export function findFunction(name: string): FunctionDefinition | undefined {
  return byName.get(name)
}

/** All that a statement may call, sorted; for help and for near names. */
export function functionNames(): string[] {
  return Object.keys(bodies).sort()
}
