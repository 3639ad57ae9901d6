import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { projectRoot, sharedFile } from '../support/root.ts'
import { type Entry, readCorpus } from './qldb-corpus.ts'
import { type Dialect, runEntry, type Verdict } from './qldb-run.ts'

const path = sharedFile('reference/qldb-statements.json')

/** Line: `number dialect reason`; dialect is `strict-qldb`, `partiql` or `both`. */
const listed = readFileSync(join(projectRoot, 'test/conformance/qldb-statements-skipped.txt'), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('//'))
  .map((line) => /^(\d+) (\S+) (.+)$/.exec(line) as unknown as [string, string, string, string])

/** The entries of each source: a page or a file, without the line in it, other places that have the same, and remarks. */
function numbersBySource(corpus: readonly Entry[]): Map<string, number[]> {
  const found = new Map<string, number[]>()
  for (const [number, { source }] of corpus.entries()) {
    const name = source
      .replace(/ [([].*$/s, '')
      .replace(/;.*$/s, '')
      .replace(/ '.*$/s, '')
      .replace(/:\d[\d-]*$/, '')
    found.set(name, [...(found.get(name) ?? []), number])
  }
  return found
}

for (const dialect of ['strict-qldb', 'partiql'] as const satisfies readonly Dialect[]) {
  test(`the QLDB corpus holds in the dialect ${dialect}`, async (t) => {
    if (path === undefined) return t.skip('the QLDB corpus is not beside the project')
    const corpus = readCorpus(path)
    const skipped = new Set(
      listed.filter(([, , which]) => which === dialect || which === 'both').map(([, n]) => Number(n)),
    )
    const verdicts: Verdict[] = []
    for (const [source, numbers] of numbersBySource(corpus)) {
      await t.test(source, async () => {
        const own: Verdict[] = []
        for (const number of numbers) own.push(await runEntry(corpus, number, dialect))
        verdicts.push(...own)
        const fresh = own.filter(({ number, failure }) => failure !== undefined && !skipped.has(number))
        const pictures = fresh.map(({ number, failure }) => `${number} ${corpus[number]?.statement}\n    ${failure}`)
        assert.ok(fresh.length === 0, `${fresh.length} fail now:\n${pictures.join('\n')}`)
        assert.deepEqual(
          own.filter(({ number, failure }) => failure === undefined && skipped.has(number)),
          [],
          'these pass now: take them out of qldb-statements-skipped.txt',
        )
      })
    }
    assert.equal(verdicts.length, corpus.length, 'every entry belongs to a source')
    const compared = verdicts.filter(({ isCompared }) => isCompared).length
    t.diagnostic(`${compared - skipped.size} results compared, ${corpus.length - compared} statements ran`)
  })
}
