import type { SetPlan } from '../plan/plan.ts'
import { detached } from '../values/binary-reader.ts'
import { int, string, type Value } from '../values/value.ts'
import type { Frame } from './frame.ts'
import { type FileRow, compareNumbers, numberAt } from './spill/row-file.ts'
import { SortedRows } from './spill/sorted-rows.ts'

/** What a row of a comparison says of its key, in the order in which that is wanted. */
const facts = { right: 0, given: 1, left: 2 } as const

/**
 * INTERSECT or EXCEPT whose keys outgrew the memory: all rows are sorted by key, and the left ones that are given are put
 * back into their order.
 */
export class SpilledComparison {
  readonly #query: SetPlan
  readonly #frame: Frame
  /** Key, fact, then a count or a place and a row. */
  readonly #byKey: SortedRows
  readonly #found: SortedRows
  #leftCount = 0

  constructor(query: SetPlan, frame: Frame) {
    this.#query = query
    this.#frame = frame
    this.#byKey = new SortedRows(compareKeys, frame)
    this.#found = new SortedRows(compareNumbers, frame)
  }

  addRight(key: string, count: number): void {
    this.#byKey.add([string(key), int(facts.right), int(count)])
  }

  /** A left row with that key has been given already. */
  addGiven(key: string): void {
    this.#byKey.add([string(key), int(facts.given)])
  }

  addLeft(key: string, row: Value): void {
    this.#leftCount += 1
    this.#byKey.add([string(key), int(facts.left), int(this.#leftCount), detached(row)])
  }

  *rows(): Generator<Value> {
    this.#decide()
    const found = this.#found.sorted()
    for (let row = found.next(); row !== undefined; row = found.next()) {
      this.#frame.step()
      yield row[1] as Value
    }
  }

  close(): void {
    this.#byKey.close()
    this.#found.close()
  }

  #decide(): void {
    const { op, all } = this.#query
    const rows = this.#byKey.sorted()
    let key: string | undefined
    let count = 0
    let isGiven = false
    for (let row = rows.next(); row !== undefined; row = rows.next()) {
      this.#frame.step()
      if (textAt(row) !== key) {
        key = textAt(row)
        count = 0
        isGiven = false
      }
      const fact = numberAt(row, 1)
      if (fact === facts.right) count += numberAt(row, 2)
      else if (fact === facts.given) isGiven = true
      else {
        const gives = count > 0 === (op === 'intersect') && (all || !isGiven)
        if (gives) this.#found.add([row[2] as Value, row[3] as Value])
        if (all) count = Math.max(0, count - 1)
        else if (gives) isGiven = true
      }
    }
    this.#byKey.close()
  }
}

function compareKeys(a: FileRow, b: FileRow): number {
  const [x, y] = [textAt(a), textAt(b)]
  return x < y ? -1 : x > y ? 1 : numberAt(a, 1) - numberAt(b, 1)
}

function textAt(row: FileRow): string {
  return (row[0] as { value: string }).value
}
