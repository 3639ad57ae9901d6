import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { projectRoot } from '../support/root.ts'

const folder = join(projectRoot, 'examples')

for (const name of readdirSync(folder).filter((one) => one.endsWith('.mjs'))) {
  test(`examples/${name} prints what its last comment says`, () => {
    const path = join(folder, name)
    const text = readFileSync(path, 'utf8')
    const printed = execFileSync(process.execPath, [path], { encoding: 'utf8', env: { PATH: process.env['PATH'] } })
    const expected = text.replace(/\/\* prints:\n[\s\S]*\*\/\n$/, () => `/* prints:\n${printed}*/\n`)
    assert.notEqual(
      expected,
      text.replace(/\/\* prints:[\s\S]*$/, ''),
      'it ends with a comment that says what it prints',
    )
    if (process.env['UPDATE_GOLDEN'] === '1' && process.env['CI'] === undefined) writeFileSync(path, expected)
    else assert.equal(text, expected)
  })
}
