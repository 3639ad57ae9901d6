import type { DuckDBConnection } from '@duckdb/node-api'
import { LedgerError } from '../../src/base/errors.ts'
import { type Change, randomChange } from './changes.ts'
import { Draw } from './draw.ts'
import { tables } from './expressions.ts'
import { type Query, randomQuery } from './queries.ts'
import { type Rows, World } from './worlds.ts'

/** Queries over the same rows: making those costs more than a query. */
const queriesOfWorld = 25
/** Changes of the same rows, each undone after it. */
const changesOfWorld = 5
/** Floats of another order of additions differ in the last digits. */
const tolerance = 1e-9

export interface Tally {
  /** Queries that at least one judge answered. */
  compared: number
  /** Statements of `compared` that change tables. */
  changes: number
  /** Answers of each judge. */
  sqlite: number
  duckdb: number
  /** Queries that every judge refused, and changes that only we do, on purpose. */
  refused: number
  readonly differences: Difference[]
}

export interface Difference {
  readonly judge: string
  readonly query: string
  readonly statements: readonly string[]
  readonly ours: string
  readonly theirs: string
}

/** Compares `count` queries from a seed with SQLite and DuckDB. Every answer of a judge that fixes it must be ours. */
export async function compareQueries(duckdb: DuckDBConnection, seed: number, count: number): Promise<Tally> {
  const draw = new Draw(seed)
  const tally: Tally = { compared: 0, changes: 0, sqlite: 0, duckdb: 0, refused: 0, differences: [] }
  while (tally.compared < count) {
    const world = await World.make(duckdb, draw)
    for (let done = 0; done < queriesOfWorld; done += 1) await compareOne(world, randomQuery(draw), tally)
    for (let done = 0; done < changesOfWorld; done += 1) await compareChange(world, randomChange(draw, tables), tally)
    world.close()
  }
  return tally
}

async function compareOne(world: World, query: Query, tally: Tally): Promise<void> {
  const answers = {
    sqlite: query.judges.sqlite ? world.sqlite(query) : undefined,
    duckdb: query.judges.duckdb ? await world.duckdb(query) : undefined,
  }
  if (answers.sqlite === undefined && answers.duckdb === undefined) {
    tally.refused += 1
    return
  }
  tally.compared += 1
  const ours = world.ours(query)
  for (const judge of ['sqlite', 'duckdb'] as const) {
    const theirs = answers[judge]
    if (theirs !== undefined) judged(world, query, tally, { judge, ours, theirs })
  }
}

async function compareChange(world: World, change: Change, tally: Tally): Promise<void> {
  const { ours, theirs } = await world.change(change)
  // `DELETE … WHERE 'x' = 'y'` is refused: quotes around a field's name are a mistake that takes every document.
  // So are `a = a` and `a BETWEEN 9 AND 1`.
  const isRefused =
    ours instanceof LedgerError &&
    /the (?:condition|comparison) is the same for|both sides are the|reads nothing but a source|nothing lies in this range/.test(
      ours.message,
    )
  if (isRefused || theirs.size === 0) {
    tally.refused += 1
    return
  }
  tally.compared += 1
  tally.changes += 1
  for (const judge of ['sqlite', 'duckdb'] as const) {
    const rows = theirs.get(judge)
    if (rows !== undefined) judged(world, { text: change.text, isOrdered: false }, tally, { judge, ours, theirs: rows })
  }
}

interface Answers {
  readonly judge: 'sqlite' | 'duckdb'
  readonly ours: Rows | LedgerError
  readonly theirs: Rows
}

function judged(
  { statements }: World,
  { text, isOrdered }: Pick<Query, 'text' | 'isOrdered'>,
  tally: Tally,
  { judge, ours, theirs }: Answers,
): void {
  tally[judge] += 1
  if (!(ours instanceof LedgerError) && sameRows(ours, theirs, isOrdered)) return
  const answer = ours instanceof LedgerError ? `error ${ours.code}: ${ours.message}` : shown(ours)
  tally.differences.push({ judge, query: text, statements, ours: answer, theirs: shown(theirs) })
}

function shown(rows: Rows): string {
  return rows.map((row) => row.join(' | ')).join('\n')
}

function sameRows(ours: Rows, theirs: Rows, isOrdered: boolean): boolean {
  if (ours.length !== theirs.length) return false
  const [left, right] = isOrdered ? [ours, theirs] : [sorted(ours), sorted(theirs)]
  return left.every((row, at) => row.every((one, index) => sameCell(one, right[at]?.[index] ?? null)))
}

function sorted(rows: Rows): Rows {
  const key = (row: Rows[number]) => row.map((one) => (one === null ? '\0' : rounded(one))).join('\u0001')
  return [...rows].sort((one, other) => (key(one) < key(other) ? -1 : 1))
}

function rounded(text: string): string {
  return text !== '' && Number.isFinite(Number(text)) ? Number(text).toPrecision(9) : text
}

function sameCell(ours: string | null, theirs: string | null): boolean {
  if (ours === theirs) return true
  if (ours === null || theirs === null || ours.trim() === '' || theirs.trim() === '') return false
  const [one, other] = [Number(ours), Number(theirs)]
  return Math.abs(one - other) <= tolerance * Math.max(1, Math.abs(one), Math.abs(other))
}
