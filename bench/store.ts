import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openLmdbStore } from '../src/store/lmdb-store.ts'
import { createMemoryStore } from '../src/store/memory-store.ts'
import type { Store } from '../src/store/store.ts'
import { type Figure, medians, printFigures } from './support.ts'

const recordBytes = 500
const commitsPerRound = 400
const groupSize = 20
const readsPerRound = 50_000
const rounds = 5

/** The store alone: durable commits beside appending to a file with the same flush, reads and scans beside a Map's. */
export async function run(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'qldb-bench-'))
  const store = openLmdbStore(join(folder, 'store'))
  const memory = createMemoryStore()
  const file = openSync(join(folder, 'raw'), 'a', 0o600)
  const map = new Map<string, Uint8Array>()
  try {
    const [alone, grouped, appended] = (await medians(rounds, [
      () => commits(store),
      () => groupedCommits(store),
      () => appends(file),
    ])) as [number, number, number]
    const raw = 'append + fdatasync'
    const figures: Figure[] = [
      figure('durable commits, one record', alone, raw, appended),
      figure(`durable commits, ${groupSize} asked for at once`, grouped, raw, appended),
    ]
    await fill(store)
    await fill(memory)
    for (let number = 0; number < readsPerRound; number += 1) map.set(keyOf(number).toString('hex'), record)
    const [reads, memoryReads, mapReads, scanned, memoryScanned] = (await medians(rounds, [
      () => pointReads(store),
      () => pointReads(memory),
      () => rate(readsPerRound, () => map.get(keyOf(scattered()).toString('hex'))),
      () => scan(store),
      () => scan(memory),
    ])) as [number, number, number, number, number]
    figures.push(
      figure('point reads', reads, 'Map of hex keys', mapReads),
      figure('point reads, memory store', memoryReads, 'Map of hex keys', mapReads),
      figure('records scanned', scanned, 'memory store', memoryScanned),
    )
    printFigures(figures)
  } finally {
    closeSync(file)
    await store.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

const record = Buffer.alloc(recordBytes, 7)
let nextNumber = 1_000_000

/** Always the same scattered order. */
let state = 1
function scattered(): number {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0
  return state % readsPerRound
}

function keyOf(number: number): Buffer {
  const key = Buffer.allocUnsafe(8)
  key.writeUIntBE(number, 0, 6)
  key.writeUInt16BE(0, 6)
  return key
}

const wholeRange = { start: keyOf(0), end: keyOf(readsPerRound) }

function figure(what: string, value: number, baseline: string, baselineValue: number): Figure {
  return { what, value, unit: '/s', baseline, baselineValue }
}

function rate(count: number, step: () => unknown): number {
  const start = performance.now()
  for (let done = 0; done < count; done += 1) step()
  return (count / (performance.now() - start)) * 1000
}

function putNext(store: Store): Promise<void> {
  nextNumber += 1
  const key = keyOf(nextNumber)
  return store.write((transaction) => transaction.put(key, record))
}

async function commits(store: Store): Promise<number> {
  const start = performance.now()
  for (let done = 0; done < commitsPerRound; done += 1) await putNext(store)
  return (commitsPerRound / (performance.now() - start)) * 1000
}

async function groupedCommits(store: Store): Promise<number> {
  const start = performance.now()
  for (let done = 0; done < commitsPerRound; done += 1) {
    await Promise.all(Array.from({ length: groupSize }, () => putNext(store)))
  }
  return ((commitsPerRound * groupSize) / (performance.now() - start)) * 1000
}

function appends(file: number): number {
  return rate(commitsPerRound, () => {
    writeSync(file, record)
    fdatasyncSync(file)
  })
}

async function fill(store: Store): Promise<void> {
  await store.write((transaction) => {
    for (let number = 0; number < readsPerRound; number += 1) transaction.put(keyOf(number), record)
  })
}

function pointReads(store: Store): number {
  const snapshot = store.snapshot()
  const result = rate(readsPerRound, () => snapshot.get(keyOf(scattered())))
  snapshot.release()
  return result
}

function scan(store: Store): number {
  const snapshot = store.snapshot()
  const start = performance.now()
  let count = 0
  for (const [, value] of snapshot.range(wholeRange)) count += value.length === recordBytes ? 1 : 0
  snapshot.release()
  return (count / (performance.now() - start)) * 1000
}
