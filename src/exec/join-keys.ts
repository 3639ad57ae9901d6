import type { JoinOperator, PlanExpression } from '../plan/plan.ts'
import { isAbsent, string, type Value } from '../values/value.ts'
import { compileExpression } from './compile-expression.ts'
import type { Compiler } from './compiler.ts'
import { compileFindText, type FindText } from './field-path.ts'
import type { Evaluate, Frame } from './frame.ts'
import type { SaveRow } from './saved-rows.ts'
import type { JoinSide } from './source-probe.ts'
import { tupleKey } from './value-map.ts'
import { watchKeys, watchText } from './watch-keys.ts'

/** The keys of a row as one value: the only key itself, a text for several; undefined when one of them is absent. */
type RowKey = (frame: Frame) => Value | undefined

export interface HashKeys {
  readonly left: RowKey
  /** The left row's only key where it is a string in a stored document. */
  readonly leftText: FindText | undefined
  readonly right: RowKey
}

export function compileHash({ left, right }: NonNullable<JoinOperator['hash']>, compiler: Compiler): HashKeys {
  const keysOf = (keys: readonly PlanExpression[], side: JoinSide) => {
    const evaluate = keys.map((key) => compileExpression(key, compiler.family.read))
    return rowKey(watchKeys(evaluate, left, keys, side, compiler))
  }
  const [only, second] = left
  const isText = only !== undefined && second === undefined
  return {
    left: keysOf(left, 'left'),
    leftText: isText ? watchText(compileFindText(only, compiler), only, compiler) : undefined,
    right: keysOf(right, 'right'),
  }
}

function rowKey(evaluate: readonly Evaluate[]): RowKey {
  const [only, second] = evaluate
  if (only !== undefined && second === undefined) {
    return (frame) => {
      const value = only(frame)
      return isAbsent(value) ? undefined : value
    }
  }
  return (frame) => {
    const values: Value[] = []
    for (const key of evaluate) {
      const value = key(frame)
      if (isAbsent(value)) return undefined
      values.push(value)
    }
    return string(tupleKey(values))
  }
}

export interface Saves {
  readonly left: SaveRow
  readonly right: SaveRow
}

/** Estimated bytes of a row of the table, without its values. */
export const entryBytes = 100
