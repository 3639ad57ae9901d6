import { type Outcome, runCases, runCheckout } from './run-cases.ts'

/** The whole program of scripts/conformance.mjs: every failure on a line, the figures as the last lines. */
const [form, folder, ...words] = process.argv.slice(2)
const run = form === 'checkout' ? runCheckout : runCases
const outcomes = folder === undefined ? undefined : run(folder)
if (outcomes === undefined) {
  const wanted = form === 'checkout' ? 'partiql-tests-data' : 'cases.ion'
  console.log(`skipped: there is no ${wanted} in '${folder}'`)
  process.exitCode = form === 'checkout' ? 2 : 0
} else {
  const list = words.includes('--list')
  for (const { id, statement, failure } of outcomes) {
    if (failure === undefined) continue
    const text = statement.trim().replace(/\s+/g, ' ').slice(0, 300)
    console.log(list ? id : `${id}\n    ${text}\n    ${failure.slice(0, 400)}`)
  }
  const sets = form === 'checkout' ? (['core', 'extended'] as const) : [undefined]
  for (const set of sets) console.log(figureOf(outcomes, set))
}

function figureOf(all: readonly Outcome[], set: Outcome['set'] | undefined): string {
  const own = all.filter((outcome) => set === undefined || outcome.set === set)
  const passed = own.filter((outcome) => outcome.failure === undefined).length
  const share = own.length === 0 ? '' : ` (${((100 * passed) / own.length).toFixed(1)} %)`
  return `${set === undefined ? '' : `${set}: `}passed ${passed} of ${own.length}${share}`
}
