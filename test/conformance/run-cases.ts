import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { LedgerError } from '../../src/base/errors.ts'
import { evaluateConstant } from '../../src/exec/evaluate-constant.ts'
import { evaluatePlan } from '../../src/exec/run.ts'
import { buildPlan } from '../../src/plan/build-plan.ts'
import { parseStatement } from '../../src/syntax/parser.ts'
import { parseIon } from '../../src/values/text-reader.ts'
import { printIon } from '../../src/values/text-writer.ts'
import { struct, type StructValue, type Value } from '../../src/values/value.ts'
import { MemoryDatabase } from '../support/memory-source.ts'
import { comparisonKey, expectedValue, readCase } from './expected-value.ts'
import { itemsOf, readCheckout, textOf } from './read-checkout.ts'

/** One assertion of the suite: a statement in a typing mode. */
export interface Outcome {
  /** `mode "case id" #statement`, on one line. */
  readonly id: string
  readonly set: Case['set']
  readonly statement: string
  /** Undefined: passed. */
  readonly failure: string | undefined
}

type Mode = 'permissive' | 'strict' | 'any'

export interface Expectation {
  readonly mode: Mode
  /** EvaluationSuccess, EvaluationFail, SyntaxSuccess, SyntaxFail or StaticAnalysisFail. */
  readonly result: string
  readonly output: Value | undefined
}

/** Spellings of one statement that must all give the same. */
export interface Case {
  readonly id: string
  readonly set: 'core' | 'extended'
  /** The global names and their values. */
  readonly environment: StructValue
  readonly statements: readonly string[]
  readonly expect: readonly Expectation[]
}

/** Runs every assertion of a folder with `cases.ion` and `envs.ion`; undefined when there is no such folder. */
export function runCases(folder: string): Outcome[] | undefined {
  if (!existsSync(join(folder, 'cases.ion'))) return undefined
  const environments = parseIon(readFileSync(join(folder, 'envs.ion'), 'utf8')) as StructValue
  const lines = readFileSync(join(folder, 'cases.ion'), 'utf8').split('\n')
  return runAll(lines.filter((line) => line !== '').map((line) => flatCase(readCase(line), environments)))
}

/** The same for a checkout of partiql/partiql-tests. */
export function runCheckout(folder: string): Outcome[] | undefined {
  const cases = readCheckout(folder)
  return cases && runAll(cases)
}

function flatCase(one: StructValue, environments: StructValue): Case {
  const environment = environments.get(textOf(one.get('env')))
  return {
    id: textOf(one.get('id')),
    set: textOf(one.get('id')).startsWith('extended') ? 'extended' : 'core',
    environment: environment?.type === 'struct' ? environment : struct([], []),
    statements: itemsOf(one.get('statements')).map(textOf),
    expect: itemsOf(one.get('expect')).map((value) => {
      const wanted = value as StructValue
      const mode = textOf(wanted.get('mode')) as Mode
      return { mode, result: textOf(wanted.get('result')), output: wanted.get('output') }
    }),
  }
}

function runAll(cases: readonly Case[]): Outcome[] {
  const databases = new Map<StructValue, MemoryDatabase>()
  return cases.flatMap((one) => {
    const database = databases.get(one.environment) ?? databaseOf(one.environment)
    databases.set(one.environment, database)
    return runCase(one, database)
  })
}

function databaseOf(environment: StructValue): MemoryDatabase {
  const database = new MemoryDatabase(true)
  environment.names.forEach((name, at) => {
    database.values.set(name, expectedValue(environment.values[at] as Value))
  })
  return database
}

function runCase({ id, set, statements, expect }: Case, database: MemoryDatabase): Outcome[] {
  return statements.flatMap((statement, number) =>
    expect.map(({ mode, result, output }): Outcome => {
      const failure = check(statement, mode, result, output, database)
      return { id: `${mode} ${JSON.stringify(id)} #${number + 1}`, set, statement, failure }
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
