import { closeSync, openSync, readSync, statSync } from 'node:fs'
import { relative } from 'node:path'
import { LedgerError } from '../base/errors.ts'
import {
  evidenceValuesMax,
  exportBlockValuesMax,
  exportReorderBlocksMax,
  exportReorderBytesMax,
} from '../base/limits.ts'
import type { StructValue, Value } from '../values/value.ts'
import { claimOf } from './claimed-evidence.ts'
import { checkManifests, type Manifest, manifestOf, noteMore } from './export-manifests.ts'
import { filesAt, isFileAt } from './folder-files.ts'
import { isIonBinary } from '../values/binary-reader.ts'
import { isBase64Records } from './import-base64.ts'
import { isAggregatedRecord } from './kinesis-record.ts'
import { isFileFault, type OnRead, readFileValues } from './import-file.ts'
import { FindingList } from './import-findings.ts'
import { isJsonBlock } from './import-json.ts'
import { type StreamFile, streamFileOf } from './import-stream.ts'
import type { Proof } from '../journal/proof.ts'
import { type Evidence, evidencesOf } from './find-evidence.ts'
import { proofIn } from '../journal/proof-file.ts'
import { type SavedDigest, savedDigestOf } from '../journal/digest-file.ts'

/** What a folder of exports holds, each file told by its content, not by its name. */
export interface ExportFiles {
  /** Files of blocks, in the order of their first block. */
  readonly blockFiles: readonly BlockFile[]
  /** Files of stream records. */
  readonly streamFiles: readonly StreamFile[]
  readonly manifests: readonly Manifest[]
  /** Digests, proofs and receipts. */
  readonly evidence: readonly FileEvidence[]
  /** Of all files of blocks and records, as they lie on disk. */
  readonly bytes: number
}

export interface FileEvidence {
  readonly path: string
  readonly evidence: Evidence | LastBlockProof
}

/** `*.proofs.json`: what AWS's migration sample kept of a ledger that it deleted, a proof of an export's last block. */
export interface LastBlockProof {
  readonly kind: 'last-block'
  readonly digest: SavedDigest
  readonly sequenceNo: number
  readonly proof: Proof
  /** Fields beside it that mean nothing here. */
  readonly unknown: readonly string[]
}

export interface BlockFile {
  readonly path: string
  readonly strandId: string
  /** sequenceNo of the first block in it; of the least one, as far as the look-ahead reaches, where no name tells. */
  readonly first: number
  /** What its name says, where it says so: `<strandId>.<first>-<last>.<extension>`. */
  readonly named: { readonly first: number; readonly last: number } | undefined
  readonly form: 'ion' | 'json'
  /** Values that one of its blocks may have, in text. Default: exportBlockValuesMax. */
  readonly valuesMax?: number
}

const nameOfBlocks = /\.(\d{1,15})-(\d{1,15})\.[A-Za-z0-9]+(?:\.gz)?$/

/**
 * Looks into all files under the paths given: export files, manifests, stream records, digests, proofs. Reads the first
 * value of each. What is none of these becomes a finding. Throws LedgerError 'export/not-found' when there is no block in
 * any of them, unless damaged files may have had some, and the file system's own errors for the paths given. `valuesMax`:
 * values that one block may have, in text.
 */
export async function findExportFiles(
  paths: readonly string[],
  findings: FindingList,
  onRead?: OnRead,
  allowsDamage = false,
  valuesMax = exportBlockValuesMax,
): Promise<ExportFiles> {
  const blockFiles: BlockFile[] = []
  const streamFiles: StreamFile[] = []
  const manifests: Manifest[] = []
  const evidence: FileEvidence[] = []
  let bytes = 0
  const named = new Set(paths)
  const counted: string[] = []
  for (const [path, isHidden] of filesAt(paths, findings)) {
    const found = await lookInto(path, findings, onRead, { isNamed: named.has(path), isHidden, valuesMax })
    if (found !== undefined) counted.push(path)
    switch (found?.kind) {
      case undefined:
        continue
      case 'blocks':
        blockFiles.push({ ...found.file, valuesMax })
        bytes += statSync(path).size
        break
      case 'stream':
        streamFiles.push({ ...found.file, valuesMax })
        bytes += statSync(path).size
        break
      case 'manifest':
        manifests.push(found.manifest)
        break
      case 'evidence':
        for (const item of found.evidence) evidence.push({ path, evidence: item })
    }
  }
  const isDamaged =
    allowsDamage && findings.kept.some((one) => one.code === 'file-unreadable' && one.severity === 'doubtful')
  if (blockFiles.length === 0 && streamFiles.length === 0 && !isDamaged) throw nothingFound(paths, findings)
  noteIdleFolders(paths, counted, findings)
  blockFiles.sort((left, right) => left.first - right.first || (left.path < right.path ? -1 : 1))
  checkManifests(manifests, blockFiles, findings)
  checkNames(blockFiles, findings)
  return { blockFiles, streamFiles, manifests, evidence, bytes }
}

/** Who names a folder wants something in it checked; beside others it could be empty unseen. */
function noteIdleFolders(paths: readonly string[], counted: readonly string[], findings: FindingList): void {
  for (const path of paths) {
    if (isFileAt(path) || counted.some((file) => !relative(path, file).startsWith('..'))) continue
    findings.add('doubtful', 'file-ignored', `'${path}' was skipped: it holds no blocks`, { file: path })
  }
}

/** Throws LedgerError 'usage/invalid-argument' for files of several strands: their blocks have the same numbers. */
export function checkStrands(files: ExportFiles): void {
  const strands = new Map<string, string>()
  for (const { strandId, path } of [...files.blockFiles, ...files.streamFiles])
    if (strandId !== undefined && !strands.has(strandId)) strands.set(strandId, path)
  if (strands.size < 2) return
  const [one, other] = [...strands]
  throw new LedgerError('usage/invalid-argument', `the files are of ${strands.size} ledgers, expected one`, {
    help: `'${one?.[1]}' is of strand '${one?.[0]}', '${other?.[1]}' of strand '${other?.[0]}'; give the files of one`,
  })
}

/** How many blocks the files hold by their names; undefined when those don't say it. */
export function blocksNamed({ blockFiles, streamFiles }: ExportFiles): number | undefined {
  if (streamFiles.length > 0) return undefined
  let [first, last] = [Number.POSITIVE_INFINITY, -1]
  for (const { named } of blockFiles) {
    if (named === undefined) return undefined
    first = Math.min(first, named.first)
    last = Math.max(last, named.last)
  }
  return last - first + 1
}

function nothingFound(paths: readonly string[], findings: FindingList): LedgerError {
  const [fault] = findings.kept.filter(({ code }) => code === 'file-unreadable')
  const text = `no journal blocks in ${paths.map((path) => `'${path}'`).join(', ')}`
  return new LedgerError('export/not-found', fault === undefined ? text : `${text}: ${fault.message}`, {
    help: 'give the folder of a journal export as it was downloaded, or its files',
  })
}

/** Whether a file holds blocks or stream records, or is an export's manifest; false for what can't be read. */
export async function isJournalFile(path: string, valuesMax = evidenceValuesMax): Promise<boolean> {
  const found = isFileAt(path)
    ? await lookInto(path, new FindingList(), undefined, {
        isNamed: false,
        isHidden: false,
        valuesMax,
      })
    : undefined
  return found === undefined ? isPackedFile(path) : found.kind !== 'evidence'
}

/** Whether a file that can't be read holds records of Kinesis: nothing else is packed so. */
function isPackedFile(path: string): boolean {
  if (!isFileAt(path)) return false
  const head = headOf(path)
  return isAggregatedRecord(head) || (!isIonBinary(head) && isBase64Records(head))
}

type Found =
  | { readonly kind: 'blocks'; readonly file: BlockFile }
  | { readonly kind: 'stream'; readonly file: StreamFile }
  | { readonly kind: 'manifest'; readonly manifest: Manifest }
  | { readonly kind: 'evidence'; readonly evidence: readonly FileEvidence['evidence'][] }

interface Standing {
  /** The caller gave its very path, so that it must be something. */
  readonly isNamed: boolean
  readonly isHidden: boolean
  /** Values that its first block may have. */
  readonly valuesMax?: number
}

async function lookInto(
  path: string,
  findings: FindingList,
  onRead?: OnRead,
  { isNamed, isHidden, valuesMax }: Standing = { isNamed: false, isHidden: false },
): Promise<Found | undefined> {
  const isNamedSo = isNamed || (nameOfBlocks.test(path) && !isHidden)
  try {
    const value = await firstValue(path, onRead, valuesMax)
    let found = value === undefined ? undefined : kindOf(value, path)
    const noteFault = (error: unknown) => noteFaultOf(error, path, isNamedSo, isHidden, findings)
    if (found?.kind === 'manifest') noteMore(path, await firstValues(path, onRead, valuesMax), findings)
    if (found?.kind === 'evidence')
      found = { kind: 'evidence', evidence: await wholeEvidence(path, noteFault, onRead, valuesMax) }
    if (found?.kind === 'blocks' && found.file.named === undefined)
      found = {
        kind: 'blocks',
        file: { ...found.file, first: await leastBlock(path, found.file.first, onRead, valuesMax) },
      }
    if (found === undefined) {
      noteIgnored(path, value, isNamedSo ? 'named' : isHidden ? 'hidden' : 'plain', findings)
    }
    return found
  } catch (error) {
    noteFaultOf(error, path, isNamedSo, isHidden, findings)
    return undefined
  }
}

/** What can't be read in a file, or is not what it is called. Throws whatever is no fault of the content. */
function noteFaultOf(error: unknown, path: string, isNamed: boolean, isHidden: boolean, findings: FindingList): void {
  if (error instanceof LedgerError && error.code === 'proof/refuted') {
    findings.add('tampered', 'file-unreadable', `'${path}': ${error.message}`, { file: path })
    return
  }
  if (!isFileFault(error)) throw error
  const isDoubtful = isNamed || error.code === 'export/limit' || claimOf(headOf(path)) === 'subject'
  if (isHidden && !isDoubtful) return
  findings.add(isDoubtful ? 'doubtful' : 'note', 'file-unreadable', error.message, { file: path })
}

function noteIgnored(
  path: string,
  value: Value | undefined,
  standing: 'named' | 'hidden' | 'plain',
  findings: FindingList,
): void {
  const isClaimed = value !== undefined && claimOf(headOf(path)) === 'subject'
  if (standing === 'hidden' && !isClaimed) return
  const begins = isClaimed ? 'it begins with something else than blocks' : 'it holds no blocks'
  const what = value === undefined ? 'it is empty' : begins
  const severity = standing === 'named' || isClaimed ? 'doubtful' : 'note'
  findings.add(severity, 'file-ignored', `'${path}' was skipped: ${what}`, { file: path })
}

async function firstValues(path: string, onRead?: OnRead, valuesMax?: number): Promise<readonly Value[]> {
  const values: Value[] = []
  for await (const { value } of readFileValues(path, onRead, valuesMax)) {
    values.push(value)
    if (values.length > 1) break
  }
  return values
}

/** All that a file proves or shows. What can't be read in it hides none of the rest. */
async function wholeEvidence(
  path: string,
  noteFault: (error: unknown) => void,
  onRead?: OnRead,
  valuesMax?: number,
): Promise<readonly FileEvidence['evidence'][]> {
  const evidence: FileEvidence['evidence'][] = []
  try {
    for await (const { value } of readFileValues(path, onRead, valuesMax)) {
      for (const item of value.type === 'list' ? value.items : [value]) collectEvidence(item, evidence, noteFault)
    }
  } catch (error) {
    noteFault(error)
  }
  return evidence
}

function collectEvidence(item: Value, into: FileEvidence['evidence'][], noteFault: (error: unknown) => void): void {
  const found: Evidence[] = []
  try {
    const lastBlock = item.type === 'struct' ? lastBlockProofOf(item) : undefined
    if (lastBlock === undefined) evidencesOf([item], found)
    else into.push(lastBlock)
  } catch (error) {
    noteFault(error)
  }
  into.push(...found)
}

function headOf(path: string): Uint8Array {
  const head = Buffer.alloc(64 * 1024)
  const file = openSync(path, 'r')
  try {
    return head.subarray(0, readSync(file, head, 0, head.length, 0))
  } finally {
    closeSync(file)
  }
}

/** The first that is not an empty list. */
async function firstValue(path: string, onRead: OnRead | undefined, valuesMax?: number): Promise<Value | undefined> {
  let empty: Value | undefined
  for await (const { value } of readFileValues(path, onRead, valuesMax)) {
    if (value.type !== 'list' || value.items.length > 0) return value
    empty = value
  }
  return empty
}

/** Where a file's name does not tell: the least number among its first blocks, which may not be in order. */
async function leastBlock(
  path: string,
  first: number,
  onRead: OnRead | undefined,
  valuesMax?: number,
): Promise<number> {
  let least = first
  let blocks = 0
  let held = 0
  try {
    for await (const { value, bytes } of readFileValues(path, onRead, valuesMax)) {
      for (const item of value.type === 'list' ? value.items : [value]) {
        const file = item.type === 'struct' ? blockFileOf(item, path) : undefined
        least = Math.min(least, file?.first ?? least)
      }
      blocks += 1
      held += bytes
      if (blocks >= exportReorderBlocksMax || held >= exportReorderBytesMax) break
    }
  } catch (error) {
    // Told when the blocks are read.
    if (!isFileFault(error)) throw error
  }
  return least
}

function kindOf(first: Value, path: string): Found | undefined {
  const value = first.type === 'list' ? first.items[0] : first
  if (value?.type !== 'struct') return undefined
  const file = blockFileOf(value, path)
  if (file !== undefined) return { kind: 'blocks', file }
  const stream = streamFileOf(value, path)
  if (stream !== undefined) return { kind: 'stream', file: stream }
  const manifest = manifestOf(value, path)
  if (manifest !== undefined) return { kind: 'manifest', manifest }
  if (!hasAny(value, ['digest', 'Digest', 'proof', 'Proof'])) return undefined
  return { kind: 'evidence', evidence: [] }
}

function lastBlockProofOf(value: StructValue): LastBlockProof | undefined {
  const [number, proof] = [value.get('LastBlockNum'), value.get('Proof')]
  if (number === undefined || proof === undefined) return undefined
  const digest = savedDigestOf(value)
  const sequenceNo = number.type === 'int' || number.type === 'string' ? Number(number.value) : Number.NaN
  if (digest === undefined || !Number.isSafeInteger(sequenceNo)) return undefined
  const unknown = value.names.filter((name) => !lastBlockNames.has(name))
  return { kind: 'last-block', digest, sequenceNo, proof: proofIn(proof), unknown }
}

const lastBlockNames = new Set([
  ...['Ledger', 'Digest', 'DigestTipAddress', 'Export', 'LastBlockNum', 'LastBlockTimestamp', 'Proof'],
])

function hasAny(value: StructValue, names: readonly string[]): boolean {
  return names.some((name) => value.get(name) !== undefined)
}

function blockFileOf(value: StructValue, path: string): BlockFile | undefined {
  const address = value.get('blockAddress')
  if (value.get('blockHash') === undefined || address?.type !== 'struct') return undefined
  const [strandId, sequenceNo] = [address.get('strandId'), address.get('sequenceNo')]
  if (strandId?.type !== 'string' || sequenceNo?.type !== 'int') return undefined
  const match = nameOfBlocks.exec(path)
  return {
    path,
    strandId: strandId.value,
    first: Number(sequenceNo.value),
    named: match === null ? undefined : { first: Number(match[1]), last: Number(match[2]) },
    form: isJsonBlock(value) ? 'json' : 'ion',
  }
}

function checkNames(files: readonly BlockFile[], findings: FindingList): void {
  for (const { path, first, named } of files) {
    if (named === undefined || named.first === first) continue
    const message = `'${path}' begins with block ${first}, its name says ${named.first}`
    findings.add('doubtful', 'file-name', message, { sequenceNo: first, file: path })
  }
}
