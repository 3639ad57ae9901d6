import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { marked, one } from './marked-ledger.ts'
import { readBlock } from '../../src/ledger/block-cache.ts'
import { doubtOfKey, doubtRange } from '../../src/ledger/keys.ts'
import { openLmdbStore } from '../../src/store/lmdb-store.ts'

const blocksFile = /\.\d+-3\.ion$/
/** The block behind the imported ones; it has a file of its own, since it is years younger. */
const recordFile = /\.4-4\.ion$/

function fileIn(folder: string, name: RegExp): string {
  const found = readdirSync(folder, { recursive: true, encoding: 'utf8' }).find((path) => name.test(path))
  assert.ok(found !== undefined)
  return join(folder, found)
}

function edit(path: string, from: RegExp, to: string): void {
  const text = readFileSync(path, 'utf8')
  assert.match(text, from)
  writeFileSync(path, text.replace(from, to))
}

for (const shape of ['own', 'foreign'] as const) {
  test(`an export of a ledger with an import's marks is incomplete in every form, with a digest or without: ${shape}`, async (t) => {
    const tools = await marked(t, shape)
    await tools.run('digest', '-l', 'copy', '--out', tools.path('d.ion.txt'))
    for (const form of ['ion-text', 'ion-binary', 'json']) {
      assert.equal((await tools.run('export', '-l', 'copy', '-f', form, tools.path(form))).exit, 'ok')
      for (const digest of [[], ['--digest', tools.path('d.ion.txt')]]) {
        const { exit, line } = await tools.run('verify', ...digest, tools.path(form))
        assert.equal(exit, 'failed')
        assert.match(line, one)
      }
    }
    const again = await tools.run('import', '-l', 'again', tools.path('ion'))
    assert.equal(again.exit, 'failed')
    assert.match(again.stderr, /block \d has data whose types JSON has lost and as the marks of an earlier import say/)
    assert.equal((await tools.run('import', '-l', 'again', '--accept-doubtful', tools.path('ion'))).exit, 'ok')
    assert.match((await tools.run('verify', '-l', 'again')).line, one)
    assert.equal((await tools.run('export', '-l', 'again', tools.path('twice'))).exit, 'ok')
    assert.match((await tools.run('verify', tools.path('twice'))).line, one)
  })

  test(`an edit of an export with marks is found, whatever is done with the marks: ${shape}`, async (t) => {
    const tools = await marked(t, shape)
    await tools.run('digest', '-l', 'copy', '--out', tools.path('d.ion.txt'))
    const manifest = fileIn(tools.path('ion'), /completed\.manifest$/)
    const original = readFileSync(manifest, 'utf8')
    const marks = '{sequenceNo:2,revisions:[0]}'
    assert.ok(original.includes(marks) || shape === 'own')
    edit(fileIn(tools.path('ion'), blocksFile), /p:100\b/, 'p:999100')
    const verdicts = async () => {
      const found: string[] = []
      for (const digest of [[], ['--digest', tools.path('d.ion.txt')]])
        found.push((await tools.run('verify', ...digest, tools.path('ion'))).line)
      return found
    }
    for (const line of await verdicts()) assert.match(line, /^tampered: block 1: the hash of revision \d is /)
    const position = shape === 'own' ? 1 : 0
    edit(manifest, /uncheckedRevisions:\[/, `uncheckedRevisions:[{sequenceNo:1,revisions:[${position}]},`)
    const [bare, held] = (await verdicts()) as [string, string]
    // On a block of QLDB's nothing but a saved digest can bind a mark: it counts as not checked.
    if (shape === 'own') assert.match(bare, /^tampered: block \d: its revision \d has the mark of an import, which no/)
    else assert.equal(bare, 'incomplete: 2 of 4 revisions could not be checked')
    assert.match(held, /^tampered: block /)
  })
}

test('marks that were added, changed, emptied or removed never make an export verified', async (t) => {
  for (const shape of ['own', 'foreign'] as const) {
    const tools = await marked(t, shape)
    const manifest = fileIn(tools.path('ion'), /completed\.manifest$/)
    const original = readFileSync(manifest, 'utf8')
    const seen: string[] = []
    for (const marks of [
      '[]',
      '[{sequenceNo:1,revisions:[0]}]',
      '[{sequenceNo:2,revisions:[0]},{sequenceNo:3,revisions:[0]}]',
      '[{sequenceNo:2,revisions:[0,1]},{sequenceNo:3,revisions:[0]}]',
      '[{sequenceNo:3,revisions:[7]}]',
      '[{sequenceNo:77,revisions:[0]}]',
      '[{sequenceNo:3,revisions:[0]},{sequenceNo:2,revisions:[0]}]',
      '"none"',
    ]) {
      writeFileSync(manifest, original.replace(/uncheckedRevisions:\[.*\]/, `uncheckedRevisions:${marks}`))
      const { exit, line } = await tools.run('verify', tools.path('ion'))
      seen.push(`${shape} ${marks}: ${line}`)
      assert.notEqual(exit, 'ok', line)
    }
    writeFileSync(manifest, original.replace(/,uncheckedRevisions:\[.*\]/, ''))
    const { line } = await tools.run('verify', tools.path('ion'))
    // What a block of ours records needs no list of marks.
    if (shape === 'own') assert.match(line, one)
    else assert.match(line, /^tampered: block 2: the hash of revision 0 is /)
  }
})

test('an export that was cut keeps its marks while the block that records them, or a saved digest, is there', async (t) => {
  const tools = await marked(t, 'own')
  await tools.run('digest', '-l', 'copy', '--out', tools.path('d.ion.txt'))
  const path = fileIn(tools.path('ion'), blocksFile)
  const blocks = readFileSync(path, 'utf8').trimEnd().split('\n')
  const at = blocks.findIndex((block) => /p:5\b/.test(block))
  const write = (from: number, to: number) => writeFileSync(path, `${blocks.slice(from, to).join('\n')}\n`)
  const record = fileIn(tools.path('ion'), recordFile)
  const manifest = fileIn(tools.path('ion'), /completed/)
  const verify = async (...paths: readonly string[]) => (await tools.run('verify', ...paths)).line
  write(at, blocks.length)
  assert.match(await verify(path, record, manifest), /^incomplete: 1 of 2 /)
  assert.match(await verify(path, record), /^incomplete: 1 of 2 /)
  write(at + 1, blocks.length)
  assert.match(await verify(path, record, manifest), /^incomplete: /)
  write(at - 1, blocks.length)
  assert.match(await verify(path, record, manifest), /^incomplete: 1 of 5 /)
  edit(path, /p:100\b/, 'p:999100')
  assert.match(await verify(path, record, manifest), /^tampered: block 1: the hash of revision \d is /)
  write(0, blocks.length)
  assert.match(
    await verify(path, manifest),
    /^tampered: block 2: its revision 0 has the mark of an import, which no later/,
  )
  assert.match(await verify('--digest', tools.path('d.ion.txt'), path, manifest), /^tampered: block 2/)
  await tools.run('export', '-l', 'copy', '--to', '2025-01-01T00:00:00Z', tools.path('early'))
  assert.match(await verify(tools.path('early')), /^tampered: block 2: its revision 0 has the mark of an import/)
})

test('a revision that an import could not check is proven to nobody, and --since says that it takes it on trust', async (t) => {
  for (const shape of ['own', 'foreign'] as const) {
    const tools = await marked(t, shape)
    const digest = tools.path('d.txt')
    assert.equal((await tools.run('digest', '-l', 'copy', '--out', digest)).exit, 'ok')
    const store = openLmdbStore(tools.path('.local/share/qldb/copy'))
    const snapshot = store.snapshot()
    const [doubt] = [...snapshot.range(doubtRange)].map(([key]) => doubtOfKey(key))
    const ids = readBlock(snapshot, doubt?.sequenceNo as number).revisions?.map(({ metadata }) => metadata?.id)
    snapshot.release()
    await store.close()
    const marks = ids?.[doubt?.position as number] as string
    const proof = await tools.run('prove', '-l', 'copy', marks, '--digest', digest)
    assert.match(
      proof.stderr,
      /error\[proof\/not-comparable\]: .* can't be proven: it came as JSON, .* could not check it\n/,
    )
    assert.deepEqual([proof.exit, proof.stdout], ['failed', ''])
    const since = await tools.run('verify', '-l', 'copy', '--since', digest)
    assert.match(since.stdout, /^verified since .*\non trust: .*\non trust: 1 revision in them came as JSON, /)
    const json = JSON.parse((await tools.run('verify', '-l', 'copy', '--since', digest, '-f', 'json')).stdout)
    assert.equal(json.since.onTrust.uncheckedRevisions, 1)
  }
})
