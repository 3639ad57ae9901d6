import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { EvidenceFiles } from '../../src/cli/tools/proof-files.ts'
import { openLmdbStore } from '../../src/store/lmdb-store.ts'
import { type TestShell, withShell } from './test-shell.ts'

/** The default ledger with a table and a document of two versions (blocks 2 and 3); gives the document's id. */
async function withDocument(shell: TestShell): Promise<string> {
  const { stdout, code } = await shell.run([
    '-e',
    "CREATE TABLE T; INSERT INTO T VALUE {'name': 'Ada', 'paid': 1.50}; UPDATE T SET name = 'Eve'",
    '-e',
    'SELECT VALUE id FROM T BY id',
  ])
  assert.equal(code, 0)
  return JSON.parse(stdout.trim().split('\n').at(-1) as string) as string
}

const ledgerFolder = '.local/share/qldb/default'

/** Changes a record of the default ledger behind its back. */
async function tamper(shell: TestShell, key: Uint8Array, change: (bytes: Buffer) => Buffer): Promise<void> {
  const store = openLmdbStore(shell.path(ledgerFolder))
  await store.write((t) => t.put(key, change(Buffer.from(t.get(key) as Uint8Array))))
  await store.close()
}

const blockKey = (sequenceNo: number) => Uint8Array.of(2, 0, 0, 0, 0, 0, sequenceNo)
/** In the revision, which comes after the statement. */
function rename(bytes: Buffer): Buffer {
  bytes.write('Bob', bytes.lastIndexOf('Ada'))
  return bytes
}

test(
  'digest, prove, verify: files that need no ledger',
  withShell(async (shell) => {
    const id = await withDocument(shell)
    const shown = await shell.run(['digest'])
    assert.equal(shown.code, 0)
    assert.deepEqual(Object.keys(JSON.parse(shown.stdout)), ['digest', 'digestTipAddress', 'ledger', 'date'])
    const saved = await shell.run(['digest', '--out', 'digest.ion.txt'])
    assert.match(saved.stdout, /^digest at block 3 of ledger 'default' saved in 'digest\.ion\.txt'\n$/)
    const again = await shell.run(['digest', '--out', 'digest.ion.txt'])
    assert.deepEqual([again.code, /already exists/.test(again.stderr)], [2, true])

    assert.equal((await shell.run(['-e', "INSERT INTO T VALUE {'name': 'Zoe'}"])).code, 0)
    const made = await shell.run([
      'prove',
      '--document',
      id,
      '--version',
      '0',
      '--digest',
      'digest.ion.txt',
      '-o',
      'p.ion',
    ])
    assert.match(
      made.stdout,
      /^proof of version 0 in block 2, for the digest at block 3, saved in 'p\.ion'\n$/,
      made.stderr,
    )
    assert.equal((await shell.run(['prove', id, '--table', 'T', '-o', 'newest.ion'])).code, 0)

    const elsewhere = { env: { XDG_DATA_HOME: shell.path('nothing-here') } }
    const alone = await shell.run(['verify', 'p.ion', 'newest.ion'], elsewhere)
    assert.deepEqual([alone.code, alone.stderr], [0, ''])
    assert.match(alone.stdout, /^verified in itself: .*\np\.ion: version 0 of document '\w+' in block 2: this revision/)
    assert.match(alone.stdout, /could have made up its digest: compare it with one that you saved/)
    assert.match(alone.stdout, /\nnewest\.ion: version 1 of document .* belongs to the file's own digest/)
    const trusted = await shell.run(['verify', 'p.ion', '--digest', 'digest.ion.txt'], elsewhere)
    assert.match(trusted.stdout, /^verified against the digest saved in digest\.ion\.txt\n/)
    assert.match(trusted.stdout, /belongs to the saved digest, table 'T', changed by 'INSERT INTO T/)
    const other = await shell.run(['verify', 'newest.ion', '--digest', 'digest.ion.txt'], elsewhere)
    assert.equal(other.code, 1)
    assert.match(other.stdout, /^incomplete: newest\.ion: version 1 .*: the proof leads to the digest at block 4/)
  }),
)

test(
  'an altered, cut or foreign proof: exit code 5, or an error, and the field',
  withShell(async (shell) => {
    const id = await withDocument(shell)
    assert.equal((await shell.run(['prove', id, '--version', '0', '-o', 'p.ion'])).code, 0)
    const text = readFileSync(shell.path('p.ion'), 'utf8')
    writeFileSync(shell.path('altered.ion'), text.replace('Ada', 'Bob'))
    const altered = await shell.run(['verify', 'altered.ion'])
    assert.equal(altered.code, 5)
    assert.match(altered.stdout, /^tampered: altered\.ion: version 0 .*: revision\.hash: it is /)
    const json = JSON.parse(
      (await shell.run(['verify', 'p.ion', 'altered.ion', '-f', 'json'])).stdout.split('\n')[1] as string,
    )
    assert.deepEqual([json.verdict, json.findings.length, json.findings[0].field], ['tampered', 1, 'revision.hash'])

    writeFileSync(shell.path('cut.ion'), text.slice(0, -20))
    const cut = await shell.run(['verify', 'cut.ion'])
    assert.equal(cut.code, 1)
    assert.match(cut.stdout, /^incomplete: cut\.ion: not Ion or JSON at line \d+, column \d+: /)
    writeFileSync(shell.path('other.txt'), '{}')
    assert.match((await shell.run(['verify', 'other.txt'])).stderr, /neither a proof nor a digest, revision or block/)
    assert.equal((await shell.run(['verify', 'absent.ion'])).code, 2)

    // Another ledger's digest, and its proof against ours.
    assert.equal((await shell.run(['-l', 'second', '--create', '-e', 'CREATE TABLE T'])).code, 0)
    assert.equal((await shell.run(['digest', '-l', 'second', '-o', 'second.ion'])).code, 0)
    const foreign = await shell.run(['verify', 'p.ion', '-d', 'second.ion'])
    assert.equal(foreign.code, 2)
    assert.match(foreign.stderr, /this digest belongs to another ledger/)
    const other = await shell.run(['verify', '-d', 'second.ion'])
    assert.deepEqual([other.code, other.stdout], [2, ''])
    assert.match(other.stderr, /second\.ion: this digest belongs to another ledger/)
    const wish = await shell.run(['prove', id, '-d', 'second.ion'])
    assert.match(wish.stderr, /error\[proof\/not-comparable\]: the saved digest is of another ledger/)
  }),
)

test(
  'every digest that is given counts, in any order, and no field of a proof stands beside another of its meaning',
  withShell(async (shell) => {
    const id = await withDocument(shell)
    await shell.run(['prove', id, '--version', '0', '-o', 'p.ion'])
    await shell.run(['digest', '-o', 'good.ion'])
    const good = readFileSync(shell.path('good.ion'), 'utf8')
    writeFileSync(shell.path('forged.ion'), good.replace(/"digest": "[^"]*"/, `"digest": "${'A'.repeat(43)}="`))
    for (const files of [
      ['p.ion', '-d', 'good.ion', '-d', 'forged.ion'],
      ['p.ion', '-d', 'forged.ion', '-d', 'good.ion'],
      ['p.ion', 'forged.ion', '-d', 'good.ion'],
    ]) {
      assert.match((await shell.run(['verify', ...files])).stdout, /^tampered: /, files.join(' '))
    }
    assert.equal((await shell.run(['verify', 'p.ion', '-d', 'good.ion', '-d', 'good.ion'])).code, 0)
    await shell.run(['-e', "UPDATE T SET name = 'Fay'"])
    await shell.run(['digest', '-o', 'later.ion'])
    const later = await shell.run(['verify', 'p.ion', '-d', 'good.ion', '-d', 'later.ion'])
    assert.match(later.stdout, /^incomplete: .*no proof leads to the digest at block \d+ saved in 'later\.ion'\n/)

    const proof = readFileSync(shell.path('p.ion'), 'utf8')
    for (const field of ['Revision: {}', 'block: {}', 'tableName: "U"', 'ledgerDigest: {}', 'TransactionInfo: {}']) {
      writeFileSync(shell.path('twice.ion'), proof.replace('{', `{ ${field},`))
      const { code, stdout } = await shell.run(['verify', 'twice.ion', '-d', 'good.ion'])
      assert.equal(code, 5, field)
      assert.match(stdout, /^tampered: twice\.ion: '\w+' and '\w+' are both there, expected one of them\n/)
    }
    writeFileSync(shell.path('beside.ion'), proof.replace('{', '{ responseMetadata: { requestId: "x", revision: {} },'))
    const beside = await shell.run(['verify', 'beside.ion', '-d', 'good.ion'])
    assert.match(beside.stdout, /^incomplete: .*no hash covers the field 'responseMetadata\.revision'\n/)
    writeFileSync(shell.path('twins.ion'), good.replace('{', '{ "Digest": "x",'))
    assert.match((await shell.run(['verify', '-d', 'twins.ion'])).stderr, /a field of the digest is there twice/)
  }),
)

test(
  'a ledger is verified; a changed block is named, and rebuild leaves it alone',
  withShell(async (shell) => {
    await withDocument(shell)
    await shell.run(['digest', '-o', 'digest.ion'])
    const sound = await shell.run(['verify', '--digest', 'digest.ion'])
    assert.deepEqual([sound.code, sound.stderr], [0, ''])
    assert.match(
      sound.stdout,
      /^verified against the digest saved in digest\.ion\nledger 'default': 4 blocks, 3 revisions\n/,
    )
    assert.match(sound.stdout, /\nmatches the saved digest 'digest\.ion' \(blocks 0-3\)\n/)
    assert.match(sound.stdout, /\ntables, indexes and history match the journal \(\d+ records\)\n/)
    const alone = await shell.run(['verify', ledgerFolder, '--no-derived'])
    assert.match(alone.stdout, /^verified in itself: no saved digest was given\n(?:.*\n)*.*history: not checked\n/)
    assert.match(alone.stdout, /\na journal that was rewritten or truncated would look the same: save a digest /)

    await tamper(shell, blockKey(2), rename)
    const found = await shell.run(['verify', '-f', 'json'])
    assert.equal(found.code, 5)
    const report = JSON.parse(found.stdout)
    assert.deepEqual(
      [report.verdict, report.findings[0].code, report.findings[0].block, report.derived.checked],
      ['tampered', 'revision-hash', 2, false],
    )
    const said = await shell.run(['verify'])
    assert.match(said.stdout, /^tampered: block 2: .*\nledger 'default': \d+ findings? in the journal\n/)
    const rebuilt = await shell.run(['rebuild'])
    assert.equal(rebuilt.code, 5)
    assert.match(rebuilt.stdout, /nothing was changed/)
  }),
)

test(
  'derived data that does not follow from the journal is found, and rebuilt',
  withShell(async (shell) => {
    await withDocument(shell)
    const key = Uint8Array.of(6, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1)
    await tamper(shell, key, (bytes) => Buffer.from(bytes.toString('latin1').replace('Eve', 'Bob'), 'latin1'))
    assert.equal((await shell.run(['-e', 'SELECT VALUE name FROM T'])).stdout, '"Bob"\n')
    const found = await shell.run(['verify'])
    assert.equal(found.code, 5)
    assert.match(found.stdout, /^tampered: document 1 of table 1: .*\nledger 'default': 1 finding in tables, indexes/)
    const rebuilt = await shell.run(['rebuild'])
    assert.deepEqual([rebuilt.code, rebuilt.stdout], [0, "rebuilt ledger 'default' from 4 blocks\n"])
    assert.equal((await shell.run(['-e', 'SELECT VALUE name FROM T'])).stdout, '"Eve"\n')
    assert.equal((await shell.run(['verify'])).code, 0)
  }),
)

test(
  'the same inside the shell, with and without a backslash',
  withShell(async (shell) => {
    const id = await withDocument(shell)
    const script = [
      'digest --out d.ion',
      `\\prove ${id} --version 0 --out p.ion`,
      'verify p.ion --digest d.ion -- a comment',
      '\\verify --digest d.ion',
      '\\digest',
    ].join('\n')
    const { stdout, stderr, code } = await shell.run([], { input: script })
    assert.deepEqual([stderr, code], ['', 0])
    assert.match(stdout, /^digest at block 3 .*\nproof of version 0 .*\nverified against the digest saved in d\.ion\n/)
    assert.match(stdout, /\np\.ion: version 0 .* belongs to the saved digest, table 'T', changed by 'INSERT /)
    assert.match(stdout, /\nledger 'default': 4 blocks, 3 revisions\n/)
    writeFileSync(shell.path('altered.ion'), readFileSync(shell.path('p.ion'), 'utf8').replace('Ada', 'Bob'))
    const altered = await shell.run(['-e', 'verify altered.ion'])
    assert.equal(altered.code, 5)
    assert.match(altered.stderr, /^error\[proof\/refuted\]: tampered: altered\.ion: version 0 /)
    await tamper(shell, blockKey(2), rename)
    const found = await shell.run(['-e', '\\verify'])
    assert.equal(found.code, 5)
    assert.match(found.stdout, /^tampered: block 2: the hash of revision 0/)
    const demo = await shell.run(['--demo', '-e', 'verify'])
    assert.match(demo.stdout, /^verified in itself: .*\nledger 'vehicle-registration': /)
  }),
)

test(
  'reads are journaled when the ledger is set so',
  withShell(async (shell) => {
    const tip = async () => JSON.parse((await shell.run(['digest'])).stdout).digestTipAddress.match(/\d+(?=\}$)/)[0]
    assert.equal((await shell.run(['-e', 'CREATE TABLE T; SELECT * FROM T'])).code, 0)
    assert.equal(await tip(), '1')
    assert.equal((await shell.run(['--journal-reads', 'on', '-e', 'SELECT * FROM T'])).code, 0)
    assert.equal(await tip(), '2')
    assert.equal((await shell.run(['-e', 'SELECT * FROM T; SELECT * FROM T'])).code, 0)
    assert.equal(await tip(), '4')
    assert.equal((await shell.run(['--journal-reads', 'off', '-e', 'SELECT * FROM T'])).code, 0)
    assert.equal(await tip(), '4')
    assert.equal((await shell.run(['--journal-reads', 'perhaps', '-e', 'SELECT 1'])).code, 2)
    assert.match((await shell.run(['verify'])).stdout, /\nledger 'default': 5 blocks/)
  }),
)

test(
  'wrong usage is said, and what is not there',
  withShell(async (shell) => {
    const id = await withDocument(shell)
    for (const [args, code, text] of [
      [['verify', '--dijest', 'x'], 2, /did you mean '--digest'/],
      [['verify', '--format', 'xml'], 2, /Allowed choices are text, json/],
      [['verify', '-l', 'absent'], 3, /error\[ledger\/not-found\]/],
      [['verify', '--memory'], 2, /in memory/],
      [['prove'], 2, /expected one document id, found none/],
      [['prove', id, '--version', 'x'], 2, /'x' is not a version/],
      [['prove', id, '--version', '7'], 1, /error\[journal\/no-revision\]: there is no version 7/],
      [['prove', 'x'.repeat(22)], 1, /there is no revision of a document/],
      [['prove', id, '--table', 'Absent'], 1, /Absent/],
      [['rebuild', '-s', 'http://localhost:1'], 2, /only an embedded ledger/],
    ] as const) {
      const found = await shell.run(args)
      assert.equal(found.code, code, `${args.join(' ')}: ${found.stderr}`)
      assert.match(found.stderr, text)
      assert.equal(found.stdout, '')
    }
    for (const name of ['digest', 'prove', 'verify', 'rebuild']) {
      const { stdout, code } = await shell.run([name, '--help'])
      assert.ok(code === 0 && stdout.startsWith(`Usage: qldb ${name}`), stdout)
    }
  }),
)

test(
  'a store that is damaged below the ledger is found, whatever it breaks',
  withShell(async (shell) => {
    await withDocument(shell)
    const path = shell.path(ledgerFolder, 'data.mdb')
    const bytes = readFileSync(path)
    writeFileSync(path, bytes.subarray(0, bytes.length - 4096))
    const found = await shell.run(['verify'])
    assert.ok(found.code === 5 || found.code === 3, `${found.code} ${found.stdout} ${found.stderr}`)
    writeFileSync(path, 'something else')
    assert.notEqual((await shell.run(['verify'])).code, 0)
  }),
)

test(
  'verify --since checks the blocks after a saved digest, and says what it took on trust',
  withShell(async (shell) => {
    await withDocument(shell)
    assert.equal((await shell.run(['digest', '--out', 'd.ion.txt'])).code, 0)
    assert.equal((await shell.run(['-e', "INSERT INTO T VALUE {'name': 'Zoe'}"])).code, 0)
    const checked = await shell.run(['verify', '--since', 'd.ion.txt'])
    assert.equal(checked.code, 0, checked.stdout + checked.stderr)
    assert.match(
      checked.stdout,
      /^verified since block 3, the tip of the digest saved in d\.ion\.txt\non trust: what is in blocks 0 to 3 was not read; .*\non trust: that no blocks followed block 4, which no saved digest covers\nledger 'default': 1 block, 1 revision\n/,
    )
    const [json] = (await shell.run(['verify', '--since', 'd.ion.txt', '-f', 'json'])).stdout.split('\n')
    assert.deepEqual(JSON.parse(json as string).since, { file: 'd.ion.txt', onTrust: { first: 0, last: 3 } })
    await tamper(shell, blockKey(3), (bytes) => Buffer.concat([bytes, Buffer.of(0)]))
    assert.equal((await shell.run(['verify', '--since', 'd.ion.txt'])).code, 5)
    const refused = await shell.run(['verify', '--since', 'd.ion.txt', 'd.ion.txt'])
    assert.deepEqual([refused.code, /'--since' checks an embedded ledger, not files/.test(refused.stderr)], [2, true])
  }),
)

test(
  'a file of evidence is read once in a check: what is judged is what was looked into',
  withShell(async (shell) => {
    const path = shell.path('digest.ion')
    const digest = 'A'.repeat(43)
    writeFileSync(path, `{digest:{{${digest}=}},digestTipAddress:{strandId:"${'s'.repeat(22)}",sequenceNo:3}}`)
    const files = new EvidenceFiles()
    const found = files.of(path)
    assert.deepEqual(
      found.map(({ kind }) => kind),
      ['digest'],
    )
    writeFileSync(path, '{{')
    assert.equal(files.of(path), found)
    assert.throws(() => new EvidenceFiles().of(path), { name: 'LedgerError' })
  }),
)
