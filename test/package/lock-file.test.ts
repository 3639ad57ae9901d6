import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { projectRoot } from '../support/root.ts'

interface LockedPackage {
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

test('the lock file has every optional package, those of other systems too: npm ci refuses it otherwise', () => {
  const lock = JSON.parse(readFileSync(join(projectRoot, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, LockedPackage>>
  }
  const missing: string[] = []
  for (const [path, { optionalDependencies }] of Object.entries(lock.packages)) {
    for (const name of Object.keys(optionalDependencies ?? {})) {
      const places = [`${path}/node_modules/${name}`, `node_modules/${name}`]
      if (!places.some((place) => place in lock.packages)) missing.push(`${name}, for ${path}`)
    }
  }
  assert.deepEqual(missing, [])
})
