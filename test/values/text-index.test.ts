import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { hasLoneSurrogate } from '../../src/values/text-quoted.ts'
import { TextIndex } from '../../src/values/text-index.ts'

function find(index: TextIndex, text: string): number {
  const bytes = Buffer.from(`<${text}>`)
  return index.find(bytes, 1, bytes.length - 1)
}

test('every text has its number, no other has one', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 12 }),
    fc.constantFrom('', 'a', 'é', '😀', 'P0000000001'),
  )
  fc.assert(
    fc.property(fc.uniqueArray(text, { maxLength: 60 }), fc.array(text, { maxLength: 20 }), (texts, others) => {
      const index = new TextIndex(texts)
      const numbers = new Map(texts.map((one, number) => [one, number]))
      for (const one of [...texts, ...others]) {
        if (!hasLoneSurrogate(one)) assert.equal(find(index, one), numbers.get(one) ?? -1, JSON.stringify(one))
      }
    }),
    { numRuns: 1_000 },
  )
})

test('half a surrogate pair is no other text', () => {
  const index = new TextIndex(['\ud800', 'a', '\ufffd'])
  assert.deepEqual([find(index, '\ufffd'), find(index, 'a'), find(index, '?')], [2, 1, -1])
  assert.equal(find(new TextIndex(['\udc00']), '\ufffd'), -1)
})

test('many texts, and texts chosen to collide, are found', () => {
  const many = Array.from({ length: 50_000 }, (_, at) => `P${String(at).padStart(21, '0')}`)
  const index = new TextIndex(many)
  for (let at = 0; at < many.length; at += 7) assert.equal(find(index, many[at] as string), at)
  assert.equal(find(index, 'P'), -1)
  const colliding = collisions(300)
  const crowded = new TextIndex(colliding)
  colliding.forEach((one, at) => void assert.equal(find(crowded, one), at))
  assert.equal(find(crowded, 'none'), -1)
})

/** Texts whose places in a table of 1,024 are all the same, found by trying. */
function collisions(count: number): string[] {
  const places = new Map<number, string[]>()
  for (let at = 0; ; at += 1) {
    const text = at.toString(36)
    const place = TextIndex.placeOf(Buffer.from(text), 1_024)
    const same = places.get(place) ?? []
    places.set(place, same)
    same.push(text)
    if (same.length === count) return same
  }
}
