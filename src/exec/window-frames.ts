import { LedgerError } from '../base/errors.ts'
import type { FrameBoundPlan, FramePlan, SortKeyPlan } from '../plan/plan.ts'
import { add, isNumber, subtract } from '../values/arithmetic.ts'
import { compare } from '../values/compare.ts'
import { isAbsent, type Value } from '../values/value.ts'
import { compileExpression } from './compile-expression.ts'
import type { Frame } from './frame.ts'
import type { Compiler } from './compiler.ts'
import { compareKeys } from './key-columns.ts'
import { type Partition, Peers } from './window-partition.ts'
import { failed, mistyped, type OperationSite, siteOf } from './type-errors.ts'

/** The frame of a row: from the row `start` up to before `end`; empty where they meet. */
export interface Frames {
  readonly start: number
  readonly end: number
  /** False where the row's key is of a type that the frame's offset does not fit: the frame is then undefined. */
  seek(row: number): boolean
}

export type StartFrames = (partition: Partition, frame: Frame) => Frames

/** One end of a frame, for rows in their order; undefined where that is unknown. */
type Bound = (row: number) => number | undefined

type StartBound = (partition: Partition, frame: Frame) => Bound

/** Every row has the whole partition for its frame. */
export function isWhole({ unit, start, end }: FramePlan, isOrdered: boolean): boolean {
  const reaches = ({ side, offset }: FrameBoundPlan, far: FrameBoundPlan['side']) =>
    offset === undefined && (side === far || (side === 'current-row' && unit === 'range' && !isOrdered))
  return reaches(start, 'preceding') && reaches(end, 'following')
}

/** Whether every row's frame begins with the partition. */
export function startsFirst({ start }: FramePlan): boolean {
  return start.side === 'preceding' && start.offset === undefined
}

export function compileFrames(plan: FramePlan, orderBy: readonly SortKeyPlan[], compiler: Compiler): StartFrames {
  if (isWhole(plan, orderBy.length > 0)) {
    return ({ size }) => ({ start: 0, end: size, seek: () => true })
  }
  const startOf = compileBound(plan, 'start', orderBy, compiler)
  const endOf = compileBound(plan, 'end', orderBy, compiler)
  return (partition, frame) => new MovingFrames(startOf(partition, frame), endOf(partition, frame))
}

class MovingFrames implements Frames {
  readonly #startOf: Bound
  readonly #endOf: Bound
  start = 0
  end = 0

  constructor(startOf: Bound, endOf: Bound) {
    this.#startOf = startOf
    this.#endOf = endOf
  }

  seek(row: number): boolean {
    const start = this.#startOf(row)
    const end = this.#endOf(row)
    if (start === undefined || end === undefined) return false
    this.start = start
    this.end = Math.max(start, end)
    return true
  }
}

function compileBound(
  plan: FramePlan,
  which: 'start' | 'end',
  orderBy: readonly SortKeyPlan[],
  compiler: Compiler,
): StartBound {
  const bound = plan[which]
  const isEnd = which === 'end'
  if (bound.offset === undefined && bound.side !== 'current-row') {
    return isEnd
      ? ({ size }) =>
          () =>
            size
      : () => () => 0
  }
  if (plan.unit === 'rows') return rowsBound(bound, isEnd, compiler)
  if (bound.offset === undefined) return peersBound(isEnd)
  const [key] = orderBy
  return plan.unit === 'groups' || key === undefined
    ? groupsBound(bound, isEnd, compiler)
    : rangeBound(bound, isEnd, key, compiler)
}

function rowsBound(bound: FrameBoundPlan, isEnd: boolean, compiler: Compiler): StartBound {
  const offsetOf = compileCount(bound, compiler)
  return ({ size }, frame) => {
    const offset = offsetOf(frame) + (isEnd ? 1 : 0)
    return (row) => Math.min(Math.max(row + offset, 0), size)
  }
}

function peersBound(isEnd: boolean): StartBound {
  return (partition) => {
    const peers = new Peers(partition)
    return (row) => {
      peers.seek(row)
      return isEnd ? peers.end : peers.start
    }
  }
}

/** The signed number of rows or groups, 0 for CURRENT ROW. */
function compileCount({ side, offset, span }: FrameBoundPlan, compiler: Compiler): (frame: Frame) => number {
  if (offset === undefined) return () => 0
  const evaluate = compileExpression(offset, compiler)
  return (frame) => {
    const value = evaluate(frame)
    if (value.type !== 'int' || value.value < 0) throw invalidOffset('a whole number from 0 on', value, span)
    return side === 'preceding' ? -Number(value.value) : Number(value.value)
  }
}

function invalidOffset(wanted: string, found: Value, span: FrameBoundPlan['span']): LedgerError {
  const isNegative = found.type === 'int' && found.value < 0
  const what = isNegative ? String(found.value) : found.type.toUpperCase()
  return new LedgerError('evaluator/invalid', `the offset of a window frame is ${wanted}, found ${what}`, { span })
}

/** Groups of peers, `offset` of them from the row's own. */
function groupsBound(bound: FrameBoundPlan, isEnd: boolean, compiler: Compiler): StartBound {
  const offsetOf = compileCount(bound, compiler)
  return (partition, frame) => {
    const offset = offsetOf(frame) + (isEnd ? 1 : 0)
    const peers = new Peers(partition)
    // The start of the group with that number, counted from 1; groups before the first start where that does.
    let group = 1
    let start = 0
    return (row) => {
      peers.seek(row)
      while (group < peers.group + offset && start < partition.size) {
        do start += 1
        while (start < partition.size && !partition.beginsPeers(start))
        group += 1
      }
      return start
    }
  }
}

/** Rows whose key is at most `offset` away from the row's own. NULL and MISSING are away from everything but each other. */
function rangeBound(bound: FrameBoundPlan, isEnd: boolean, key: SortKeyPlan, compiler: Compiler): StartBound {
  const { side, offset, span } = bound
  const evaluate = compileExpression(offset as NonNullable<typeof offset>, compiler)
  const site = siteOf(bound, compiler, 'frame', key.value)
  const move = (side === 'preceding') === key.descending ? add : subtract
  return (partition, frame) => {
    const by = evaluate(frame)
    checkDistance(by, span)
    const peers = new Peers(partition)
    let position = 0
    let limit: Value | undefined
    const isInside = (row: number) => {
      const order = compareInRange(partition.value(0, row), limit as Value, key)
      return isEnd ? order <= 0 : order < 0
    }
    return (row) => {
      const before = peers.group
      peers.seek(row)
      const own = partition.value(0, row)
      if (isAbsent(own)) return isEnd ? peers.end : peers.start
      if (peers.group !== before) limit = distant(own, by, move, site, frame)
      if (limit === undefined) return undefined
      // Moving back is for keys of several types of numbers, whose sums are not rounded alike.
      while (position > 0 && !isInside(position - 1)) position -= 1
      while (position < partition.size && isInside(position)) position += 1
      return position
    }
  }
}

function checkDistance(value: Value, span: FrameBoundPlan['span']): void {
  const isLeast =
    value.type === 'interval'
      ? value.months >= 0n && value.nanoseconds >= 0n
      : isNumber(value) && (value.type === 'decimal' ? value.coefficient >= 0n : value.value >= 0)
  const hasEnd = value.type !== 'float' || Number.isFinite(value.value)
  if (!isLeast || !hasEnd) throw invalidOffset('a number or an interval from 0 on', value, span)
}

function distant(own: Value, by: Value, move: typeof add, site: OperationSite, frame: Frame) {
  try {
    // A time of day begins again at midnight: it has no order that continues.
    const moved =
      own.type === 'time'
        ? mistyped(site, 'a RANGE frame with an offset takes numbers, dates or timestamps as its key', frame)
        : move(own, by)
    if (isAbsent(moved)) return undefined
    frame.marks[site.mark] = 1
    return moved
  } catch (error) {
    failed(error, site, frame)
    return undefined
  }
}

function compareInRange(own: Value, limit: Value, key: SortKeyPlan): number {
  const isMixed = own.type !== limit.type && (own.type === 'date' || own.type === 'timestamp')
  const order = isMixed ? compare(own, limit) : undefined
  return order === undefined ? compareKeys(own, limit, key) : key.descending ? -order : order
}
