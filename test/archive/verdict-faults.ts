import type { ToolEnd } from '../support/run-tool.ts'

/** Runs the program's commands, in this process or another. */
export interface Runner {
  readonly folder: string
  run(tool: 'verify', ...argv: readonly string[]): Promise<ToolEnd>
}

export type Verdict = 'verified' | 'incomplete' | 'tampered' | 'refused'
const exits = { verified: 'ok', incomplete: 'failed', tampered: 'tampered', refused: 'usage' }

/** What is wrong with the output of a check that should end so. */
export async function faultsOf(
  tools: Runner,
  argv: readonly string[],
  verdict: Verdict,
  line: RegExp,
): Promise<string[]> {
  const text = await tools.run('verify', ...argv)
  const json = await tools.run('verify', '-f', 'json', ...argv)
  const reports =
    json.stdout === ''
      ? []
      : json.stdout
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line))
  const worst = ['tampered', 'refused', 'incomplete', 'verified'].find((one) =>
    reports.some((report) => report.verdict === one),
  )
  const report = reports.find(({ verdict: one }) => one === worst)
  const faults: string[] = []
  if (text.exit !== exits[verdict] || json.exit !== exits[verdict])
    faults.push(`it ends with ${text.exit}, ${json.exit}`)
  if (verdict === 'refused' && reports.length === 0) {
    if (text.stdout !== '' || !line.test(text.stderr)) faults.push(text.stdout + text.stderr)
  } else if (report?.verdict !== verdict || report.summary !== text.line || !line.test(text.line))
    faults.push(`${text.line}|${report?.summary}`)
  return faults.map((fault) =>
    `${argv.join(' ')}: expected ${verdict} ${line}, found ${fault}`.replaceAll(tools.folder, ''),
  )
}
