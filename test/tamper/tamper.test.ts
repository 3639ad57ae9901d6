import assert from 'node:assert/strict'
import { test } from 'node:test'
import { coverageRows, isNothing } from './coverage.ts'
import { drill } from './drill.ts'
import { linesOf } from './summary.ts'

test('no edit of what users hold is verified, but where the coverage table says that no hash covers it', async () => {
  const tally = await drill({ edits: 200, seed: 1 })
  assert.deepEqual(tally.failures, [], linesOf(tally, 1).join('\n'))
  assert.ok(tally.edits > 200, `${tally.edits} edits`)
})

test('a proof of another revision than was asked for is refused, though it leads to the digest', async () => {
  const tally = await drill({ edits: 20, seed: 1, artefact: 'endpoint, prove at test', path: 'version of block' })
  assert.deepEqual(tally.failures, [], linesOf(tally, 1).join('\n'))
  assert.ok(tally.edits > 0)
})

test('the coverage table has a row for each kind of file', () => {
  const rows = coverageRows()
  assert.ok(rows.length >= 20 && rows.some(isNothing) && !rows.every(isNothing))
  for (const { file, unnoticed } of rows) assert.ok(file !== '' && unnoticed !== '')
})
