import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { makeBinaryWriter, makeReader, makeTextWriter } from 'ion-js'
import { decodeIon } from '../../src/values/binary-reader.ts'
import { encodeIon } from '../../src/values/binary-writer.ts'
import { ionEquals } from '../../src/values/ion-equals.ts'
import { parseIon } from '../../src/values/text-reader.ts'
import { printIon } from '../../src/values/text-writer.ts'
import { list, type Value } from '../../src/values/value.ts'
import { ionValue } from '../support/ion-values.ts'

/**
 * ion-js copies our text and our bytes into text and bytes of its own, which must be the same values to us. It is no
 * judge of symbols without a text, exponents beyond 32 bits, long fractions of a second and operators in sexps.
 */
const judged = ionValue.filter(
  (value) => !/\$0(?![0-9])|[0-9]d-?[0-9]{9}|:[0-9]{2}\.[0-9]{13}/.test(printIon(value)) && !hasOperator(value),
)

function hasOperator(value: Value): boolean {
  if (value.annotations?.some(isOperator)) return true
  if (value.type === 'symbol') return isOperator(value.value)
  if (value.type === 'struct') return value.values.some(hasOperator)
  return (value.type === 'list' || value.type === 'sexp') && value.items.some(hasOperator)
}

function isOperator(text: string): boolean {
  return /^[^A-Za-z_$]/.test(text)
}

function copied(source: string | Uint8Array, writer: ReturnType<typeof makeBinaryWriter>): Uint8Array {
  writer.writeValues(makeReader(source as string | Buffer))
  writer.close()
  return writer.getBytes()
}

function assertCopies(copy: (value: Value) => Value): void {
  fc.assert(
    fc.property(judged, (inner) => {
      // In a list nothing looks like a version marker.
      const value = list([inner])
      const found = copy(value)
      assert.ok(ionEquals(found, value), `expected ${printIon(value)}, found ${printIon(found)}`)
    }),
    { numRuns: 300 },
  )
}

test('ion-js reads our text, and we its bytes', () => {
  assertCopies((value) => decodeIon(copied(printIon(value), makeBinaryWriter())))
})

test('ion-js reads our bytes, and we its bytes', () => {
  assertCopies((value) => decodeIon(copied(encodeIon(value), makeBinaryWriter())))
})

test('ion-js reads our bytes, and we its text', () => {
  assertCopies((value) => parseIon(new TextDecoder().decode(copied(encodeIon(value), makeTextWriter()))))
})
