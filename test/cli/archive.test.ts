import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { printIon } from '../../src/values/text-writer.ts'
import { ForeignJournal, sampleForeignJournal, writeFiles } from '../archive/foreign-journal.ts'
import { ended, type TestShell, withShell } from './test-shell.ts'

const journal = sampleForeignJournal()
const last = journal.blocks.length - 1
const blocksText = (from = 0, to = last) =>
  journal.blocks
    .slice(from, to + 1)
    .map((block) => `${printIon(block.ion)}\n`)
    .join('')
const dataFile = (from = 0, to = last) => `2021/06/13/07/${journal.strandId}.${from}-${to}.ion`

async function makeLedger(shell: TestShell): Promise<void> {
  const script = `CREATE TABLE Car; CREATE INDEX ON Car (vin); INSERT INTO Car << {'vin': 'a', 'p': 1.50, 't': \`2020T\`},
    {'vin': 'b', 'q': \`it::"\\x60 \\" ; '''"\`, 'l': [1, \`{{AQ==}}\`, null]} >>; UPDATE Car SET p = 2 WHERE vin = 'a'`
  const made = await shell.run(['-l', 'cars', '--create', '-e', script])
  assert.equal(made.code, 0, made.stderr)
}

const digestOf = async (shell: TestShell, ledger: string) =>
  JSON.parse((await shell.run(['digest', '-l', ledger])).stdout).digest

test(
  'export, verify, import: the same ledger in all formats',
  withShell(async (shell) => {
    await makeLedger(shell)
    const rows = (ledger: string) => shell.run(['-l', ledger, '-e', 'SELECT * FROM Car; SELECT * FROM history(Car)'])
    const wanted = (await rows('cars')).stdout
    for (const format of ['ion-text', 'ion-binary', 'json']) {
      const exported = await shell.run(['export', '-l', 'cars', '-f', format, '--gzip', format])
      assert.deepEqual([exported.code, exported.stderr], [0, ''])
      assert.match(exported.stdout, /^ledger 'cars': 5 blocks/)
      const verified = await shell.run(['verify', format])
      // An annotation is in the data: JSON has lost it, and that is reported.
      const [code, line] =
        format === 'json'
          ? [1, 'incomplete: 1 of 5 revisions could not be checked']
          : [0, 'verified in itself: no saved digest was given']
      assert.deepEqual([verified.code, verified.stdout.split('\n')[0]], [code, line])
      assert.match(verified.stdout, /\nexport of ledger 'cars': 5 blocks in 1 file\n/)
      const imported = await shell.run(['import', '--ledger', `copy-${format}`, format])
      const json = format === 'json'
      assert.equal(imported.code, json ? 1 : 0, imported.stderr)
      // An annotation is in the data: JSON has lost it, and that is reported.
      if (json)
        assert.match(imported.stderr, /^error\[export\/incomplete\]: block 3 has data whose types JSON has lost/)
      if (json) continue
      assert.equal((await rows(`copy-${format}`)).stdout, wanted)
      assert.equal(await digestOf(shell, `copy-${format}`), await digestOf(shell, 'cars'))
      const sound = await shell.run(['verify', '-l', `copy-${format}`])
      assert.equal(sound.code, 0, sound.stdout)
    }
    assert.equal(existsSync(shell.path('.local/share/qldb/copy-json')), false)
    const accepted = await shell.run(['import', '-l', 'copy-json', '--accept-doubtful', 'json'])
    assert.equal(accepted.code, 0, accepted.stderr)
    await shell.run(['digest', '-l', 'cars', '--out', 'cars.ion.txt'])
    const held = await shell.run(['verify', '-l', 'copy-json', '--digest', 'cars.ion.txt'])
    assert.equal(held.code, 1)
    assert.match(held.stdout, /^incomplete: 1 of 5 revisions could not be checked\n/)
    assert.match(
      held.stdout,
      /\nmatches the saved digest 'cars.ion.txt' \(blocks 0-4\); it binds the hashes, not the data/,
    )
    const marked = await shell.run(['verify', '-l', 'copy-json'])
    assert.equal(marked.code, 1)
    assert.match(marked.stdout, /^incomplete: 1 of 5 revisions could not be checked\n/)
    assert.match(marked.stdout, /\nnot checked: block 3: revision 1 came as JSON, .*\nimported: blocks 0 to 4\n/)
    const refused = await shell.run(['rebuild', '-l', 'copy-json'])
    assert.equal(refused.code, 1)
    assert.match(refused.stdout, /^incomplete: .*\n(?:.*\n)*nothing was changed: .*'--accept-doubtful'\n$/)
    assert.equal((await shell.run(['rebuild', '-l', 'copy-json', '--accept-doubtful'])).code, 0)
    const taken = await shell.run(['export', '-l', 'cars', 'json'])
    assert.deepEqual([taken.code, taken.stdout], [2, ''])
    assert.match(taken.stderr, /^error\[file\/exists\]: 'json' already exists\n/)
    assert.deepEqual(
      readdirSync(shell.home).filter((name) => name.includes('partial')),
      [],
    )
  }),
)

test(
  'only blocks of a time are exported, when asked so; both ends together are the whole',
  withShell(async (shell) => {
    writeFiles(shell.path('in'), { [dataFile()]: blocksText() })
    assert.equal((await shell.run(['import', '-l', 'old', 'in'])).code, 0)
    const middle = '2021-06-13T07:59:55Z'
    assert.match((await shell.run(['export', '-l', 'old', '--to', middle, 'early'])).stdout, /: 5 blocks/)
    assert.match((await shell.run(['export', '-l', 'old', '--from', middle, 'late'])).stdout, /: 7 blocks/)
    const whole = await shell.run(['verify', 'early', 'late', '-f', 'json'])
    const report = JSON.parse(whole.stdout)
    assert.deepEqual(
      [whole.code, report.verdict, report.blocks, report.digest],
      [0, 'verified', 12, await digestOf(shell, 'old')],
    )
    assert.equal((await shell.run(['verify', 'late'])).code, 0)
    assert.match((await shell.run(['verify', 'late'])).stdout, /note: the blocks before block 5 are not there/)
    const second = await shell.run(['import', '-l', 'new', 'early'])
    assert.equal(second.code, 0)
    assert.match(
      (await shell.run(['import', '-l', 'new', 'late'])).stdout,
      /7 blocks imported, up to block 11; read-only/,
    )
    assert.equal(await digestOf(shell, 'new'), report.digest)
  }),
)

test(
  'what was changed ends with 5 and leaves no ledger; what is missing with 1',
  withShell(async (shell) => {
    writeFiles(shell.path('bad'), { [dataFile()]: blocksText().replace('90.25', '90.26') })
    const verified = await shell.run(['verify', 'bad'])
    assert.equal(verified.code, 5)
    assert.match(verified.stdout, /^tampered: block 5: .*\nexport: 12 blocks/)
    assert.match(verified.stdout, /\ntampered: block 5: the hash of revision 0 is .*, expected .*\n/)
    const imported = await shell.run(['import', '-l', 'bad', 'bad'])
    assert.equal(imported.code, 5)
    assert.match(imported.stderr, /^error\[journal\/hash-mismatch\]: .*nothing was imported\n$/)
    assert.equal(existsSync(shell.path('.local/share/qldb/bad')), false)
    const unchecked = await shell.run(['import', '-l', 'bad', '--no-verify', 'bad'])
    assert.deepEqual([unchecked.code, unchecked.stderr], [0, ''])
    assert.match(unchecked.stdout, /no hash of it was checked\n$/)
    assert.equal((await shell.run(['verify', '-l', 'bad'])).code, 5)
    writeFiles(shell.path('gap'), { [dataFile(0, 3)]: blocksText(0, 3), [dataFile(6)]: blocksText(6) })
    const gap = await shell.run(['verify', 'gap'])
    assert.equal(gap.code, 1)
    assert.match(gap.stdout, /\nnot checked: block 6: it comes after block 3\n/)
    const refused = await shell.run(['import', '-l', 'gap', '--accept-doubtful', 'gap'])
    assert.equal(refused.code, 1)
    assert.match(refused.stderr, /error\[journal\/gap\]: block 6 comes after block 3\nhelp: .* block 4\n/)
    assert.equal(existsSync(shell.path('.local/share/qldb/gap')), false)
    const digest = `{"digest":"${await digestOfWhole(shell)}","digestTipAddress":"{strandId:\\"${journal.strandId}\\",sequenceNo:${last}}"}`
    writeFileSync(shell.path('saved.ion.txt'), digest)
    const other = new ForeignJournal(journal.strandId)
    for (let index = 0; index <= last; index += 1) other.append({ withoutInfo: true })
    writeFiles(shell.path('other'), { 'a.ion': other.blocks.map((block) => printIon(block.ion)).join('\n') })
    const blank = await shell.run(['verify', 'other'])
    assert.equal(blank.code, 1)
    assert.match(blank.stdout, /^incomplete: block 0: it shows neither statements nor revisions, and 11 more\n/)
    assert.equal((await shell.run(['verify', 'other', '--digest', 'saved.ion.txt'])).code, 5)
    assert.equal((await shell.run(['import', '-l', 'other', 'other', '--digest', 'saved.ion.txt'])).code, 5)
    assert.equal(existsSync(shell.path('.local/share/qldb/other')), false)
  }),
)

async function digestOfWhole(shell: TestShell): Promise<string> {
  writeFiles(shell.path('whole'), { [dataFile()]: blocksText() })
  return JSON.parse((await shell.run(['verify', 'whole', '-f', 'json'])).stdout).digest
}

test(
  "the ledger's name comes from the manifest; read-only until asked for",
  withShell(async (shell) => {
    writeFiles(shell.path('in'), {
      [dataFile()]: gzipSync(blocksText()),
      'x.started.manifest': '{ledgerName:"vehicles",exportId:"x"}',
      [`x.${journal.strandId}.completed.manifest`]: `{keys:["${dataFile()}"]}`,
    })
    assert.match(
      (await shell.run(['import', 'in'])).stdout,
      /\nledger 'vehicles': 12 blocks imported, up to block 11; read-only\n$/,
    )
    const refused = await shell.run(['-l', 'vehicles', '-e', "INSERT INTO Car {'vin': 'z'}"])
    assert.equal(refused.code, 1)
    assert.match(refused.stderr, /error\[ledger\/read-only\]: the ledger 'vehicles' was imported and is read-only\n/)
    assert.equal((await shell.run(['import', '--writable', 'in'])).code, 0)
    assert.equal((await shell.run(['-l', 'vehicles', '-e', "INSERT INTO Car {'vin': 'z'}"])).code, 0)
    assert.equal((await shell.run(['verify', '-l', 'vehicles'])).code, 0)
    writeFiles(shell.path('nameless'), { [dataFile()]: blocksText() })
    const nameless = await shell.run(['import', 'nameless'])
    assert.deepEqual([nameless.code, /--ledger NAME/.test(nameless.stderr)], [2, true])
  }),
)

test(
  'Ctrl-C leaves an import that is marked, refused, and resumed; of an export it leaves nothing',
  withShell(async (shell) => {
    const long = new ForeignJournal()
    for (let index = 0; index < 6_000; index += 1) long.append({ statements: [`SELECT ${index} FROM x`] })
    writeFiles(shell.path('in'), { 'all.ion': long.blocks.map((block) => `${printIon(block.ion)}\n`).join('') })
    const child = shell.start(['import', '-l', 'long', 'in'])
    const store = shell.path('.local/share/qldb/long/data.mdb')
    // Some blocks are in it.
    const isBegun = () => (statSync(store, { throwIfNoEntry: false })?.size ?? 0) > 200_000
    while (!isBegun() && child.exitCode === null) await new Promise((resolve) => setImmediate(resolve))
    child.kill('SIGINT')
    const { code, stderr } = await ended(child)
    assert.equal(code, 130, stderr)
    assert.match(
      stderr,
      /error\[cancelled\/by-user\]: stopped after .* blocks: the ledger 'long' is not complete\nhelp: run the same import/,
    )
    const refused = await shell.run(['-l', 'long', '-e', 'SELECT 1'])
    // Interrupted before the first write, there is no ledger to refuse.
    if (refused.code !== 0) assert.match(refused.stderr, /^error\[ledger\/(incomplete|not-found)\]/)
    const again = await shell.run(['import', '-l', 'long', 'in'])
    assert.equal(again.code, 0, again.stderr)
    if (refused.code !== 0 && !refused.stderr.includes('not-found'))
      assert.match(
        again.stdout,
        /^verified from block \d+ on, where the unfinished import ended\non trust: blocks 0 to \d+ were checked by the unfinished import/,
      )
    assert.equal((await shell.run(['verify', '-l', 'long', '--no-derived'])).code, 0)
    const exporting = shell.start(['export', '-l', 'long', 'out'])
    while (!readdirSync(shell.home).some((name) => name.startsWith('out')) && exporting.exitCode === null)
      await new Promise((resolve) => setImmediate(resolve))
    exporting.kill('SIGINT')
    assert.equal((await ended(exporting)).code, 130)
    assert.deepEqual(
      readdirSync(shell.home).filter((name) => name.startsWith('out')),
      [],
    )
  }),
)

test(
  'names that others have given to files, and ids in them, neither end a line of the report nor steer the terminal',
  withShell(async (shell) => {
    const journal = new ForeignJournal('x\u001b[31mred\nthe export is sound')
    journal.append({ withoutInfo: true })
    const text = printIon((journal.blocks[0] as (typeof journal.blocks)[number]).ion)
    writeFiles(shell.path('in'), { 'a\u001b[2J\nthe export is sound\u202e.0-1.ion': text })
    for (const format of ['text', 'json']) {
      const { code, stdout } = await shell.run(['verify', 'in', '--format', format])
      assert.equal(code, 1)
      assert.doesNotMatch(stdout, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/)
      assert.equal(stdout.split('\n').filter((line) => line.startsWith('the export is sound')).length, 0)
      assert.match(stdout, format === 'text' ? /in\/a\\x1b\[2J\\nthe export is sound\\u202e/ : /in\/a\\u001b\[2J\\nthe/)
    }
  }),
)

test(
  'load and dump: documents come back as they were, from every kind of file',
  withShell(async (shell) => {
    await makeLedger(shell)
    const dumped = await shell.run(['dump', '-l', 'cars'])
    assert.deepEqual([dumped.code, dumped.stderr], [0, ''])
    writeFileSync(shell.path('script.partiql'), dumped.stdout)
    const ran = await shell.run(['-l', 'again', '--create', 'script.partiql'])
    assert.equal(ran.code, 0, ran.stderr)
    const rows = async (ledger: string) => (await shell.run(['-l', ledger, '-e', 'SELECT * FROM Car'])).stdout
    assert.equal(await rows('again'), await rows('cars'))
    assert.equal((await shell.run(['dump', '-l', 'again'])).stdout, dumped.stdout)
    for (const format of ['ion', 'jsonl']) {
      assert.equal((await shell.run(['dump', '-l', 'cars', '-f', format, '-o', 'files'])).code, 0)
      const loaded = await shell.run(['load', '-l', format, '--create', '--create-table', 'Car', `files/Car.${format}`])
      assert.deepEqual([loaded.code, loaded.stdout], [0, "2 documents loaded into 'Car'\n"], loaded.stderr)
    }
    assert.equal(await rows('ion'), await rows('cars'))
    assert.match(await rows('jsonl'), /^\{vin:"a",p:2,t:"2020T"\}\n/)
    writeFileSync(shell.path('c.csv'), 'vin,note\nx,"a, b"\ny,\n')
    assert.equal((await shell.run(['load', '-l', 'csv', '--create', '--create-table', 'Car', 'c.csv'])).code, 0)
    assert.match(await rows('csv'), /^\{vin:"x",note:"a, b"\}\n/)
    assert.deepEqual(
      readdirSync(shell.home).filter((name) => name.includes('.load-')),
      [],
    )
    const one = await shell.run(['dump', '-l', 'cars', 'Cra'])
    assert.deepEqual([one.code, /no table named 'Cra'/.test(one.stderr)], [2, true])
  }),
)

test(
  'wrong usage ends with 2, and says what is right',
  withShell(async (shell) => {
    mkdirSync(shell.path('empty'))
    writeFileSync(shell.path('x.dat'), 'x')
    for (const [args, text] of [
      [['import'], /nothing to import/],
      [['import', 'nowhere'], /can't read 'nowhere': there is no such file/],
      [['import', 'empty', '-l', 'x'], /no journal blocks in 'empty'/],
      [['import', '--memory', 'empty'], /an embedded ledger on disk/],
      [['export'], /expected one folder/],
      [['export', '-f', 'xml', 'out'], /xml/],
      [['export', '--from', 'yesterday', 'out'], /'yesterday' is not a value of '--from'/],
      [['load', 'T'], /expected a table and a file/],
      [['load', 'T', 'x.dat'], /no extension that gives its format/],
      [['load', 'T', 'no.csv'], /can't read 'no.csv'/],
      [['load', 'T', 'no.csv', '--batch', '0'], /'0' is not a value of '--batch'/],
      [['dump', '-f', 'jsonl'], /'--out DIR'/],
      [['verify', 'empty'], /no journal blocks/],
      [['import', '--wriatble', 'empty'], /unknown option/],
    ] as const) {
      const { code, stderr, stdout } = await shell.run([...args])
      assert.deepEqual([code, stdout], [2, ''], `${args.join(' ')}: ${stderr}`)
      assert.match(stderr, text)
    }
    for (const name of ['import', 'export', 'load', 'dump']) {
      const help = await shell.run([name, '--help'])
      assert.deepEqual([help.code, help.stderr], [0, ''])
      assert.match(help.stdout, new RegExp(`^Usage: qldb ${name} `))
    }
    assert.equal(existsSync(join(shell.home, '.local', 'share', 'qldb', 'x')), false)
  }),
)
