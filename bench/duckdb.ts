import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkLarge } from './support-large-rows.ts'
import { type Cost, costIn, reportCost, writeRows } from './support-rows.ts'

/** How many rows; with a statement memory of less than they take, results are checked in place of compared times. */
const rows = Number(process.env['QLDB_BENCH_ROWS'] ?? 1_000_000)
const memory = process.env['QLDB_BENCH_MEMORY']
const rounds = Number(process.env['QLDB_BENCH_ROUNDS'] ?? 1)
/** Only the queries whose name has this word. */
const word = process.env['QLDB_BENCH_WORD'] ?? ''

/** DuckDB reads the same file, and gives its rows as JSON Lines too. */
const queries: readonly { what: string; text: string }[] = [
  { what: 'count', text: 'SELECT COUNT(*) AS n FROM t' },
  { what: 'filter, sum', text: "SELECT SUM(t.amount) AS s FROM t WHERE t.key < 25000 AND t.grp <> 'g3'" },
  { what: 'group by 8', text: 'SELECT t.grp, COUNT(*) AS n, SUM(t.amount) AS s FROM t GROUP BY t.grp' },
  { what: 'group by 50,000', text: 'SELECT t.key, COUNT(*) AS n, SUM(t.amount) AS s FROM t GROUP BY t.key' },
  { what: 'join', text: 'SELECT COUNT(*) AS n, SUM(u.rate) AS s FROM t JOIN u ON t.key = u.key' },
  { what: 'order by int', text: 'SELECT t.id, t.name FROM t ORDER BY t.amount' },
  { what: 'order by text', text: 'SELECT t.id, t.name FROM t ORDER BY t.name' },
  { what: 'order by int, LIMIT 10', text: 'SELECT t.id, t.name FROM t ORDER BY t.amount LIMIT 10' },
  { what: 'order by text, LIMIT 10', text: 'SELECT t.id, t.name FROM t ORDER BY t.name LIMIT 10' },
  { what: 'COUNT(DISTINCT)', text: 'SELECT COUNT(DISTINCT t.name) AS n FROM t' },
  { what: 'ROW_NUMBER', text: 'SELECT t.id, ROW_NUMBER() OVER (PARTITION BY t.grp ORDER BY t.amount) AS r FROM t' },
  { what: 'running sum', text: 'SELECT t.id, SUM(t.amount) OVER (PARTITION BY t.grp ORDER BY t.id) AS s FROM t' },
]

/** `qldb query` beside DuckDB with one thread, each a process of its own, by turns, on the same file. */
export async function run(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'qldb-bench-'))
  try {
    console.log(
      `${rows.toLocaleString('en-US')} rows, processor time in s and peak memory in MiB, start of the process included`,
    )
    writeRows(folder, rows)
    if (memory !== undefined) return await checkLarge(folder, rows, memory, word)
    for (const format of ['jsonl', 'csv']) compare(folder, format)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function compare(folder: string, format: string): void {
  console.log(`\n${[format.padEnd(24), 'qldb s', 'DuckDB s', 'ratio', 'MiB', 'MiB', 'ratio'].join('\t')}`)
  for (const { what, text } of queries.filter((query) => query.what.includes(word))) {
    const costs: { ours: Cost[]; theirs: Cost[] } = { ours: [], theirs: [] }
    for (let round = 0; round < rounds; round += 1) {
      costs.ours.push(ofQldb(folder, format, text))
      costs.theirs.push(ofDuckdb(folder, format, text))
    }
    const [ours, theirs] = [median(costs.ours), median(costs.theirs)]
    const cells = [
      ours.seconds.toFixed(2),
      theirs.seconds.toFixed(2),
      (ours.seconds / theirs.seconds).toFixed(1),
      ours.mebibytes.toFixed(0),
      theirs.mebibytes.toFixed(0),
      (ours.mebibytes / theirs.mebibytes).toFixed(1),
    ]
    console.log([what.padEnd(24), ...cells].join('\t'))
  }
}

function ofQldb(folder: string, format: string, text: string): Cost {
  const inputs = ['t', 'u'].flatMap((name) => ['-i', `${name}=${join(folder, `${name}.${format}`)}`])
  return costOf(['bin/qldb.cjs', 'query', '--quiet', '-f', 'jsonl', ...inputs, text])
}

/** Runs one statement in DuckDB and writes its rows to standard output. */
const duckdbProgram = `
const { DuckDBInstance } = await import('@duckdb/node-api')
const instance = await DuckDBInstance.create(':memory:', { threads: '1' })
const connection = await instance.connect()
for (const text of process.argv.slice(1)) await connection.run(text)
process.exit(0)`

function ofDuckdb(folder: string, format: string, text: string): Cost {
  const read = format === 'csv' ? 'read_csv' : 'read_ndjson'
  const views = ['t', 'u'].map((name) => `CREATE VIEW ${name} AS FROM ${read}('${join(folder, `${name}.${format}`)}')`)
  const copy = `COPY (${text}) TO '${join(folder, 'out.json')}' (FORMAT json)`
  return costOf(['--input-type=module', '-e', duckdbProgram, ...views, copy])
}

function costOf(program: readonly string[]): Cost {
  const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env
  const child = spawnSync(process.execPath, ['--import', reportCost, ...program], {
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const cost = costIn(child.stderr)
  if (child.status !== 0 || cost === undefined) throw new Error(child.stderr)
  return cost
}

function median(costs: readonly Cost[]): Cost {
  const of = (key: keyof Cost) => costs.map((cost) => cost[key]).sort((a, b) => a - b)[costs.length >> 1] as number
  return { seconds: of('seconds'), mebibytes: of('mebibytes') }
}
