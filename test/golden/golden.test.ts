import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { findAggregate } from '../../src/exec/functions/aggregates.ts'
import { functionFacts } from '../../src/plan/function-facts.ts'
import { functionNames } from '../../src/exec/functions/functions.ts'
import { checkGolden, regenerate, updatesGolden } from '../support/golden.ts'
import { runBlock } from '../support/golden-commands.ts'
import { GoldenLedger } from '../support/golden-ledger.ts'
import { newLogStore } from '../support/test-store.ts'
import { projectRoot } from '../support/root.ts'

const folder = join(projectRoot, 'test', 'golden', 'scripts')
for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
  if (!name.endsWith('.golden')) continue
  test(`golden: ${name}`, async () => {
    const ledger = await GoldenLedger.open()
    try {
      await checkGolden(join(folder, name), (block) => runBlock(ledger, block))
    } finally {
      await ledger.close()
    }
  })
}

test('the golden scripts over a ledger whose journal is a log, but for redactions', async () => {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.golden'))
  for (const name of names.filter((one) => !one.includes('redaction'))) {
    if (updatesGolden()) return
    const ledger = await GoldenLedger.open(await newLogStore())
    try {
      await checkGolden(join(folder, name), (block) => runBlock(ledger, block))
    } finally {
      await ledger.close()
    }
  }
})

/** Pages for users whose blocks ```golden are scripts, each in a ledger of its own. */
const pages = ['docs/partiql.md', 'docs/architecture.md']

for (const page of pages) {
  test(`golden: ${page}`, async () => {
    const path = join(projectRoot, page)
    const before = readFileSync(path, 'utf8')
    let after = before
    for (const [fence, script] of before.matchAll(/```golden\n([\s\S]*?)\n```/g)) {
      const ledger = await GoldenLedger.open()
      try {
        const found = await regenerate(`# claim\n${script}\n`, page, (block) => runBlock(ledger, block))
        after = after.replace(fence, () => `\`\`\`golden\n${found.replace(/^# claim\n/, '').trimEnd()}\n\`\`\``)
      } finally {
        await ledger.close()
      }
    }
    if (updatesGolden()) writeFileSync(path, after)
    else assert.equal(before, after)
  })
}

test('every function of the table of facts is built, and no other', () => {
  const named = (wanted: string) => functionFacts.filter(({ group }) => group === wanted).map(({ name }) => name)
  const plain = functionFacts.filter(({ group }) => group !== 'aggregates' && group !== 'windows')
  const names = plain.map(({ name }) => name).filter((name) => name !== 'tupleunion')
  assert.deepEqual(functionNames(), names.sort())
  const accumulated = named('aggregates').filter((name) => findAggregate(name) !== undefined)
  assert.deepEqual([...accumulated, 'array_agg', 'string_agg'].sort(), named('aggregates').sort())
})
