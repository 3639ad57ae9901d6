import { closeSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'

export const keyCount = 50_000

/** One row of `t`; ids go from 0, the other fields are spread without order. */
export function rowOf(id: number): { id: number; grp: string; key: number; amount: number; name: string } {
  return {
    id,
    grp: `g${id % 8}`,
    key: spread(id, 2_654_435_761) % keyCount,
    amount: spread(id, 2_246_822_519) % 1_000_003,
    name: `name ${spread(id, 3_266_489_917).toString(36)}`,
  }
}

function spread(id: number, factor: number): number {
  const mixed = Math.imul(id, factor)
  return Math.imul(mixed ^ (mixed >>> 15), factor) >>> 0
}

/** Writes `t` of that many rows and `u` of one row a key, each as JSON Lines and CSV. */
export function writeRows(folder: string, count: number): void {
  writeBoth(join(folder, 't'), count, rowOf)
  writeBoth(join(folder, 'u'), keyCount, (key) => ({ key, rate: key % 97 }))
}

function writeBoth(path: string, count: number, rowOf: (at: number) => object): void {
  const [json, csv] = [openSync(`${path}.jsonl`, 'w'), openSync(`${path}.csv`, 'w')]
  writeSync(csv, `${Object.keys(rowOf(0)).join(',')}\n`)
  for (let from = 0; from < count; from += 10_000) {
    const rows = Array.from({ length: Math.min(10_000, count - from) }, (_, at) => rowOf(from + at))
    writeSync(json, rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
    writeSync(csv, rows.map((row) => `${Object.values(row).join(',')}\n`).join(''))
  }
  closeSync(json)
  closeSync(csv)
}

export interface Cost {
  readonly seconds: number
  readonly mebibytes: number
}

const writeCost =
  'process.on("exit",()=>{const u=process.resourceUsage();' +
  'process.stderr.write("cost "+(u.userCPUTime+u.systemCPUTime)/1e6+" "+u.maxRSS/1024)})'

/** What --import takes, so that a process says at its end what it took. */
export const reportCost = `data:text/javascript,${writeCost}`

/** Processor time and peak memory of what ended with this on standard error. */
export function costIn(said: string): Cost | undefined {
  const found = /cost (\S+) (\S+)$/.exec(said)
  return found === null ? undefined : { seconds: Number(found[1]), mebibytes: Number(found[2]) }
}
