import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { JsonShape } from '../../src/protocol/json-shape.ts'

const limits = { members: 1_000, quota: 'request-members', textCharacters: 50 }

/** What is found when the text comes in parts of these lengths. */
function problemOf(text: string, lengths: readonly number[]): string | undefined {
  const shape = new JsonShape(limits)
  const bytes = new TextEncoder().encode(text)
  for (let at = 0, part = 0; at < bytes.length; part += 1) {
    const end = at + (lengths[part % lengths.length] as number)
    const problem = shape.feed(bytes.subarray(at, end))
    if (problem !== undefined) return problem
    at = end
  }
  return undefined
}

test('a text is refused exactly when it has more UTF-16 units than allowed, however its bytes are cut', () => {
  const unit = fc.constantFrom('a', '"', '\\', '\n', '\u0001', 'é', '€', '😀', '\u2028')
  const text = fc.array(unit, { minLength: 20, maxLength: 60 }).map((units) => units.join(''))
  const lengths = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 })
  fc.assert(
    fc.property(text, lengths, (statement, parts) => {
      const body = JSON.stringify({ ExecuteStatement: { Statement: statement } })
      const isTooLong = statement.length > limits.textCharacters
      assert.equal(problemOf(body, parts)?.startsWith('the statement has more than 50 characters') ?? false, isTooLong)
    }),
  )
})

test('a parameter may be longer than a statement, and what follows it is still looked at', () => {
  const unit = fc.constantFrom('a', '"', '\\', '{', ',', 'é')
  const text = fc.array(unit, { maxLength: 200 }).map((units) => units.join(''))
  const lengths = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 })
  fc.assert(
    fc.property(text, lengths, (parameter, parts) => {
      const Parameters = [{ IonText: parameter }]
      const fine = JSON.stringify({ ExecuteStatement: { Parameters, Statement: 'x' } })
      assert.equal(problemOf(fine, parts), undefined)
      const long = JSON.stringify({ ExecuteStatement: { Parameters, Statement: 'x'.repeat(51) } })
      assert.match(problemOf(long, parts) ?? '', /^the statement has more than 50 characters/)
    }),
  )
})

test('members, levels, white space and long names are refused by name', () => {
  assert.match(problemOf(`[${'1,'.repeat(1_000)}1]`, [7]) ?? '', /more than 1000 members \(--quota request-members\)/)
  assert.match(problemOf('['.repeat(65), [7]) ?? '', /nests too deep/)
  assert.match(problemOf(`{${' '.repeat(64_000)}`, [7]) ?? '', /white space/)
  assert.match(problemOf(`{"${'k'.repeat(51)}":1}`, [7]) ?? '', /a member's name has more than 50 characters/)
  assert.match(problemOf(`{"note":"${'k'.repeat(51)}"}`, [7]) ?? '', /the member 'note' has more than 50 characters/)
})
