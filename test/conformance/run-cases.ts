import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { LedgerError } from '../../src/base/errors.ts'
import { evaluateConstant } from '../../src/exec/evaluate-constant.ts'
import { evaluatePlan } from '../../src/exec/run.ts'
import { buildPlan } from '../../src/plan/build-plan.ts'
import { parseStatement } from '../../src/syntax/parser.ts'
import { parseIon } from '../../src/values/text-reader.ts'
import { printIon } from '../../src/values/text-writer.ts'
import type { StructValue, Value } from '../../src/values/value.ts'
import { MemoryDatabase } from '../support/memory-source.ts'
import { comparisonKey, expectedValue, readCase } from './expected-value.ts'

/** One assertion of the suite: a statement in a typing mode. */
export interface Outcome {
  /** `mode "case id" #statement`, on one line. */
  readonly id: string
  readonly statement: string
  /** Undefined: passed. */
  readonly failure: string | undefined
}

type Mode = 'permissive' | 'strict' | 'any'

/** Runs every assertion of a folder with `cases.ion` and `envs.ion`; undefined when there is no such folder. */
export function runCases(folder: string): Outcome[] | undefined {
  if (!existsSync(join(folder, 'cases.ion'))) return undefined
  const environments = new Map<string, MemoryDatabase>([['none', new MemoryDatabase(true)]])
  const all = parseIon(readFileSync(join(folder, 'envs.ion'), 'utf8'))
  for (const [name, bindings] of fieldsOf(all)) environments.set(name, environment(bindings))
  const lines = readFileSync(join(folder, 'cases.ion'), 'utf8').split('\n')
  return lines.filter((line) => line !== '').flatMap((line) => runCase(readCase(line), environments))
}

function environment(bindings: Value): MemoryDatabase {
  const database = new MemoryDatabase(true)
  for (const [name, value] of fieldsOf(bindings)) database.values.set(name, expectedValue(value))
  return database
}

function fieldsOf(value: Value): readonly (readonly [string, Value])[] {
  return value.type === 'struct' ? value.names.map((name, at) => [name, value.values[at] as Value]) : []
}

function textOf(value: Value | undefined): string {
  return value?.type === 'string' || value?.type === 'symbol' ? value.value : ''
}

function itemsOf(value: Value | undefined): readonly Value[] {
  return value?.type === 'list' ? value.items : []
}

function runCase(one: StructValue, environments: ReadonlyMap<string, MemoryDatabase>): Outcome[] {
  const name = JSON.stringify(textOf(one.get('id')))
  const database = environments.get(textOf(one.get('env'))) ?? new MemoryDatabase(true)
  return itemsOf(one.get('statements')).flatMap((statement, number) =>
    itemsOf(one.get('expect')).map((expectation): Outcome => {
      const wanted = expectation as StructValue
      const mode = textOf(wanted.get('mode')) as Mode
      const text = textOf(statement)
      const failure = check(text, mode, textOf(wanted.get('result')), wanted.get('output'), database)
      return { id: `${mode} ${name} #${number + 1}`, statement: text, failure }
    }),
  )
}

function check(
  text: string,
  mode: Mode,
  result: string,
  output: Value | undefined,
  database: MemoryDatabase,
): string | undefined {
  const found = result.startsWith('Syntax') ? parsed(text) : evaluated(text, mode, database)
  if (found.bug !== undefined) return found.bug
  if (result.endsWith('Fail')) {
    return found.error === undefined
      ? `gave ${found.value === undefined ? 'no error' : printIon(found.value)}`
      : undefined
  }
  if (found.error !== undefined) return `failed: ${found.error}`
  if (output === undefined || found.value === undefined) return undefined
  const expected = expectedValue(output)
  if (comparisonKey(found.value) === comparisonKey(expected)) return undefined
  return `gave ${printIon(found.value)} instead of ${printIon(expected)}`
}

interface Found {
  readonly value?: Value
  readonly error?: string
  /** An error that is none of the statement's. */
  readonly bug?: string
}

function attempt(work: () => Found): Found {
  try {
    return work()
  } catch (error) {
    if (error instanceof LedgerError) return { error: `${error.code} ${error.message}` }
    return {
      bug: error instanceof Error ? (error.stack ?? error.message).split('\n').slice(0, 3).join(' ') : String(error),
    }
  }
}

function parsed(text: string): Found {
  return attempt(() => {
    parseStatement(text)
    return {}
  })
}

function evaluated(text: string, mode: Mode, database: MemoryDatabase): Found {
  const typing = mode === 'strict' ? 'strict' : 'permissive'
  return attempt(() => {
    const plan = buildPlan(parseStatement(text), database, {
      strictQldb: false,
      typing,
      foldsCase: true,
      evaluateConstant,
    })
    return { value: evaluatePlan(plan, database.context([], typing)) }
  })
}
