import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { plantedHoles } from './planted-holes.mjs'

/** Runs the drill where a hole should show, until it finds one. */
function drillWith(hole: string): Promise<{ code: number | null; text: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['scripts/tamper.mjs', '--hole', hole, '--edits', '1500', '--workers', '1'])
    let text = ''
    child.stdout.on('data', (chunk) => (text += chunk))
    child.stderr.on('data', (chunk) => (text += chunk))
    child.on('close', (code) => resolve({ code, text }))
  })
}

test('each planted hole still fits its file', () => {
  const stale = plantedHoles.flatMap(({ name, file, find, also = [] }) =>
    [{ file, find }, ...also]
      .filter((change) => readFileSync(change.file ?? file, 'utf8').split(change.find).length !== 2)
      .map((change) => `${name}: ${change.find}`),
  )
  assert.deepEqual(stale, [])
})

test('the drill finds each planted hole', async () => {
  assert.ok(plantedHoles.length >= 11)
  for (let at = 0; at < plantedHoles.length; at += 2) {
    const pair = plantedHoles.slice(at, at + 2)
    const outcomes = await Promise.all(pair.map(({ name }) => drillWith(name)))
    for (const [index, { code, text }] of outcomes.entries())
      assert.ok(code === 1 && text.includes('\nFAILED '), `not found: ${pair[index]?.name}\n${text.slice(-2000)}`)
  }
})
