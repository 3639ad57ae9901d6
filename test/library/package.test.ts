import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { projectRoot } from '../support/root.ts'

const expected = '9e0\n{ a: 1 }\nSELECT a FROM b\n30n\n4.50\n42\n4.50 car\n'

/** Projects of every kind of module resolution. A bundler's output is compiled only; node10 is TypeScript 5's last. */
const consumers = [
  { name: 'nodenext-esm', type: 'module', typescript: 'typescript', options: '--module nodenext', runs: true },
  { name: 'nodenext-cjs', type: 'commonjs', typescript: 'typescript', options: '--module nodenext', runs: true },
  { name: 'node16-esm', type: 'module', typescript: 'typescript-5', options: '--module node16', runs: true },
  { name: 'node16-cjs', type: 'commonjs', typescript: 'typescript-5', options: '--module node16', runs: true },
  {
    name: 'node10',
    type: 'commonjs',
    typescript: 'typescript-5',
    options: '--module commonjs --moduleResolution node10',
    runs: true,
  },
  {
    name: 'bundler',
    type: 'module',
    typescript: 'typescript',
    options: '--module esnext --moduleResolution bundler',
    runs: false,
  },
]

test('library: a project that uses the packed files compiles against them and runs', () => {
  const folder = mkdtempSync(join(tmpdir(), 'qldb-consumer-'))
  const run = (command: string, args: readonly string[], cwd = folder) => {
    try {
      return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
    } catch (error) {
      const { stdout, stderr } = error as { stdout: string; stderr: string }
      return assert.fail(`${command} ${args.join(' ')}\n${stdout}${stderr}`)
    }
  }
  try {
    const [packed] = JSON.parse(
      run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], projectRoot),
    )
    const names: string[] = packed.files.map((file: { path: string }) => file.path)
    for (const name of [
      'dist/index.mjs',
      'dist/index.cjs',
      'dist/types/index.d.ts',
      'dist/types/index.d.cts',
      'examples/query-objects.mjs',
    ])
      assert.ok(names.includes(name), `${name} is not in the package`)
    // What the registry would install: the packed files, and beside them what they depend on.
    const installed = join(folder, 'node_modules', 'qldb-shell')
    mkdirSync(installed, { recursive: true })
    run('tar', ['-xzf', join(folder, packed.filename), '-C', installed, '--strip-components', '1'])
    mkdirSync(join(folder, 'node_modules', '@types'))
    for (const name of ['lmdb', 'ion-js', '@types/node', 'undici-types'])
      symlinkSync(join(projectRoot, 'node_modules', name), join(folder, 'node_modules', name))
    copyFileSync(join(projectRoot, 'test', 'library', 'consumer', 'main.ts'), join(folder, 'main.ts'))
    for (const { name, type, typescript, options, runs } of consumers) {
      writeFileSync(join(folder, 'package.json'), JSON.stringify({ type }))
      const tsc = join(projectRoot, 'node_modules', typescript, 'bin', 'tsc')
      const common = '--strict --skipLibCheck false --target es2022 --lib es2023 --types node --outDir out main.ts'
      run(process.execPath, [tsc, ...options.split(' '), ...common.split(' ')])
      if (runs) assert.equal(run(process.execPath, ['out/main.js', join(folder, `data-${name}`)]), expected, name)
      rmSync(join(folder, 'out'), { recursive: true })
    }
    // TypeScript 7 includes no @types packages unless it is asked to: the declarations ask for node's themselves.
    writeFileSync(
      join(folder, 'plain.ts'),
      "export { evaluate } from 'qldb-shell'\nexport * from 'qldb-shell/fixture'\n",
    )
    for (const type of ['module', 'commonjs']) {
      writeFileSync(join(folder, 'package.json'), JSON.stringify({ type }))
      const tsc = join(projectRoot, 'node_modules', 'typescript', 'bin', 'tsc')
      const plain = '--strict --skipLibCheck false --target es2022 --module nodenext --noEmit plain.ts'
      run(process.execPath, [tsc, ...plain.split(' ')])
    }
    const required = "const q = require('qldb-shell'); console.log(q.printIon(q.evaluate('1 + 1')))"
    assert.equal(run(process.execPath, ['--input-type=commonjs', '-e', required]), '2\n')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
