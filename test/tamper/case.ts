import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { runTool } from '../../src/cli/tools/tools.ts'
import type { ToolWorld } from '../../src/cli/tools/tool.ts'
import type { ExitName } from '../../src/shell/exit-codes.ts'

export type Verdict = 'verified' | 'incomplete' | 'tampered' | 'refused'

/** What `qldb verify` said. */
export interface Outcome {
  readonly verdict: Verdict
  /** The first line, or the error. */
  readonly line: string
  readonly findings: readonly Finding[]
  /** What could not be checked, as the report names it. */
  readonly unchecked: readonly string[]
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
  excuse(withDigest: boolean): string | undefined | Promise<string | undefined>
  /** What is wrong with a verdict that is not `verified`. */
  judge(outcome: Outcome, withDigest: boolean): string | undefined
}

export interface Artefact {
  readonly name: string
  /** The digest saved before any edit. */
  readonly digest: string
  /** Each edit takes long, by a server or other processes: CI draws only some of the kinds of edits. */
  readonly isSlow?: boolean
  /** No proof leads to the digest: verified without one only. */
  readonly isLone?: boolean
  cases(): Generator<Case>
  /** What says the verdict, where it is not `verify` alone. */
  readonly check?: ((paths: readonly string[], digest: string | undefined) => Promise<Outcome>) | undefined
  /** Verdict on it without an edit. Default: verified. */
  readonly unedited?: Verdict
  /** The artefact without an edit. */
  prepare(folder: string): readonly string[]
  /** Ends what it started, such as a server. */
  close?(): Promise<void>
}

/** Runs one of the program's own commands in this process. */
export async function runCommand(
  tool: 'verify' | 'import' | 'digest' | 'export' | 'prove',
  argv: readonly string[],
): Promise<{ readonly exit: ExitName; readonly text: string }> {
  const out: string[] = []
  const stream = { write: (text: string) => out.push(text), isTTY: false } as unknown as NodeJS.WriteStream
  const nowhere = '/nonexistent'
  const world: ToolWorld = {
    ...{ stdin: process.stdin, stdout: stream, stderr: stream, version: '0' },
    variables: { HOME: nowhere, XDG_CONFIG_HOME: nowhere, XDG_DATA_HOME: nowhere, XDG_STATE_HOME: nowhere, ...keys },
    errorFormat: 'text',
    onInterrupt: () => () => undefined,
    kill: () => undefined,
  }
  const exit = await runTool(tool, argv, world)
  return { exit, text: out.join('') }
}

/** Of an endpoint in this process, which asks for none. */
const keys = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'none' }

export async function verify(
  paths: readonly string[],
  digest: string | undefined,
  flags: readonly string[] = [],
): Promise<Outcome> {
  const argv = [
    '--format',
    'json',
    '--progress',
    'none',
    ...(digest === undefined ? [] : ['--digest', digest]),
    ...flags,
  ]
  const { exit, text } = await runCommand('verify', [...argv, ...paths])
  if (exit === 'ok' || exit === 'failed' || exit === 'tampered') {
    const reports = reportsIn(text)
    const worst = reports.find(({ verdict }) => verdict === exits[exit]) ?? reports[0]
    if (worst !== undefined)
      return {
        verdict: exits[exit],
        line: worst.summary,
        findings: worst.findings.map(findingOf),
        unchecked: reports.flatMap(uncheckedOf),
      }
  }
  const refused =
    exit === 'usage' && text.startsWith('{') && reportsIn(text).find(({ verdict }) => verdict === 'refused')
  if (refused) return { verdict: 'refused', line: refused.summary, findings: [], unchecked: [] }
  const isRefusal = exit !== 'ok' && text.startsWith('error[') && !text.startsWith('error[bug')
  if (!isRefusal) throw new Error(`verify ended with '${exit}': ${text}`)
  return { verdict: exit === 'tampered' ? 'tampered' : 'refused', line: text, findings: [], unchecked: [] }
}

/**
 * Makes a ledger of an export. Where the import takes it, it is verified, unless the import accepts what can't be
 * checked: then the ledger is.
 */
export async function importOutcome(
  paths: readonly string[],
  digest: string | undefined,
  isAccepted: boolean,
): Promise<Outcome> {
  const folder = `${paths[0]}.imported`
  rmSync(folder, { recursive: true, force: true })
  const given = digest === undefined ? [] : ['--digest', digest]
  const accept = isAccepted ? ['--accept-doubtful'] : []
  const { exit, text } = await runCommand('import', [
    ...['--data-dir', folder, '--ledger', 'test', '--progress', 'none', ...given, ...accept, ...paths],
  ])
  if (exit === 'ok' && isAccepted) return await verify([join(folder, 'test')], digest)
  const verdict = exit === 'ok' ? 'verified' : exit === 'failed' ? 'incomplete' : 'refused'
  if (exit !== 'ok' && exit !== 'failed' && exit !== 'tampered' && text.includes('error[bug'))
    throw new Error(`import ended with '${exit}': ${text}`)
  return { verdict: exit === 'tampered' ? 'tampered' : verdict, line: text, findings: [], unchecked: [] }
}

const exits = { ok: 'verified', failed: 'incomplete', tampered: 'tampered' } as const

interface Report {
  readonly verdict: string
  readonly summary: string
  readonly findings: readonly Record<string, unknown>[]
  readonly unchecked?: readonly (string | { readonly message: string })[]
}

function uncheckedOf({ unchecked = [] }: Report): string[] {
  return unchecked.map((item) => (typeof item === 'string' ? item : item.message))
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

/** A digest file of a ledger that has nothing to do with the artefacts, in the folder of the digests. */
export const foreignDigest = 'foreign.ion.txt'

/** The folder with exactly these files. */
export function fill(folder: string, files: Readonly<Record<string, string | Uint8Array>>): void {
  rmSync(folder, { recursive: true, force: true })
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), content)
  }
}
