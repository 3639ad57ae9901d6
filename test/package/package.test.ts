import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { projectRoot } from '../support/root.ts'

test('package: the packed tarball, installed globally, gives a working qldb', () => {
  const folder = mkdtempSync(join(tmpdir(), 'qldb-package-'))
  const run = (command: string, args: readonly string[], cwd = folder) =>
    execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  try {
    const [packed] = JSON.parse(
      run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], projectRoot),
    )
    const names: string[] = packed.files.map((file: { path: string }) => file.path)
    for (const name of [
      'bin/qldb.cjs',
      'dist/main.cjs',
      'dist/ui.mjs',
      'dist/engine-worker.cjs',
      'dist/sdk-transport.cjs',
      'dist/tools.cjs',
      'dist/fixture.cjs',
      'dist/index.mjs',
      'dist/types/fixture.d.ts',
      'LICENSE',
      'dist/THIRD-PARTY-NOTICES.txt',
    ]) {
      assert.ok(names.includes(name), `${name} is not in the package`)
    }
    assert.ok(!names.some((name) => name.startsWith('src/') || name.startsWith('test/')))
    const prefix = join(folder, 'prefix')
    run('npm', [
      'install',
      '--global',
      '--prefix',
      prefix,
      '--prefer-offline',
      '--no-audit',
      '--no-fund',
      join(folder, packed.filename),
    ])
    const qldb = join(prefix, 'bin', 'qldb')
    const { version } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8'))
    assert.equal(run(qldb, ['--version']).trim(), version)
    const data = ['--data-dir', join(folder, 'data')]
    run(qldb, [...data, '-e', "CREATE TABLE T; INSERT INTO T VALUE {'n': 1}"])
    assert.equal(run(qldb, [...data, '-e', 'SELECT * FROM T']), '{n:1}\n')
    const fixture = join(prefix, 'lib', 'node_modules', 'qldb-shell', 'dist', 'fixture.cjs')
    const start = `require(${JSON.stringify(fixture)}).startLedgerServer().then((s) => { console.log(s.endpoint); return s.close() })`
    assert.match(run(process.execPath, ['-e', start]), /^http:\/\/127\.0\.0\.1:\d+\n$/)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

test('package: the newest release of the changelog is the version of the package', () => {
  const { version } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8'))
  const heading = /^## (\d\S*)/m.exec(readFileSync(join(projectRoot, 'CHANGELOG.md'), 'utf8'))
  assert.equal(heading?.[1], version)
})

test('package: the lock file names no registry host', () => {
  const lock = readFileSync(join(projectRoot, 'package-lock.json'), 'utf8')
  assert.ok(!/https?:\/\/[^"]*\.tgz/.test(lock))
})
