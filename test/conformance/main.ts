import { runCases } from './run-cases.ts'

/** The whole program of scripts/conformance.mjs: every failure on a line, the figure as the last line. */
const [folder, ...words] = process.argv.slice(2)
const outcomes = folder === undefined ? undefined : runCases(folder)
if (outcomes === undefined) {
  console.log(`skipped: there is no cases.ion in '${folder}'`)
} else {
  const list = words.includes('--list')
  const failures = outcomes.filter((outcome) => outcome.failure !== undefined)
  for (const { id, statement, failure } of failures) {
    console.log(
      list ? id : `${id}\n    ${statement.trim().replace(/\s+/g, ' ').slice(0, 300)}\n    ${failure?.slice(0, 400)}`,
    )
  }
  const passed = outcomes.length - failures.length
  console.log(`passed ${passed} of ${outcomes.length} (${((100 * passed) / outcomes.length).toFixed(1)} %)`)
}
