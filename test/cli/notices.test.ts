import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { withShell } from './test-shell.ts'

const misspelt = 'SELECT vin FROM Vehicle'
const note = "note: no document of Vehicle has a field 'vin'; did you mean 'VIN'?\n"

test(
  'notices go to standard error after the counts; --quiet and the setting turn them off; a script names its line',
  withShell(async (shell) => {
    const demo = ['--demo', '-f', 'ion']
    const shown = await shell.run([...demo, '-e', misspelt])
    assert.equal(shown.stdout, '{}\n'.repeat(5))
    assert.ok(shown.stderr.endsWith(`ms)\n${note}`), shown.stderr)
    assert.equal(shown.code, 0)
    for (const args of [
      ['--quiet', '-e', misspelt],
      ['-e', `set notices off; ${misspelt}`],
    ]) {
      assert.doesNotMatch((await shell.run([...demo, ...args])).stderr, /note:/)
    }
    writeFileSync(shell.path('s.sql'), `SELECT VIN FROM Vehicle WHERE VIN = 'x';\n${misspelt};\n`)
    const script = await shell.run([...demo, 's.sql'])
    assert.ok(script.stderr.endsWith(`${note} --> s.sql:2:8\n`), script.stderr)
    const json = await shell.run([...demo, '--error-format', 'json', '-e', misspelt])
    assert.deepEqual(JSON.parse(json.stderr.trim().split('\n').at(-1) as string), {
      type: 'notice',
      code: 'notice/no-such-field',
      message: "no document of Vehicle has a field 'vin'; did you mean 'VIN'?",
      line: 1,
      column: 8,
    })
  }),
)

test(
  'query: notices about files, and none with --quiet',
  withShell(async (shell) => {
    writeFileSync(shell.path('cars.jsonl'), '{"id":1,"price":2.5}\n{"id":2}\n')
    const query = async (...args: string[]) => (await shell.run(['query', '-i', 'cars.jsonl', ...args])).stderr
    assert.equal(
      await query('SELECT ID, Prise FROM cars'),
      "note: no document of cars has a field 'Prise'; did you mean 'price'?\n",
    )
    assert.equal(
      await query('SELECT id FROM cars WHERE price > "2"'),
      'note: "2" is a name; strings take single quotes\n',
    )
    assert.equal(
      await query('SELECT * FROM cars AS c WHERE cars.id = 1'),
      'note: cars.id gave no value: .id takes a struct, not list; FROM … AS x, x.id steps into its elements\n',
    )
    assert.equal(await query('-q', 'SELECT Prise FROM cars'), '')
    assert.equal(await query('SELECT price FROM cars'), '')
  }),
)
