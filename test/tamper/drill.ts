import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { allArtefacts } from './artefacts.ts'
import { type Artefact, type Case, foreignDigest, type Outcome, verify } from './case.ts'

export interface DrillOptions {
  /** How many edits; those are drawn evenly from each artefact. */
  readonly edits: number
  readonly seed: number
  /** Only artefacts whose name contains it. */
  readonly artefact?: string | undefined
  readonly operation?: string | undefined
  /** Only edits whose description contains it. */
  readonly path?: string | undefined
  /** This one of several workers does each `workers`th case. */
  readonly worker?: number
  readonly workers?: number
  /** Stops at so many failures. */
  readonly failuresMax?: number
}

export interface Failure {
  readonly artefact: string
  readonly operation: string
  readonly level: string
  readonly what: string
  readonly isWithDigest: boolean
  readonly why: string
}

export interface Tally {
  /** Verdicts by artefact and edit: `artefact/operation/level/verdict` → how many. */
  readonly counts: Record<string, number>
  /** Excuses that were used → how often. */
  readonly excuses: Record<string, number>
  readonly failures: Failure[]
  edits: number
}

/** Edits artefacts, verifies each edit with the digest saved before and without one, and judges the verdict. */
export async function drill(options: DrillOptions): Promise<Tally> {
  const root = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'qldb-tamper-'))
  const tally: Tally = { counts: {}, excuses: {}, failures: [], edits: 0 }
  let all: readonly Artefact[] = []
  try {
    mkdirSync(join(root, 'digests'))
    all = await allArtefacts(join(root, 'digests'), options.artefact)
    const artefacts = all.filter(({ name }) => name.includes(options.artefact ?? ''))
    const quotas = quotasOf(artefacts, options)
    for (const [index, artefact] of artefacts.entries()) {
      const failures = tally.failures.length
      const unedited = await checkUnedited(artefact, join(root, 'work'), tally)
      // Edits say nothing then.
      if (tally.failures.length > failures) continue
      await drillOne(artefact, quotas[index] as Quota, root, options, tally, unedited)
    }
  } finally {
    for (const artefact of all) await artefact.close?.()
    rmSync(root, { recursive: true, force: true })
  }
  return tally
}

/** What is drawn of an artefact's edits: so much of all, and at least one of each kind, which its number shows. */
interface Quota {
  readonly rate: number
  readonly picks: ReadonlyMap<string, number>
}

/** Small artefacts whole, the rest in equal numbers. */
function quotasOf(artefacts: readonly Artefact[], options: DrillOptions): Quota[] {
  const counts = artefacts.map((artefact) => {
    const kinds = new Map<string, number>()
    for (const one of casesOf(artefact, options)) kinds.set(kindOf(one), (kinds.get(kindOf(one)) ?? 0) + 1)
    return kinds
  })
  const totals = counts.map((kinds) => [...kinds.values()].reduce((sum, count) => sum + count, 0))
  let [rest, open] = [options.edits, artefacts.length]
  const shares = new Map<number, number>()
  for (const [index, total] of [...totals.entries()].sort(([, left], [, right]) => left - right)) {
    const share = Math.min(total, rest / open)
    shares.set(index, total === 0 ? 0 : share / total)
    rest -= share
    open -= 1
  }
  return counts.map((kinds, index) => {
    const pick = ([kind, count]: [string, number], number: number) =>
      [kind, Math.floor(chance(options.seed, number, kind) * count)] as const
    const isPicked = (_: unknown, number: number) =>
      artefacts[index]?.isSlow !== true ||
      options.edits >= editsOfAllKinds ||
      chance(options.seed, number, 'kind') < slowKindsShare
    return { rate: shares.get(index) as number, picks: new Map([...kinds].filter(isPicked).map(pick)) }
  })
}

/** From so many edits on, each kind of each artefact is drawn; below, so many of the kinds of slow ones. */
const editsOfAllKinds = 2_000
const slowKindsShare = 0.15

function kindOf({ operation, level }: Case): string {
  return `${operation}, ${level}`
}

function* casesOf(artefact: Artefact, { operation = '', path = '' }: DrillOptions): Generator<Case> {
  const isWanted = (one: Case) => one.operation.includes(operation) && one.what.includes(path)
  for (const one of artefact.cases()) if (isWanted(one)) yield one
  for (const one of digestCases(artefact)) if (isWanted(one)) yield one
}

/** The artefact as it is, checked against a digest of another ledger, and against one past its end. */
function* digestCases(artefact: Artefact): Generator<Case> {
  const folder = dirname(artefact.digest)
  const pastTheEnd = `${artefact.digest}.later`
  const common = { artefact: artefact.name, level: 'none', excuse: () => undefined, judge: () => undefined }
  yield {
    ...{ ...common, operation: 'foreign digest', what: 'of another ledger', digest: join(folder, foreignDigest) },
    prepare: (work) => artefact.prepare(work),
  }
  yield {
    ...{ ...common, operation: 'late digest', what: 'of a block past the end', digest: pastTheEnd },
    prepare: (work) => {
      const saved = readFileSync(artefact.digest, 'utf8')
      const later = saved.replace(/sequenceNo:(\d+)/, (_, tip) => `sequenceNo:${Number(tip) + 5}`)
      const flip = (all: string, first: string) => all.replace(/.$/, first === 'A' ? 'B' : 'A')
      writeFileSync(pastTheEnd, later.replace(/"digest": ?"(.)/, flip))
      return artefact.prepare(work)
    },
  }
}

/** What is said of the artefact without an edit: first without a saved digest, then with it. */
type Unedited = readonly Outcome[]

async function checkUnedited(artefact: Artefact, folder: string, tally: Tally): Promise<Unedited> {
  const outcomes: Outcome[] = []
  for (const digest of artefact.isLone === true ? [undefined] : [undefined, artefact.digest]) {
    const outcome = await check(artefact, artefact.prepare(folder), digest)
    outcomes.push(outcome)
    const { verdict, line } = outcome
    if (verdict === (artefact.unedited ?? 'verified')) continue
    const what = { artefact: artefact.name, operation: 'none', level: 'none', what: 'unedited' }
    tally.failures.push({ ...what, isWithDigest: digest !== undefined, why: `${verdict}: ${line}` })
  }
  return outcomes
}

/** It was verified, or the same was said as before the edit. */
function isUnnoticed({ verdict, line, unchecked }: Outcome, before: Outcome | undefined): boolean {
  if (verdict === 'verified') return true
  return verdict === before?.verdict && line === before.line && unchecked.join('\n') === before.unchecked.join('\n')
}

async function drillOne(
  artefact: Artefact,
  { rate, picks }: Quota,
  root: string,
  options: DrillOptions,
  tally: Tally,
  unedited: Unedited,
) {
  const { seed, worker = 0, workers = 1, failuresMax = Number.POSITIVE_INFINITY } = options
  const seen = new Map<string, number>()
  const done = new Set<string>()
  let number = 0
  for (const one of casesOf(artefact, options)) {
    number += 1
    const kind = kindOf(one)
    const count = seen.get(kind) ?? 0
    seen.set(kind, count + 1)
    const isPick = !done.has(kind) && count >= (picks.get(kind) ?? Number.POSITIVE_INFINITY)
    if (!isPick && chance(seed, number, artefact.name) >= rate) continue
    // Each worker has its own kinds of edits.
    if (kind.length % workers !== worker) continue
    const paths = await one.prepare(join(root, 'work'))
    if (paths === undefined) continue
    done.add(kind)
    tally.edits += 1
    for (const isWithDigest of [true, false]) {
      if (!isWithDigest && one.digest !== undefined) continue
      const digest = one.digest ?? artefact.digest
      await judge(one, artefact, paths, isWithDigest ? digest : undefined, tally, unedited)
    }
    if (tally.failures.length >= failuresMax) return
  }
}

function check(artefact: Artefact, paths: readonly string[], digest: string | undefined): Promise<Outcome> {
  return artefact.check === undefined ? verify(paths, digest) : artefact.check(paths, digest)
}

async function judge(
  one: Case,
  from: Artefact,
  paths: readonly string[],
  digest: string | undefined,
  tally: Tally,
  unedited: Unedited,
): Promise<void> {
  const isWithDigest = digest !== undefined
  const { artefact, operation, level, what } = one
  const fail = (why: string) => tally.failures.push({ artefact, operation, level, what, isWithDigest, why })
  let outcome: Outcome
  try {
    outcome = await check(from, paths, digest)
  } catch (error) {
    fail(`verify broke: ${(error as Error).stack}`)
    return
  }
  const key = `${artefact}\t${operation}\t${level}\t${outcome.verdict}`
  tally.counts[key] = (tally.counts[key] ?? 0) + 1
  if (!isUnnoticed(outcome, unedited[isWithDigest ? 1 : 0])) {
    const why = one.judge(outcome, isWithDigest)
    if (why !== undefined) fail(`${why}; ${outcome.line}`)
    return
  }
  const excuse = await one.excuse(isWithDigest)
  if (excuse === undefined) fail(`${outcome.verdict}, as without the edit: ${outcome.line}`)
  else tally.excuses[excuse] = (tally.excuses[excuse] ?? 0) + 1
}

/** From 0 to 1, the same for a seed and a case. */
function chance(seed: number, number: number, name: string): number {
  let state = (seed * 2654435761 + number * 40503 + name.length * 97) >>> 0
  for (let round = 0; round < 3; round += 1) {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) >>> 0
    state = Math.imul(state ^ (state >>> 12), 0x297a2d39) >>> 0
  }
  return ((state ^ (state >>> 15)) >>> 0) / 2 ** 32
}
