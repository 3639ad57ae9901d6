import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { withShell } from './test-shell.ts'

/** A folder that would paint what follows it red, and begin a line of its own. */
const folder = 'n\x1b[31m\nrefused'

test(
  'every tool escapes what a terminal would obey in the names of files and folders',
  withShell(async (shell) => {
    mkdirSync(shell.path(folder))
    const at = (name: string) => `${shell.path(folder)}/${name}`
    writeFileSync(at('rows.json'), '{"a": 1}')
    const data = ['--data-dir', shell.path('data')]
    const made = await shell.run([...data, '-l', 'x', '--create', '-e', "CREATE TABLE T; INSERT INTO T {'a': 1}"])
    assert.equal(made.code, 0, made.stderr)
    for (const args of [
      ['load', ...data, '-l', 'x', 'T', at('rows.json')],
      ['export', ...data, '-l', 'x', at('export')],
      ['verify', at('export')],
      ['digest', ...data, '-l', 'x', '-o', at('digest')],
      ['verify', ...data, '-l', 'x', '--digest', at('digest')],
      ['dump', ...data, '-l', 'x', '-o', at('dump.sql')],
      ['import', ...data, '-l', 'y', at('export')],
      ['export', ...data, '-l', 'x', at('export')],
      ['load', ...data, '-l', 'x', 'T', at('absent.json')],
      ['verify', at('absent')],
      ['dump', '--data-dir', at('none'), '-l', 'x'],
      ['query', `SELECT * FROM '${at('absent.json')}'`],
    ]) {
      const { stdout, stderr } = await shell.run(args)
      assert.doesNotMatch(stdout + stderr, /\x1b|^refused/m, args.join(' '))
    }
  }),
)
