import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { runTool } from '../../src/cli/tools.ts'
import type { ToolWorld } from '../../src/cli/tools.ts'

export type Verdict = 'verified' | 'incomplete' | 'tampered' | 'refused'

/** What `qldb verify` said. */
export interface Outcome {
  readonly verdict: Verdict
  /** The first line, or the error. */
  readonly line: string
  readonly findings: readonly Finding[]
}

export interface Finding {
  readonly code: string
  readonly block: number | undefined
  readonly message: string
}

/** One edit of one artefact. */
export interface Case {
  readonly artefact: string
  readonly operation: string
  readonly level: string
  /** What is changed, for people. */
  readonly what: string
  /** Makes the edited artefact in a folder; gives the paths to verify. Undefined: the edit changes nothing. */
  prepare(folder: string): readonly string[] | undefined | Promise<readonly string[] | undefined>
  /** Digest file to verify against, where it is not the one that was saved before. */
  readonly digest?: string
  /** Why it may be `verified` all the same: a row of the coverage table, or that no saved digest is there. */
  excuse(withDigest: boolean): string | undefined
  /** What is wrong with a verdict that is not `verified`. */
  judge(outcome: Outcome, withDigest: boolean): string | undefined
}

export interface Artefact {
  readonly name: string
  /** The digest saved before any edit. */
  readonly digest: string
  /** No proof leads to the digest: verified without one only. */
  readonly isLone?: boolean
  cases(): Generator<Case>
  /** The artefact without an edit; it must be verified. */
  prepare(folder: string): readonly string[]
}

/** Runs the program's own command in this process. */
export async function verify(paths: readonly string[], digest: string | undefined): Promise<Outcome> {
  const out: string[] = []
  const stream = { write: (text: string) => out.push(text), isTTY: false } as unknown as NodeJS.WriteStream
  const world: ToolWorld = {
    ...{ stdin: process.stdin, stdout: stream, stderr: stream, variables: {}, version: '0' },
    errorFormat: 'text',
    onInterrupt: () => () => undefined,
  }
  const argv = ['--format', 'json', ...(digest === undefined ? [] : ['--digest', digest]), ...paths]
  const exit = await runTool('verify', argv, world)
  const text = out.join('')
  if (exit === 'ok' || exit === 'failed' || exit === 'tampered') {
    const reports = reportsIn(text)
    const worst = reports.find(({ verdict }) => verdict === exits[exit]) ?? reports[0]
    if (worst !== undefined)
      return { verdict: exits[exit], line: worst.summary, findings: worst.findings.map(findingOf) }
  }
  const isRefusal = exit !== 'ok' && text.startsWith('error[') && !text.startsWith('error[bug')
  if (!isRefusal) throw new Error(`verify ended with '${exit}': ${text}`)
  return { verdict: exit === 'tampered' ? 'tampered' : 'refused', line: text, findings: [] }
}

const exits = { ok: 'verified', failed: 'incomplete', tampered: 'tampered' } as const

interface Report {
  readonly verdict: string
  readonly summary: string
  readonly findings: readonly Record<string, unknown>[]
}

function reportsIn(text: string): Report[] {
  return text.startsWith('{')
    ? text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Report)
    : []
}

function findingOf(finding: Record<string, unknown>): Finding {
  const block = finding['block'] ?? finding['sequenceNo']
  return {
    code: String(finding['code'] ?? finding['field']),
    block: typeof block === 'number' ? block : undefined,
    message: String(finding['message']),
  }
}

/** The folder with exactly these files. */
export function fill(folder: string, files: Readonly<Record<string, string | Uint8Array>>): void {
  rmSync(folder, { recursive: true, force: true })
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), content)
  }
}
