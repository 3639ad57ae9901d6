import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { Worker } from 'node:worker_threads'
import fc from 'fast-check'
import { projectRoot } from '../support/root.ts'

/** Statements whose values grow with every step, in a thread with little memory: rows or a named error, never its end. */
const steps = [
  ...['X || X', 'CONCAT(X, X, X)', "REPLACE(X, 'a', X)", 'REPEAT(X, 1000)', 'UPPER(X)', 'LPAD(X, 900000, X)'],
  ...['REVERSE(X)', "SPLIT(X, 'a')", "SPLIT(X, '')", "TRIM('a' FROM X)", 'SUBSTRING(X, 2)', "X LIKE '%' || X || '_%'"],
  ...['[X, X]', '<<X, X, X>>', "{'a': X, 'b': X}", '[[[X]]]', 'FLATTEN([X, X])', 'X[*]', 'X[*][*]', 'X.a', 'X[0]'],
  ...['X * X', 'X + X', 'POWER(X, 9)', '-X', 'CAST(X AS STRING)', 'CAST(X AS DECIMAL)', 'X / 3', 'SIZE(X)'],
  ...['(SELECT VALUE [t, t] FROM X AS t)', '(SELECT t FROM X AS t, X AS u)', '(SELECT DISTINCT t FROM X AS t)'],
  ...['(SELECT VALUE t FROM X AS t ORDER BY t)', '(SELECT VALUE g FROM X AS t GROUP BY t AS k GROUP AS g)'],
  ...["(PIVOT t AT 'a' FROM X AS t)", 'X OUTER UNION ALL X', 'FILTER_DISTINCT(X)', 'X = [X]', 'TUPLEUNION(X, X)'],
  ...['(SELECT ARRAY_AGG(t) AS l FROM X AS t)', "(SELECT STRING_AGG(t, ',') AS s FROM X AS t)"],
]
const ends = ['x', 'CHAR_LENGTH(x)', 'SIZE(x)', 'x = [x]', 'x < x', 'x || x']
const growing = fc
  .tuple(
    fc.constantFrom("'ab'", '99999999999', '1.5', '[1, 2]', "{'a': 1}", "<<'a', 'b'>>"),
    fc.array(fc.tuple(fc.constantFrom(...steps), fc.integer({ min: 1, max: 12 })), { minLength: 1, maxLength: 5 }),
    fc.constantFrom(...ends),
  )
  .map(([start, runs, end]) => {
    const parts = runs.flatMap(([step, count]) => Array.from({ length: count }, () => step))
    const lets = parts.map((step, at) => `${step.replaceAll('X', `x${at}`)} AS x${at + 1}`)
    const last = end.replaceAll('x', `x${parts.length}`)
    return `SELECT VALUE ${last} FROM [1] AS n LET ${start} AS x0, ${lets.join(', ')} LIMIT 3`
  })

const worker = `
const { parentPort, workerData } = require('node:worker_threads')
const { prepare, printIon, LedgerError } = require(workerData)
parentPort.on('message', (text) => {
  try {
    let length = 0
    for (const row of prepare(text, [], { memoryBytes: 32 * 1024 * 1024 }).rows({})) length += printIon(row).length
    parentPort.postMessage('rows')
  } catch (error) {
    parentPort.postMessage(error instanceof LedgerError ? error.code : String(error))
  }
})`

function endingOf(thread: Worker, text: string): Promise<string> {
  return new Promise<string>((resolve, reject) => {
    thread.removeAllListeners()
    thread.once('message', resolve)
    thread.once('error', (error) => reject(new Error(`${text.slice(0, 2_000)}: ${error}`)))
    thread.postMessage(text)
  })
}

test('fuzz, growth: statements of growing values end with rows or a named error in a thread of little memory', async () => {
  const thread = new Worker(worker, {
    eval: true,
    workerData: join(projectRoot, 'dist', 'index.cjs'),
    resourceLimits: { maxOldGenerationSizeMb: 256 },
  })
  const endings = new Map<string, number>()
  const numRuns = Number(process.env['QLDB_GROWTH_RUNS'] ?? 60)
  const texts = fc.sample(growing, { seed: 20_261_130, numRuns })
  try {
    for (const text of texts) {
      const ending = await endingOf(thread, text)
      endings.set(ending, (endings.get(ending) ?? 0) + 1)
      assert.match(ending, /^(rows|[a-z]+\/[a-z-]+)$/, text)
    }
  } finally {
    await thread.terminate()
  }
  assert.ok((endings.get('rows') ?? 0) > 5, 'some give rows')
  assert.ok((endings.get('evaluator/limit') ?? 0) > 2, 'some reach a limit')
})

const many = (count: number, piece: (at: number) => string, between = ', ') =>
  Array.from({ length: count }, (_, at) => piece(at)).join(between)

/** Statements that are long: what they hold is read, planned and compiled before the first row. */
const long: readonly string[] = [
  `SELECT x FROM [1] AS x WHERE x IN (${many(400_000, String)})`,
  `SELECT x FROM [1] AS x WHERE x NOT IN (${many(400_000, (at) => `'v${at}'`)})`,
  `[${many(500_000, () => '0')}]`,
  `SIZE(\`[${many(1_000_000, () => '0', ',')}]\`)`,
  `SIZE(\`{${many(300_000, (at) => `f${at}:0`, ',')}}\`)`,
  many(600_000, () => '1', '+'),
  `SELECT x FROM [1] AS x WHERE ${many(300_000, (at) => `x = ${at}`, ' OR ')}`,
  many(60_000, (at) => `SELECT ${at} AS a FROM [0] AS x`, ' UNION ALL '),
  `SELECT CASE x ${many(200_000, (at) => `WHEN ${at} THEN 1`, ' ')} END FROM [1] AS x`,
  `{'a': 1}${'.a'.repeat(300_000)}`,
  `${'('.repeat(400_000)}1${')'.repeat(400_000)}`,
  'NOT '.repeat(400_000),
  `SELECT ${many(200_000, (at) => `x + ${at} AS c${at}`)} FROM [1] AS x`,
  `SELECT 1 FROM ${many(200_000, (at) => `[1] AS t${at}`)}`,
  `SELECT 1 FROM ${many(900, (at) => `[1, 2] AS t${at}`)} LIMIT 1`,
  `SELECT COUNT(*) FROM [1] AS x GROUP BY ${many(200_000, (at) => `x + ${at}`)}`,
  `SELECT SUM(x) ${many(100_000, (at) => `, SUM(x + ${at})`, '')} FROM [1] AS x`,
  `SELECT SUM(x) OVER () ${many(60_000, (at) => `, SUM(x) OVER (ROWS ${at} PRECEDING)`, '')} FROM [1] AS x`,
  `WITH ${many(60_000, (at) => `q${at} AS (SELECT 1 FROM [1] AS x)`)} SELECT 1 FROM q1`,
  `VALUES ${many(300_000, (at) => `(${at})`)}`,
  `{${many(200_000, (at) => `'a${at}': ${at}`)}}`,
  `MAP {${many(200_000, (at) => `${at}: ${at}`)}}`,
  many(600_000, () => '?', '+'),
  many(600_000, () => 'a', ' '),
  `SELECT ${many(200_000, (at) => `nosuch${at}()`)} FROM [1] AS x`,
]

test('long statements end with rows or a limit in a thread of little memory, by default', async () => {
  const thread = new Worker(worker.replace('{ memoryBytes: 32 * 1024 * 1024 }', '{}'), {
    eval: true,
    workerData: join(projectRoot, 'dist', 'index.cjs'),
    resourceLimits: { maxOldGenerationSizeMb: 100 },
  })
  try {
    for (const text of long) {
      const ending = await endingOf(thread, text)
      assert.match(ending, /^(rows|evaluator\/limit|statement\/too-large|parser\/nesting-too-deep)$/, text.slice(0, 80))
    }
  } finally {
    await thread.terminate()
  }
})
