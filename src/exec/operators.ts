import type { Operator } from '../plan/plan.ts'
import { compileExpression } from './compile-expression.ts'
import { compileTests } from './compile-operators.ts'
import type { Cursor, Open } from './frame.ts'
import type { Compiler } from './compiler.ts'
import { compileGroup } from './group.ts'
import { compileJoin } from './join.ts'
import { profiledOperator } from './profile.ts'
import { compileTableScan, compileValueScan } from './scan.ts'
import { compileSort } from './sort.ts'
import { foundByKey } from './sure-keys.ts'
import { watchLookup } from './watch-lookup.ts'
import { watchScan } from './watch-scan.ts'
import { compileWindow } from './window.ts'

/** Makes an operator's rows startable. Scans, filters, joins and LET stream; groups, sorts and windows hold rows. */
export function compileOperator(operator: Operator, compiler: Compiler): Open {
  return profiledOperator(compileKind(operator, compiler), operator, compiler)
}

function compileKind(operator: Operator, compiler: Compiler): Open {
  switch (operator.kind) {
    case 'one-row':
      return oneRow
    case 'scan-table':
      return compileTableScan(operator, compiler)
    case 'scan-value':
      return watchScan(compileValueScan(operator, compiler), operator.slot, compiler)
    case 'filter':
      return compileFilter(operator, compiler)
    case 'join':
      return compileJoin(operator, compiler)
    case 'let':
      return compileLet(operator, compiler)
    case 'group':
      return compileGroup(operator, compiler)
    case 'sort':
      return compileSort(operator, compiler)
    case 'window':
      return compileWindow(operator, compiler)
  }
}

function oneRow(): Cursor {
  let given = false
  return {
    next() {
      if (given) return false
      given = true
      return true
    },
    close() {},
  }
}

function compileFilter({ input, conditions }: Extract<Operator, { kind: 'filter' }>, compiler: Compiler): Open {
  const open = watchLookup(compileOperator(input, compiler), input, conditions, compiler)
  const test = compileTests(conditions, compiler.family.read)
  const isFound = foundByKey(input, conditions, compiler)
  return (frame) => {
    const rows = open(frame)
    return {
      next() {
        const before = frame.textBytes
        while (rows.next()) {
          if ((isFound === undefined || isFound(frame)) && test(frame)) return true
          frame.releaseTexts(before)
        }
        return false
      },
      close: () => rows.close(),
    }
  }
}

function compileLet({ input, slot, value }: Extract<Operator, { kind: 'let' }>, compiler: Compiler): Open {
  const open = compileOperator(input, compiler)
  const evaluate = compileExpression(value, compiler)
  return (frame) => {
    const rows = open(frame)
    return {
      next() {
        if (!rows.next()) return false
        frame.slots[slot] = evaluate(frame)
        return true
      },
      close: () => rows.close(),
    }
  }
}
