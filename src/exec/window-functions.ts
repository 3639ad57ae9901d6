import { LedgerError } from '../base/errors.ts'
import type { SortKeyPlan, WindowCallPlan } from '../plan/plan.ts'
import { divide } from '../values/arithmetic.ts'
import { decimal, int, isAbsent, missing, nullValue, type Value } from '../values/value.ts'
import type { Frame } from './frame.ts'
import type { Compiler } from './compiler.ts'
import { compileWindowAggregate } from './window-aggregates.ts'
import type { Argument, WindowColumns } from './window-columns.ts'
import { compileFrames } from './window-frames.ts'
import { type Partition, Peers, type RowResult, type StartWindow } from './window-partition.ts'
import { mistyped, siteOf } from './type-errors.ts'

/** A call of a window function; plan/build-window.ts has checked its name and the number of its arguments. */
export function compileWindowCall(
  call: WindowCallPlan,
  orderBy: readonly SortKeyPlan[],
  columns: WindowColumns,
): StartWindow {
  const { compiler } = columns
  const { args } = call
  switch (call.name) {
    case 'row_number':
      return () => (row) => int(row + 1)
    case 'rank':
      return byPeers((peers) => int(peers.start + 1))
    case 'dense_rank':
      return byPeers((peers) => int(peers.group))
    case 'percent_rank':
      return byPeers((peers, { size }) => share(peers.start, Math.max(size - 1, 1)))
    case 'cume_dist':
      return byPeers((peers, { size }) => share(peers.end, size))
    case 'ntile':
      return tiles(columns.argument(args[0] as WindowCallPlan['args'][number]), call)
    case 'lag':
    case 'lead':
      return neighbour(
        call,
        args.map((argument) => columns.argument(argument)),
        compiler,
      )
    case 'first_value':
    case 'last_value':
    case 'nth_value':
      return inFrame(call, orderBy, columns)
    default:
      return compileWindowAggregate(call, orderBy, columns)
  }
}

/** Functions that give one result for all peers. */
function byPeers(result: (peers: Peers, partition: Partition) => Value): StartWindow {
  return (partition) => {
    const peers = new Peers(partition)
    let end = 0
    let value: Value = nullValue
    return (row) => {
      if (row < end) return value
      peers.seek(row)
      end = peers.end
      value = result(peers, partition)
      return value
    }
  }
}

/** A share from 0 to 1, a decimal as AVG gives it. */
function share(part: number, whole: number): Value {
  return divide(int(part), decimal(BigInt(whole), 0))
}

/** NTILE: the first buckets have one row more where they can't all have as many. */
function tiles(count: Argument, { span }: WindowCallPlan): StartWindow {
  return (partition, frame) => {
    const value = count(partition, frame)(0)
    if (isAbsent(value)) return () => nullValue
    if (value.type !== 'int' || value.value < 1) {
      throw new LedgerError('evaluator/invalid', 'NTILE takes a whole number from 1 on', { span })
    }
    const buckets = Number(value.value)
    const small = Math.floor(partition.size / buckets)
    const large = partition.size - small * buckets
    const inLarge = large * (small + 1)
    return (row) =>
      int(row < inLarge ? Math.floor(row / (small + 1)) + 1 : large + Math.floor((row - inLarge) / small) + 1)
  }
}

/** LAG(x, offset, default) and LEAD: the value of the row so far before or behind, in the partition whatever the frame. */
function neighbour(
  call: WindowCallPlan,
  [firstOf, offsetOf, otherwiseOf]: readonly Argument[],
  compiler: Compiler,
): StartWindow {
  const { name } = call
  const sign = name === 'lag' ? -1 : 1
  const site = siteOf(call, compiler)
  return (partition, frame) => {
    const value = start(firstOf, partition, frame, nullValue)
    const offset = start(offsetOf, partition, frame, int(1))
    const otherwise = start(otherwiseOf, partition, frame, nullValue)
    return (row) => {
      const distance = offset(row)
      if (isAbsent(distance)) return distance
      if (distance.type !== 'int' || distance.value < 0) {
        return mistyped(site, `the offset of ${name.toUpperCase()} is a whole number from 0 on`, frame)
      }
      frame.marks[site.mark] = 1
      const other = row + sign * Number(distance.value)
      return other >= 0 && other < partition.size ? value(other) : otherwise(row)
    }
  }
}

function start(argument: Argument | undefined, partition: Partition, frame: Frame, value: Value): RowResult {
  return argument === undefined ? () => value : argument(partition, frame)
}

/** FIRST_VALUE, LAST_VALUE and NTH_VALUE: a value of a row in the frame, NULL where there is none. */
function inFrame(call: WindowCallPlan, orderBy: readonly SortKeyPlan[], columns: WindowColumns): StartWindow {
  const { name, span } = call
  const [firstOf, placeOf] = call.args.map((argument) => columns.argument(argument))
  const startFrames = compileFrames(call.frame, orderBy, columns.compiler)
  const site = siteOf(call, columns.compiler)
  const fromFirst = (place: Value, frame: Frame): number | Value => {
    if (isAbsent(place)) return place
    if (place.type !== 'int') return mistyped(site, 'NTH_VALUE takes a whole number from 1 on', frame)
    frame.marks[site.mark] = 1
    if (place.value >= 1) return Number(place.value) - 1
    throw new LedgerError('evaluator/invalid', 'NTH_VALUE takes a whole number from 1 on', { span })
  }
  return (partition, frame) => {
    const value = start(firstOf, partition, frame, nullValue)
    const place = start(placeOf, partition, frame, nullValue)
    const frames = startFrames(partition, frame)
    return (row) => {
      if (!frames.seek(row)) return missing
      const steps = name === 'nth_value' ? fromFirst(place(row), frame) : 0
      if (typeof steps !== 'number') return steps
      const at = name === 'last_value' ? frames.end - 1 : frames.start + steps
      return at >= frames.start && at < frames.end ? value(at) : nullValue
    }
  }
}
