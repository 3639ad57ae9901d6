import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import * as limits from '../src/base/limits.ts'
import { parseConfig } from '../src/cli/flags/config.ts'
import { Settings } from '../src/shell/settings.ts'
import { pages } from './docs/pages.ts'
import { regenerated, sections, sectionsOf } from './docs/sections.ts'
import { projectRoot } from './support/root.ts'
import { mayImport } from './support/layers.ts'

const page = (path: string): string => readFileSync(join(projectRoot, path), 'utf8')

for (const path of pages()) {
  test(`docs: the generated parts of ${path} are what the tables say`, async () => {
    const text = page(path)
    assert.equal(await regenerated(text), text, `${path} is stale: npm run docs`)
  })
}

test('docs: every generated section has its place on a page', () => {
  const used = pages().flatMap((path) => sectionsOf(page(path)))
  assert.deepEqual(used.sort(), Object.keys(sections).sort())
})

test('docs: a changed table makes its page stale, and a mark without a section is no mark', async () => {
  const text = page('docs/errors.md')
  const edited = text.replace('| `ion/malformed` | input |', '| `ion/malformed` | limit |')
  assert.notEqual(edited, text)
  assert.equal(await regenerated(edited), text)
  await assert.rejects(
    regenerated('<!-- begin: generated nothing (npm run docs) -->\n'),
    /no generated section 'nothing'/,
  )
})

test('docs: the limits page names every limit', () => {
  const listed = [...page('docs/limits.md').matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name)
  assert.deepEqual(listed.sort(), Object.keys(limits).sort())
})

test('docs: the example of the configuration page is read without a warning', () => {
  const [, example = ''] = /```ion\n([^`]*)```/.exec(page('docs/configuration.md')) ?? []
  const config = parseConfig(example)
  assert.deepEqual([config.warnings, config.defaultLedger, config.ledgers.length], [[], 'fleet', 1])
  const settings = new Settings()
  for (const [name, value] of config.settings) settings.set(name, value, 'test')
  assert.equal(settings.get('edit-mode'), 'vi')
})

test('docs: the layer table of docs/architecture.md is the one that is held', () => {
  const rows = [...page('docs/architecture.md').matchAll(/^\| `([\w./]+)` \| [^|]+ \| ?([^|]*?) ?\|$/gm)]
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
  for (const path of pages()) {
    const text = page(path)
    for (const [, target] of text.matchAll(/\]\(([^)#]+)/g)) {
      if (/^https?:/.test(target as string)) continue
      assert.ok(existsSync(join(projectRoot, dirname(path), target as string)), `${path} links to ${target}`)
    }
    assert.ok(!/\/(work|root|tmp)\/|\.library|shared\//.test(text), `${path} names a place on a machine`)
  }
})

test('docs: files of the project that a page names exist', () => {
  for (const path of pages()) {
    if (path === 'CHANGELOG.md' || path === 'docs/references.md') continue
    for (const [, file] of page(path).matchAll(/`((?:src|test|scripts|bench|bin|examples)\/[\w./-]+)`/g)) {
      assert.ok(existsSync(join(projectRoot, file as string)), `${path} names '${file}', which does not exist`)
    }
  }
})
