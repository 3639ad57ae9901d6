import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { LedgerError } from '../../src/base/errors.ts'
import { JsonReader } from '../../src/inputs/json-reader.ts'
import { toJs } from '../../src/library/to-js.ts'
import { printIon } from '../../src/values/text-writer.ts'

const read = (text: string) => new JsonReader().read(text)

test('JSON numbers are read exactly', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['0', '0'],
    ['-0', '0'],
    ['9007199254740993', '9007199254740993'],
    ['-123456789012345678901234567890', '-123456789012345678901234567890'],
    ['42.20', '42.20'],
    ['-0.0', '-0.0'],
    ['0.1', '0.1'],
    ['1e3', '1d3'],
    ['1.50E-2', '0.0150'],
    ['12345678901234567.89012345678901234567890', '12345678901234567.89012345678901234567890'],
  ]
  for (const [json, ion] of cases) assert.equal(printIon(read(json)), ion, json)
})

test('names are kept as they stand, repeated ones too, and shared by alike objects', () => {
  const reader = new JsonReader()
  assert.equal(printIon(reader.read('{"a":1,"b":2,"a":3}')), '{a:1,b:2,a:3}')
  const first = reader.read('{"x":1, "y" : {"x":2}}')
  const second = reader.read('{"x":3,"y":{"x":[]}}')
  assert.ok(first.type === 'struct' && second.type === 'struct')
  assert.equal(first.names, second.names)
  assert.equal(printIon(reader.read('{"x":1,"z":2,"":{}}')), "{x:1,z:2,'':{}}")
  assert.equal(printIon(reader.read('{"\\u0061":"\\ud83d\\ude00\\n\\/"}')), '{a:"😀\\n/"}')
})

test('what a reader of JSON accepts, and only that, is read as the same value', () => {
  const reader = new JsonReader()
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), fc.nat(4), (json, indent) => {
      const text = JSON.stringify(json, undefined, indent)
      const wellFormed = !/\\ud[89a-f]/i.test(text)
      if (wellFormed) assert.deepEqual(asDoubles(toJs(reader.read(text), { decimals: 'number' })), JSON.parse(text))
    }),
    { numRuns: 1000 },
  )
})

/** Large integers are exact here; JSON.parse rounds them. */
function asDoubles(js: unknown): unknown {
  if (typeof js === 'bigint') return Number(js)
  if (Array.isArray(js)) return js.map(asDoubles)
  if (typeof js !== 'object' || js === null) return js
  return Object.fromEntries(Object.entries(js).map(([name, value]) => [name, asDoubles(value)]))
}

const pieces = ['{', '}', '[', ']', ':', ',', '"a"', '"', '\\', '\\u00', '\\n', '1', '-', '0', '.', 'e', 'true', 'nul']
const almostJson = fc
  .array(fc.oneof(fc.constantFrom(...pieces, ' ', '\t', '\n', '\f', '\u00a0', '\0'), fc.string({ maxLength: 2 })), {
    maxLength: 12,
  })
  .map((parts) => parts.join(''))

test('anything else is refused with a place in the text', () => {
  const reader = new JsonReader()
  fc.assert(
    fc.property(almostJson, (text) => {
      const isJson = accepts(() => JSON.parse(text))
      try {
        reader.read(text)
        assert.ok(isJson, `accepted ${text}`)
      } catch (error) {
        assert.ok(error instanceof LedgerError, String(error))
        assert.ok(!isJson || /surrogate/.test(error.message), `refused ${text}: ${error.message}`)
        const { start, end } = error.span ?? { start: -1, end: -1 }
        assert.ok(start >= 0 && start < end && start <= text.length, `${start}-${end} of ${JSON.stringify(text)}`)
      }
    }),
    { numRuns: 5000 },
  )
})

function accepts(work: () => unknown): boolean {
  try {
    work()
    return true
  } catch {
    return false
  }
}

test('depth and digits are bounded', () => {
  assert.throws(() => read('['.repeat(100_000)), { code: 'ion/nesting-too-deep' })
  assert.throws(() => read('{"a":'.repeat(100_000)), { code: 'ion/nesting-too-deep' })
  assert.throws(() => read('1'.repeat(100_001)), /at most 100000 digits/)
  assert.equal(printIon(read(`${'['.repeat(500)}${']'.repeat(500)}`)).length, 1000)
})
