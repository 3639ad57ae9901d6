import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { projectRoot, sharedFile } from '../support/root.ts'
import { runCases } from './run-cases.ts'

const cases = sharedFile('partiql-tests/cases.ion')
const listed = readFileSync(join(projectRoot, 'test/conformance/expected-failures.txt'), 'utf8')
const expectedFailures = new Set(listed.split('\n').filter((line) => line !== '' && !line.startsWith('//')))

test('the PartiQL cases pass but for the listed ones, and a listed one that passes leaves the list', (t) => {
  const outcomes = cases === undefined ? undefined : runCases(dirname(cases))
  if (outcomes === undefined) return t.skip('the PartiQL cases are not beside the project')
  const failures = outcomes.filter((outcome) => outcome.failure !== undefined)
  const failed = new Set(failures.map((outcome) => outcome.id))
  const fresh = failures.filter((outcome) => !expectedFailures.has(outcome.id))
  assert.deepEqual(
    fresh.map(({ id, statement, failure }) => `${id}\n${statement}\n${failure}`),
    [],
    'these fail now',
  )
  assert.deepEqual(
    [...expectedFailures].filter((id) => !failed.has(id)),
    [],
    'these pass now: take them out of expected-failures.txt',
  )
  t.diagnostic(`passed ${outcomes.length - failures.length} of ${outcomes.length}`)
})

test('docs/conformance.md explains each expected failure, and nothing else', () => {
  const page = readFileSync(join(projectRoot, 'docs/conformance.md'), 'utf8')
  const rows = page.split('\n').filter((line) => line.startsWith('| `') && line.split(' | ').length === 3)
  const explained = rows.flatMap((row) =>
    [...(row.split(' | ')[0] as string).matchAll(/`([^`]+)`/g)].map(([, name]) => name),
  )
  const modes = (name: string) => {
    const listedModes = [...expectedFailures].filter((id) => id.includes(` / ${name}" #`)).map((id) => id.split(' ')[0])
    return listedModes.length === 0 ? 'none' : new Set(listedModes).size === 2 ? 'both' : listedModes[0]
  }
  const names = [...expectedFailures].map((id) =>
    /"[^"]* \/ ([^"]* \/ [^"]*)" #/.exec(id)?.[1]?.replace(/^.*? \/ (?=.* \/ )/, ''),
  )
  assert.deepEqual(
    [...new Set(names)].filter((name) => !explained.includes(name)),
    [],
    'these lack an explanation',
  )
  assert.deepEqual(
    explained.filter((name) => modes(name as string) === 'none'),
    [],
    'these explanations are stale',
  )
  for (const row of rows) {
    const [cases, mode] = row.split(' | ') as [string, string, string]
    const [, name] = /`([^`]+)`/.exec(cases) as unknown as [string, string]
    assert.equal(mode === '–' ? 'any' : mode, modes(name), name)
  }
})
