import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { errorCodes } from '../src/base/errors.ts'
import { exitCodes } from '../src/shell/exit-codes.ts'
import { projectRoot } from './support/root.ts'
import { mayImport } from './support/layers.ts'

const page = (path: string): string => readFileSync(join(projectRoot, path), 'utf8')

test('docs: every error code stands in docs/errors.md with its kind, and no other', () => {
  const listed = [...page('docs/errors.md').matchAll(/^\| `([^`]+)` \| (\w+) \|/gm)].map(
    ([, code, kind]) => `${code} ${kind}`,
  )
  assert.deepEqual(
    listed.sort(),
    errorCodes()
      .map(([code, kind]) => `${code} ${kind}`)
      .sort(),
  )
})

test("docs: the README's exit codes are the program's", () => {
  const listed = [...page('README.md').matchAll(/^\| (\d+) \| (.+) \|$/gm)].map(
    ([, code, meaning]) => `${code} ${meaning}`,
  )
  assert.deepEqual(
    listed,
    Object.values(exitCodes).map(([code, meaning]) => `${code} ${meaning}`),
  )
})

test('docs: the layer table of docs/architecture.md is the one that is held', () => {
  const rows = [...page('docs/architecture.md').matchAll(/^\| `(\w+)` \| [^|]+ \| ?([^|]*?) ?\|$/gm)]
  for (const [, folder, allowed] of rows) {
    if (allowed?.trim() === 'all') continue
    const names = (allowed ?? '')
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '')
    assert.deepEqual(names, mayImport[folder as string], `src/${folder}`)
  }
  assert.deepEqual(rows.map(([, folder]) => folder).sort(), Object.keys(mayImport).sort())
})

test('docs: links between pages lead somewhere, and no page names a place on a machine', () => {
  const pages = ['README.md', 'CHANGELOG.md', ...readdirSync(join(projectRoot, 'docs')).map((name) => `docs/${name}`)]
  for (const path of pages) {
    const text = page(path)
    for (const [, target] of text.matchAll(/\]\(([^)#]+)/g)) {
      if (/^https?:/.test(target as string)) continue
      assert.ok(existsSync(join(projectRoot, dirname(path), target as string)), `${path} links to ${target}`)
    }
    assert.ok(!/\/(work|root|tmp)\/|\.library|shared\//.test(text), `${path} names a place on a machine`)
  }
})
