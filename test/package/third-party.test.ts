import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { projectRoot } from '../support/root.ts'

interface ThirdParty {
  bundledFolders(metafiles: readonly object[]): string[]
  thirdPartyNotices(root: string, folders: readonly string[]): string
}

const { bundledFolders, thirdPartyNotices } = (await import(
  pathToFileURL(join(projectRoot, 'scripts', 'third-party.mjs')).href
)) as ThirdParty

function temporaryRoot(t: TestContext): string {
  const root = mkdtempSync(join(tmpdir(), 'qldb-notices-'))
  t.after(() => rmSync(root, { recursive: true }))
  return root
}

function addPackage(root: string, name: string, license: unknown, files: Record<string, string> = {}): string {
  const folder = join('node_modules', name)
  mkdirSync(join(root, folder), { recursive: true })
  writeFileSync(join(root, folder, 'package.json'), JSON.stringify({ name, version: '1.2.3', license }))
  for (const [file, text] of Object.entries(files)) writeFileSync(join(root, folder, file), text)
  return folder
}

test('the build names every bundled package once, of whatever folder and depth', () => {
  const inputs = {
    'src/index.ts': { bytesInOutput: 5 },
    'node_modules/chalk/source/index.js': { bytesInOutput: 5 },
    'node_modules/chalk/source/other.js': { bytesInOutput: 5 },
    'node_modules/@aws-sdk/core/index.js': { bytesInOutput: 5 },
    'node_modules/wrap-ansi/node_modules/ansi-regex/index.js': { bytesInOutput: 5 },
    'node_modules/unused/index.js': { bytesInOutput: 0 },
  }
  assert.deepEqual(bundledFolders([{ outputs: { a: { inputs } } }, { outputs: { b: { inputs } } }]), [
    'node_modules/@aws-sdk/core',
    'node_modules/chalk',
    'node_modules/wrap-ansi/node_modules/ansi-regex',
  ])
})

test('notices hold each text once, with the packages that it covers', (t) => {
  const root = temporaryRoot(t)
  const one = addPackage(root, 'one', 'MIT', { LICENSE: 'Terms of one and two' })
  const two = addPackage(root, 'two', 'MIT', { 'licence.md': 'Terms of one and two\n' })
  const three = addPackage(root, 'three', 'ISC', { LICENSE: 'Terms of three', NOTICE: 'Thanks to four' })
  const text = thirdPartyNotices(root, [one, two, three])
  assert.equal(text.split('Terms of one and two').length, 2)
  for (const part of ['one 1.2.3 (MIT)', 'one 1.2.3\ntwo 1.2.3\n', 'Terms of three\n\nThanks to four']) {
    assert.ok(text.includes(part), part)
  }
})

test('the build fails for a licence that is not allowed, and for one whose text is not known', (t) => {
  const root = temporaryRoot(t)
  for (const license of ['GPL-3.0', undefined, '(MIT OR GPL-3.0)']) {
    const folder = addPackage(root, 'copyleft', license, { LICENSE: 'text' })
    assert.throws(() => thirdPartyNotices(root, [folder]), /copyleft 1\.2\.3 is bundled under the licence .*; expected/)
  }
  const silent = addPackage(root, 'silent', 'MIT')
  assert.throws(() => thirdPartyNotices(root, [silent]), /silent 1\.2\.3 ships no text of its licence/)
})

test('the built notices name the packages that the user meets', () => {
  const text = readFileSync(join(projectRoot, 'dist', 'THIRD-PARTY-NOTICES.txt'), 'utf8')
  for (const name of ['ink', 'react', 'commander', 'chalk', '@aws-sdk/client-qldb-session', 'yoga-layout']) {
    assert.match(text, new RegExp(`^${name} [\\d.]+ \\((?:MIT|Apache-2\\.0)\\)$`, 'm'))
  }
})
