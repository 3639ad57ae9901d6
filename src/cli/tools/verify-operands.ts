import { statSync } from 'node:fs'
import { LedgerError } from '../../base/errors.ts'
import { parseFileQuotas } from '../flags/file-quotas.ts'
import { fileError } from '../../host/file-error.ts'
import { isStoreDirectory } from '../../store/lmdb-files.ts'
import { EvidenceFiles, savedDigests } from './proof-files.ts'
import { ToolProgress } from './tool-progress.ts'
import type { ToolWorld } from './tool.ts'
import { refuseFileQuotas, refuseLedgerFlags, refuseLocal, type VerifyWishes } from './verify-command.ts'
import { isExportPath, strandAt, verifyExportPaths } from './verify-export-tool.ts'
import { type Refusal, reportOfDamage, type VerifyReport, withRefusals } from './verify-report.ts'

/**
 * Checks what stands on the command line: a ledger, files of evidence, exports. Of several paths, one that can't be checked
 * is refused in a report of its own, and the others are checked. Throws LedgerError for wrong use of all of them.
 */
export async function checkOperands(
  operands: readonly string[],
  wishes: VerifyWishes,
  world: ToolWorld,
): Promise<readonly VerifyReport[]> {
  const [first, ...more] = operands
  if (first === undefined || (more.length === 0 && isStoreDirectory(first))) refuseFileQuotas(wishes)
  if (first === undefined) return [await (await import('./verify-ledger-tool.ts')).verifyNamedLedger(wishes, world)]
  refuseLedgerFlags(wishes, first)
  if (more.length === 0 && isStoreDirectory(first))
    return [await (await import('./verify-ledger-tool.ts')).verifyLedgerIn(first, wishes, world)]
  refuseLocal(wishes, 'files')
  const refusals = operands.flatMap((path) => refusalOf(path) ?? [])
  const usable = operands.filter((path) => !refusals.some((refusal) => refusal.path === path))
  const reports = usable.length === 0 ? [] : await new FileChecks(wishes, world).check(usable)
  return withRefusals(reports, refusals)
}

/** Why a path can't be checked beside others, as far as that is known before it is read. */
function refusalOf(path: string): Refusal | undefined {
  try {
    if (statSync(path).isDirectory() && isStoreDirectory(path)) {
      const error = new LedgerError('usage/invalid-argument', `'${path}' holds a ledger, which is checked by itself`, {
        help: `'qldb verify ${path}' checks it; leave it out here`,
      })
      return { path, error }
    }
    return undefined
  } catch (error) {
    return { path, error: asRefusal(fileError(error, path)) }
  }
}

/** Throws what is no wrong use of one path: an interruption, a bug of ours. */
function asRefusal(error: unknown): LedgerError {
  if (error instanceof LedgerError && refusedKinds.has(error.kind)) return error
  throw error
}

const refusedKinds: ReadonlySet<string> = new Set(['input', 'limit', 'unavailable'])

/** Checks files and folders that are there. */
class FileChecks {
  readonly #wishes: VerifyWishes
  readonly #world: ToolWorld
  readonly #files: EvidenceFiles
  readonly #valuesMax: number | undefined

  constructor(wishes: VerifyWishes, world: ToolWorld) {
    this.#wishes = wishes
    this.#world = world
    this.#valuesMax = parseFileQuotas(wishes.quota).evidenceValues
    this.#files = new EvidenceFiles(this.#valuesMax)
  }

  async check(paths: readonly string[]): Promise<readonly VerifyReport[]> {
    const { hasLoneProof } = await import('./verify-files.ts')
    const exports: string[] = []
    for (const path of paths) if (await isExportPath(path, this.#valuesMax)) exports.push(path)
    if (exports.length === 0 || hasLoneProof(paths, this.#files)) return await this.#evidence(paths)
    try {
      return [await this.#export(paths)]
    } catch (error) {
      if (paths.length === 1 || !isOfPaths(error)) throw error
      return await this.#apart(paths, exports)
    }
  }

  /** The exports of each ledger with the digests that are named, and the other files. */
  async #apart(paths: readonly string[], exports: readonly string[]): Promise<readonly VerifyReport[]> {
    const { digestsAmong } = await import('./verify-files.ts')
    const digests = [...digestsAmong(paths, this.#files).keys()]
    const evidence = paths.filter((path) => !exports.includes(path))
    const reports: VerifyReport[] = []
    const refusals: Refusal[] = []
    const tried = async (path: string, run: () => Promise<readonly VerifyReport[]>) => {
      try {
        reports.push(...(await run()))
      } catch (error) {
        if (error instanceof LedgerError && error.kind === 'corrupt') reports.push(reportOfDamage(error))
        else refusals.push({ path, error: asRefusal(error) })
      }
    }
    for (const group of await groupsOf(exports))
      await tried(group.join(' '), async () => [await this.#export([...group, ...digests])])
    if (evidence.length > digests.length) await tried(evidence.join(' '), () => this.#evidence(evidence))
    return withRefusals(reports, refusals)
  }

  async #export(paths: readonly string[]): Promise<VerifyReport> {
    return await verifyExportPaths(paths, this.#wishes, this.#world, this.#files)
  }

  async #evidence(paths: readonly string[]): Promise<readonly VerifyReport[]> {
    const { verifyFiles } = await import('./verify-files.ts')
    const { guesses, progress: wish } = this.#wishes
    const progress = new ToolProgress(this.#world, wish)
    const onTurn = (made: number) => progress.report("guessing at the types of JSON's data", made, undefined, 'guesses')
    try {
      return await verifyFiles(paths, savedDigests(this.#wishes), { guesses, files: this.#files, onTurn })
    } finally {
      progress.dispose()
    }
  }
}

/** Paths of one ledger's blocks stay together. */
async function groupsOf(paths: readonly string[]): Promise<readonly string[][]> {
  const groups = new Map<string, string[]>()
  for (const path of paths) {
    const strand = (await strandAt(path)) ?? path
    groups.set(strand, [...(groups.get(strand) ?? []), path])
  }
  return [...groups.values()]
}

/** Whether the paths are at fault, one of them or that they are given together. */
function isOfPaths(error: unknown): boolean {
  return error instanceof LedgerError && (error.code === 'export/not-found' || error.code === 'usage/invalid-argument')
}
