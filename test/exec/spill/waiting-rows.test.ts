import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { Frame } from '../../../src/exec/frame.ts'
import { hashOfKeys } from '../../../src/exec/key-hash.ts'
import { runPlan } from '../../../src/exec/run.ts'
import { numberAt } from '../../../src/exec/spill/row-file.ts'
import { type RowTaker, WaitingRows } from '../../../src/exec/spill/waiting-rows.ts'
import { buildPlan } from '../../../src/plan/build-plan.ts'
import { parseStatement } from '../../../src/syntax/parser.ts'
import {
  decimal,
  float,
  int,
  list,
  nullValue,
  missing,
  string,
  struct,
  symbol,
  type Value,
} from '../../../src/values/value.ts'
import { printIon } from '../../../src/values/text-writer.ts'
import { MemoryDatabase } from '../../support/memory-source.ts'
import { runStatement } from '../../support/run-statement.ts'
import { SpillWorld } from '../../support/spill-world.ts'

const world = new SpillWorld()
after(() => world.remove())
const database = new MemoryDatabase()
runStatement(database, 'CREATE TABLE T')

test('values that are equal have one hash, at every level', () => {
  for (const equal of [
    [int(1), float(1), decimal(1n, 0), decimal(100n, -2)],
    [int(0), float(0), float(-0), decimal(0n, 3)],
    [string('a'), symbol('a')],
    [nullValue, missing],
    [int(2n ** 60n), float(2 ** 60), decimal(2n ** 60n, 0)],
    [int(2 ** 45), float(2 ** 45)],
    [list([int(1), string('x')]), list([float(1), symbol('x')])],
    [struct(['a', 'b'], [int(1), int(2)]), struct(['b', 'a'], [int(2), int(1)])],
  ]) {
    for (const level of [0, 1, 5]) {
      const hashes = new Set(equal.map((key) => hashOfKeys([string('k'), key], level)))
      assert.equal(hashes.size, 1, printIon(equal[0] as Value))
    }
  }
})

test('keys in sequence, and texts that differ in one character, are spread over the partitions', () => {
  for (const keyOf of [(n: number) => int(n), (n: number) => int(n * 65_536), (n: number) => string(`name ${n}`)]) {
    for (const level of [0, 1, 2]) {
      const sizes = new Array<number>(32).fill(0)
      for (let n = 0; n < 32_000; n += 1) (sizes[hashOfKeys([keyOf(n)], level) & 31] as number) += 1
      assert.ok(Math.max(...sizes) < 2_000, `level ${level}: ${sizes.join(' ')}`)
    }
  }
})

/** Takes `room` keys at a time, and notes the rows that it took by their keys. */
class CountedTaker implements RowTaker {
  readonly #room: number
  readonly #hashOf: (key: number, level: number) => number
  readonly #keys = new Set<number>()
  readonly taken = new Map<number, number[]>()
  ended = new Set<number>()
  #refused = -1

  constructor(room: number, hashOf: (key: number, level: number) => number) {
    this.#room = room
    this.#hashOf = hashOf
  }

  take(row: readonly Value[]): boolean {
    const [key, place] = [numberAt(row, 0), numberAt(row, 1)]
    if (!this.#keys.has(key) && this.#keys.size === this.#room) {
      this.#refused = key
      return false
    }
    assert.ok(!this.ended.has(key), `key ${key} comes after its end`)
    this.#keys.add(key)
    this.taken.set(key, [...(this.taken.get(key) ?? []), place])
    return true
  }

  hashAt(level: number): number {
    return this.#hashOf(this.#refused, level)
  }

  endKeys(): void {
    for (const key of this.#keys) this.ended.add(key)
    this.#keys.clear()
  }
}

test('each key is taken once with all its rows in their order, also when all hashes collide', () => {
  const hashes = {
    spread: (key: number, level: number) => hashOfKeys([int(key)], level),
    few: (key: number) => key % 2,
    same: () => 7,
  }
  const keys = fc.array(fc.integer({ min: 0, max: 120 }), { maxLength: 400, size: 'max' })
  fc.assert(
    fc.property(
      keys,
      fc.integer({ min: 1, max: 9 }),
      fc.constantFrom(...Object.values(hashes)),
      (keys, room, hashOf) => {
        const memory = world.memory(1_000)
        const frame = new Frame(0, { ...database.context(), memory })
        const taker = new CountedTaker(room, hashOf)
        const waiting = new WaitingRows(frame, taker)
        const expected = new Map<number, number[]>()
        keys.forEach((key, place) => {
          expected.set(key, [...(expected.get(key) ?? []), place])
          if (!taker.take([int(key), int(place)])) waiting.add([int(key), int(place)])
        })
        taker.endKeys()
        waiting.takeAll()
        assert.deepEqual(
          new Map([...taker.taken].sort(([a], [b]) => a - b)),
          new Map([...expected].sort(([a], [b]) => a - b)),
        )
        waiting.close()
        assert.equal(memory.diskUsed, 0)
      },
    ),
    { numRuns: 60 },
  )
})

/** How many bytes a query writes to temporary files, and how many rows it gives. */
function spilledBy(text: string, memoryBytes: number): { bytes: number; rows: number } {
  const memory = world.memory(memoryBytes)
  const plan = buildPlan(parseStatement(text), database, { strictQldb: false, typing: 'permissive' })
  const rows = [...runPlan(plan, { ...database.context(), memory })].length
  return { bytes: memory.spilledBytes, rows }
}

test('what groups and DISTINCT write grows with the rows, not with how often the memory is too small for them', () => {
  const count = 1_500
  for (let n = 0; n < count; n += 1) runStatement(database, `INSERT INTO T {'n': ${n}, 'k': 'key ${n}'}`)
  for (const text of [
    'SELECT t.k, COUNT(*) AS c FROM T AS t GROUP BY t.k',
    'SELECT t.k, COUNT(DISTINCT t.n) AS c FROM T AS t GROUP BY t.k',
    'SELECT DISTINCT t.k FROM T AS t',
    'SELECT t.k, ARRAY_AGG(t.n) AS a FROM T AS t GROUP BY t.k',
  ]) {
    // Room for about 10 and 20 groups: passes of so few would write every row hundreds of times.
    for (const memoryBytes of [5_000, 10_000]) {
      const { bytes, rows } = spilledBy(text, memoryBytes)
      assert.equal(rows, count)
      assert.ok(bytes < 10 * 60 * count, `${bytes} bytes: ${text}`)
    }
  }
})
