import { parseArgs } from 'node:util'
import { DuckDBInstance } from '@duckdb/node-api'
import { compareQueries } from './compare.ts'

/** See scripts/compare.mjs. */
const differencesShown = 10

const { values } = parseArgs({
  options: { queries: { type: 'string', default: '20000' }, seed: { type: 'string', default: '1' } },
})
const instance = await DuckDBInstance.create(':memory:')
const tally = await compareQueries(await instance.connect(), Number(values.seed), Number(values.queries))
const seen = new Map<string, number>()
for (const { judge, query, statements, ours, theirs } of tally.differences.slice(0, differencesShown)) {
  console.log(`\n${query}\nover ${statements.join('; ')}\nours:\n${ours}\n${judge}:\n${theirs}`)
}
for (const { ours } of tally.differences) {
  const kind = ours.startsWith('error') ? (ours.split('\n')[0] as string).slice(0, 100) : 'other rows'
  seen.set(kind, (seen.get(kind) ?? 0) + 1)
}
for (const [kind, count] of seen) console.log(`${count} times: ${kind}`)
console.log(
  `${tally.compared} statements compared, ${tally.changes} of them changes (SQLite answered ${tally.sqlite}, DuckDB ${tally.duckdb}), ` +
    `${tally.refused} refused, ${tally.differences.length} differences`,
)
process.exitCode = tally.differences.length === 0 ? 0 : 1
