import { parseIon } from '../../src/values/text-reader.ts'
import type { Value } from '../../src/values/value.ts'
import { type Entry, type Expected, ionOf, type Needs, needsOf, plainParameter, rowText } from './qldb-corpus.ts'
import { documents, inPartiql, type Setup, setups } from './qldb-setups.ts'
import { type Outcome, World } from './qldb-world.ts'

export type Dialect = 'strict-qldb' | 'partiql'

/** How one entry fared. */
export interface Verdict {
  readonly number: number
  /** Whether its rows, their number or its error was compared; an entry that expects nothing only has to run. */
  readonly isCompared: boolean
  readonly failure: string | undefined
}

/** From the setup to the statement, so that windows of history() that end after the setup have passed. */
const daysBetween = 60
const noNeeds: Needs = { tables: [], creates: undefined, parameters: 0, isInsert: false }

/** Runs one entry of the corpus in new ledgers and compares. */
export async function runEntry(corpus: readonly Entry[], number: number, dialect: Dialect): Promise<Verdict> {
  const entry = corpus[number] as Entry
  const setup = setups[number] ?? {}
  const instead = dialect === 'partiql' ? inPartiql[number] : undefined
  const expected = instead ?? { ...entry.expected, ...setup.expected }
  const isCompared = [expected.rows, expected.count, expected.error].some((part) => part !== undefined)
  for (const each of setup.each ?? [undefined]) {
    const found = await runOnce(corpus, number, dialect, each, expected)
    const failure = typeof found === 'string' ? found : compare(found, setup)
    if (failure !== undefined) return { number, isCompared, failure }
  }
  return { number, isCompared, failure: undefined }
}

interface Found {
  readonly outcome: Outcome
  /** With this ledger's ids. */
  readonly expected: Expected
}

async function runOnce(
  corpus: readonly Entry[],
  number: number,
  dialect: Dialect,
  each: string | undefined,
  expected: Expected,
): Promise<Found | string> {
  const entry = corpus[number] as Entry
  const setup = setups[number] ?? {}
  const world = await World.open(dialect === 'strict-qldb', setup.startMs ?? Date.UTC(2024, 1, 1))
  try {
    const needs = needsOrNone(entry.statement)
    await prepare(world, corpus, number, needs, each)
    world.env.advance(daysBetween * 24 * 60 * 60 * 1000)
    const texts = (setup.params ?? (each === undefined ? (entry.params ?? []) : [each])).map((text) =>
      renamed(text, setup, needs),
    )
    const parameters: Value[] = []
    for (const text of texts) parameters.push(ionOf(await world.withIds(text)))
    while (parameters.length < needs.parameters) parameters.push(plainParameter(needs.isInsert, parameters.length))
    const statement = await world.withIds(renamed(entry.statement, setup, needs))
    const rows: string[] = []
    for (const row of expected.rows ?? []) {
      rows.push(await world.withIds(renamed(withEach(row, each), { names: setup.names ?? {} }, noNeeds)))
    }
    const wanted = expected.rows === undefined ? expected : { ...expected, rows }
    return { outcome: await world.run(statement, parameters), expected: wanted }
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error)
  } finally {
    await world.close()
  }
}

function needsOrNone(statement: string): Needs {
  try {
    return needsOf(statement)
  } catch {
    return noNeeds
  }
}

async function prepare(
  world: World,
  corpus: readonly Entry[],
  number: number,
  needs: Needs,
  each: string | undefined,
): Promise<void> {
  const setup = setups[number] ?? {}
  const content: Record<string, readonly (string | number)[]> = {}
  for (const table of needs.tables)
    if (table !== needs.creates && !setup.without?.includes(table)) content[table] = documents[table] ?? ['{id:"a"}']
  for (const [table, texts] of Object.entries({ ...content, ...setup.tables })) {
    const values = texts.flatMap((text) => (typeof text === 'number' ? rowsOf(corpus, text) : [withEach(text, each)]))
    await world.createTable(table, setup.revisions ? [] : values.map(parseIon))
  }
  if (setup.revisions) await writeRevisions(world, needs.tables[0] ?? '', rowsOf(corpus, number).map(ionOf))
  for (const step of setup.before ?? []) {
    const statement = typeof step === 'number' ? (corpus[step] as Entry).statement : withEach(step, each)
    const params = typeof step === 'number' ? ((corpus[step] as Entry).params ?? []) : []
    await world.prepare(await world.withIds(statement), params.map(ionOf))
    world.env.advance(1000)
  }
}

function withEach(text: string, each: string | undefined): string {
  return each === undefined ? text : text.replaceAll('$each', each)
}

function rowsOf(corpus: readonly Entry[], number: number): readonly string[] {
  return corpus[number]?.expected?.rows ?? []
}

async function writeRevisions(world: World, table: string, rows: readonly Value[]): Promise<void> {
  for (const [position, row] of rows.entries()) {
    const data = (row.type === 'struct' ? row.get('data') : undefined) ?? row
    await world.prepare(position === 0 ? `INSERT INTO ${table} ?` : `UPDATE ${table} AS t SET t = ?`, [data])
    world.env.advance(1000)
  }
}

/** The text with the ids of this ledger's objects for those that the source shows or names by a placeholder. */
function renamed(text: string, setup: Setup, needs: Needs): string {
  let result = text
  for (const [from, to] of Object.entries(setup.names ?? {})) result = result.replaceAll(from, to)
  const [table] = needs.tables
  if (table === undefined) return result
  return result
    .replace(/<(?:document ?)?id>/gi, `$document:${table}`)
    .replace(/(\w*id = ')[0-9A-Za-z]{22}(?=')/g, `$1$document:${table}`)
    .replace(/<tableId>/g, `$table:${table}`)
    .replace(/(DROP INDEX ")[^"]+/, `$1$index:${table}`)
}

function compare({ outcome, expected }: Found, setup: Setup): string | undefined {
  if (outcome.fault !== undefined) return `a fault of ours: ${outcome.fault}`
  if (expected.error !== undefined) return compareError(outcome, expected.error)
  if (outcome.error !== undefined) return `failed: ${outcome.error.message}`
  const found = outcome.rows.map(rowText).sort()
  if (expected.count !== undefined && expected.count !== found.length) {
    return `gave ${found.length} rows instead of ${expected.count}: ${found.slice(0, 3).join(' ')}`
  }
  const readIos = setup.expected?.readIos
  if (readIos !== undefined && readIos !== outcome.readIos) return `read ${outcome.readIos} instead of ${readIos}`
  if (expected.rows === undefined) return undefined
  const wanted = expected.rows.map((row) => rowText(ionOf(row))).sort()
  if (found.join('\n') === wanted.join('\n')) return undefined
  return `gave ${found.join(' ')} instead of ${wanted.join(' ')}`
}

function compareError(outcome: Outcome, wanted: NonNullable<Expected['error']>): string | undefined {
  const found = outcome.error
  if (found === undefined) return `gave ${outcome.rows.length} rows, no error`
  if (found.type !== wanted.type) return `failed with ${found.type} instead of ${wanted.type}`
  if (wanted.code !== undefined && found.code !== wanted.code) return `has code ${found.code} instead of ${wanted.code}`
  const text = knownPart(wanted.message ?? '')
  return found.message.includes(text) ? undefined : `says '${found.message}' instead of '${text}'`
}

/** What of an error's text is known: sources write `…`, `contains:` or remarks in parentheses around it. */
function knownPart(message: string): string {
  if (/\((?:exact )?text not (?:seen|found)\)/.test(message)) return ''
  return message
    .replace(/^contains: /, '')
    .replace(/ \(text inferred.*\)$/, '')
    .replace(/^\.\.\.|\.\.\.$/g, '')
}
