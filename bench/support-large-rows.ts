import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { costIn, reportCost, rowOf } from './support-rows.ts'

type Row = Readonly<Record<string, number | string>>

/** Looks at the rows of a result one by one, and at the end. */
interface Check {
  readonly what: string
  readonly text: string
  start(rows: number): { see(row: Row): void; end(): void }
}

const checks: readonly Check[] = [
  {
    what: 'order by int',
    text: 'SELECT t.id, t.amount FROM t ORDER BY t.amount',
    start: (rows) => ordered(rows, 'amount'),
  },
  { what: 'order by text', text: 'SELECT t.id, t.name FROM t ORDER BY t.name', start: (rows) => ordered(rows, 'name') },
  {
    what: 'group by a key of its own for each row',
    text: 'SELECT t.id, COUNT(*) AS n, SUM(t.amount) AS s FROM t GROUP BY t.id',
    start: (rows) => grouped(rows),
  },
  {
    what: 'group by 8',
    text: 'SELECT t.grp AS k, COUNT(*) AS n, SUM(t.amount) AS s FROM t GROUP BY t.grp',
    start: (rows) => summed(rows, 'grp'),
  },
  {
    what: 'group by 50,000',
    text: 'SELECT t."key" AS k, COUNT(*) AS n, SUM(t.amount) AS s FROM t GROUP BY t."key"',
    start: (rows) => summed(rows, 'key'),
  },
  {
    what: 'ROW_NUMBER in 8 partitions',
    text: 'SELECT t.grp, t.amount, ROW_NUMBER() OVER (PARTITION BY t.grp ORDER BY t.amount, t.id) AS r, t.id FROM t',
    start: (rows) => numbered(rows),
  },
]

/** Sorts, groups and windows more rows than the statement's memory takes, and checks every row that comes out. */
export async function checkLarge(folder: string, rows: number, memory: string, word: string): Promise<void> {
  for (const { what, text, start } of checks.filter((check) => check.what.includes(word))) {
    const check = start(rows)
    const cost = await rowsOf(join(folder, 't.jsonl'), memory, text, (row) => check.see(row))
    check.end()
    console.log(`${what}: ${cost}; every row is right`)
  }
}

async function rowsOf(file: string, memory: string, text: string, see: (row: Row) => void): Promise<string> {
  const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env
  const program = ['--import', reportCost, 'bin/qldb.cjs', 'query', '--quiet', '-f', 'jsonl']
  const child = spawn(
    process.execPath,
    [...program, '--quota', `statement-memory=${memory}`, '-i', `t=${file}`, text],
    {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
  for await (const line of createInterface({ input: child.stdout })) see(JSON.parse(line))
  const cost = costIn(said)
  if ((await ended) !== 0 || cost === undefined) throw new Error(said)
  return `${cost.seconds.toFixed(0)} s of processor time, peak ${cost.mebibytes.toFixed(0)} MiB`
}

/** Each id once. */
class Ids {
  readonly #seen: Uint8Array
  #count = 0

  constructor(rows: number) {
    this.#seen = new Uint8Array(rows)
  }

  see(id: number): void {
    if (this.#seen[id] !== 0) throw new Error(`row ${id} came twice, or is none`)
    this.#seen[id] = 1
    this.#count += 1
  }

  end(): void {
    if (this.#count !== this.#seen.length) throw new Error(`${this.#count} of ${this.#seen.length} rows came`)
  }
}

function ordered(rows: number, key: 'amount' | 'name') {
  const ids = new Ids(rows)
  let last: { id: number; value: number | string } | undefined
  return {
    see(row: Row) {
      const id = row['id'] as number
      const value = rowOf(id)[key]
      ids.see(id)
      if (row[key] !== value) throw new Error(`row ${id}: ${row[key]} in place of ${value}`)
      // Equal keys keep the order of the file.
      if (last !== undefined && (last.value > value || (last.value === value && last.id > id))) {
        throw new Error(`row ${id} (${value}) after row ${last.id} (${last.value})`)
      }
      last = { id, value }
    },
    end: () => ids.end(),
  }
}

function grouped(rows: number) {
  const ids = new Ids(rows)
  return {
    see(row: Row) {
      const id = row['id'] as number
      ids.see(id)
      if (row['n'] !== 1 || row['s'] !== rowOf(id).amount) throw new Error(`group ${id}: ${JSON.stringify(row)}`)
    },
    end: () => ids.end(),
  }
}

/** Count and sum of each group, once. */
function summed(rows: number, key: 'grp' | 'key') {
  const wanted = new Map<string | number, { n: number; s: number }>()
  for (let id = 0; id < rows; id += 1) {
    const row = rowOf(id)
    const group = wanted.get(row[key]) ?? { n: 0, s: 0 }
    wanted.set(row[key], { n: group.n + 1, s: group.s + row.amount })
  }
  return {
    see({ k, n, s }: Row) {
      const group = wanted.get(k as string | number)
      if (group === undefined || group.n !== n || group.s !== s)
        throw new Error(`group ${k}: ${n}, ${s} in place of ${JSON.stringify(group)}`)
      wanted.delete(k as string | number)
    },
    end() {
      if (wanted.size > 0) throw new Error(`${wanted.size} groups did not come`)
    },
  }
}

/** Within a partition the number is the place in the order of amount and id. */
function numbered(rows: number) {
  const ids = new Ids(rows)
  const parts = Array.from({ length: 8 }, () => new Float64Array(Math.ceil(rows / 8) + 1).fill(-1))
  return {
    see(row: Row) {
      const id = row['id'] as number
      ids.see(id)
      if (row['grp'] !== `g${id % 8}` || row['amount'] !== rowOf(id).amount) throw new Error(`row ${id} is not its own`)
      const part = parts[id % 8] as Float64Array
      const number = row['r'] as number
      if (part[number] !== -1) throw new Error(`number ${number} of ${row['grp']} came twice, or is none`)
      part[number] = rowOf(id).amount * rows + id
    },
    end() {
      ids.end()
      for (const part of parts) {
        for (let number = 2; part[number] !== undefined && part[number] !== -1; number += 1) {
          if ((part[number - 1] as number) >= (part[number] as number))
            throw new Error(`number ${number} is out of order`)
        }
      }
    },
  }
}
