import { createRequire } from 'node:module'
import type { dom } from 'ion-js'
import { LedgerError } from '../base/errors.ts'
import { decodeIon } from '../values/binary-reader.ts'
import { encodeIon } from '../values/binary-writer.ts'
import { ionEquals } from '../values/ion-equals.ts'
import { fromPartiqlIon } from '../values/partiql-ion.ts'
import { printIon } from '../values/text-writer.ts'
import type { Value } from '../values/value.ts'

type IonJs = typeof import('ion-js')

let loaded: IonJs | undefined

/** ion-js is some sixty files: loaded with the first value that needs it. */
function ionJs(): IonJs {
  loaded ??= createRequire(import.meta.url)('ion-js') as IonJs
  return loaded
}

/** Whether something is a value of ion-js's DOM, of whichever copy of ion-js. A proxy of a struct shows its fields only. */
export function isDom(js: object): js is dom.Value {
  const made = Object.getPrototypeOf(js)?.constructor
  return typeof made === 'function' && typeof made._getIonType === 'function'
}

/**
 * A value of ion-js's DOM as a value of ours, as ion-js writes it: type, annotations, precision and offset are kept. Marks
 * of PartiQL's own values (`$bag::[…]`) give these values again.
 */
export function fromDom(value: dom.Value): Value {
  const writer = ionJs().makeBinaryWriter()
  value.writeTo(writer)
  writer.close()
  return fromPartiqlIon(decodeIon(writer.getBytes()))
}

/**
 * A value as one of ion-js's DOM, as Amazon's driver gave it. PartiQL's values that Ion lacks are annotated Ion:
 * `$bag::[…]`, `$missing::null`, `$date::2021-08-22`. Equal fields of a struct lie beside each other.
 *
 * Throws LedgerError 'value/type-mismatch' for what ion-js does not hold exactly: symbols without a text, exponents beyond
 * 32 bits, fractions of a second beyond its digits. The value printed by `printIon` is exact.
 */
export function toDom(value: Value): dom.Value {
  const found = loadExactly(value)
  if (found !== undefined) return found
  const text = printIon(value)
  const shown = text.length > shownCharactersMax ? `${text.slice(0, shownCharactersMax)}…` : text
  throw new LedgerError('value/type-mismatch', `ion-js cannot hold this value exactly: ${shown}`, {
    help: 'take the value itself, or its text by printIon',
  })
}

const shownCharactersMax = 200

function loadExactly(value: Value): dom.Value | undefined {
  try {
    const found = ionJs().load(encodeIon(value))
    return found !== null && ionEquals(fromDom(found), value) ? found : undefined
  } catch {
    return undefined
  }
}
