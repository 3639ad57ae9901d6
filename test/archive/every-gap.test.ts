import assert from 'node:assert/strict'
import { test } from 'node:test'
import { reportOfLedger } from '../../src/cli/tools/ledger-report.ts'
import type { GapCode } from '../../src/journal/finding-codes.ts'
import { JournalCheck } from '../../src/journal/journal-check.ts'

const codes: Readonly<Record<GapCode, true>> = {
  'revision-missing': true,
  'revision-unchecked': true,
  'revision-unnamed': true,
  'revision-ambiguous': true,
  'entries-unknown': true,
  'block-blank': true,
  'redaction-missing': true,
  'start-unknown': true,
  'head-unproven': true,
  'field-unknown': true,
  'digest-uncovered': true,
  'order-unproven': true,
  'marks-unproven': true,
}

test('a saved digest of blocks that were not read is not said to match', () => {
  const journal = new JournalCheck({ strandId: 'x', first: 5, last: 5, mustCoverHeads: false })
  const digestAt = (sequenceNo: number) => ({
    digest: new Uint8Array(32),
    digestTipAddress: { strandId: 'x', sequenceNo },
  })
  const saved = new Map([2, 3, 4, 5].map((tip) => [`at ${tip}`, digestAt(tip)] as const))
  const since = { path: 'at 4', digest: digestAt(4) }
  const { lines } = reportOfLedger({
    ledger: 'l',
    journal,
    identityFindings: [],
    derived: undefined,
    saved,
    since,
    seconds: 1,
  })
  const matching = lines.filter((line) => line.startsWith('matches the saved digest'))
  assert.deepEqual(
    matching.map((line) => /'at (\d)'/.exec(line)?.[1]),
    ['4', '5'],
  )
})

test('whatever could not be checked makes the verdict on a ledger incomplete, also since a digest', () => {
  for (const code of Object.keys(codes) as GapCode[]) {
    for (const times of [1, 2]) {
      const journal = new JournalCheck({ strandId: 'x', first: 0, last: 0, mustCoverHeads: false })
      for (let time = 0; time < times; time += 1) journal.report({ code, sequenceNo: 0, message: 'block 0: a gap' })
      const common = { ledger: 'l', journal, identityFindings: [], derived: undefined, saved: new Map(), seconds: 1 }
      const since = {
        path: 'd',
        digest: { digest: new Uint8Array(32), digestTipAddress: { strandId: 'x', sequenceNo: 0 } },
      }
      for (const facts of [common, { ...common, since }]) {
        const { verdict, lines } = reportOfLedger(facts)
        assert.equal(verdict, 'incomplete', code)
        assert.match(lines[0] as string, /^incomplete: block 0: a gap/, code)
      }
    }
  }
})
