import type { PlanExpression } from '../plan/plan.ts'
import { compileExpression } from './compile-expression.ts'
import { type Evaluate, present } from './frame.ts'
import type { Compiler } from './compiler.ts'

/** Whether what is compiled so goes into a document. */
export function isWritten({ role }: Compiler): boolean {
  return role === 'write' || role === 'copy'
}

/** For the parts of a struct or a list: COALESCE may consume a path, but not one inside of what it gives. */
export function constructing(compiler: Compiler): Compiler {
  return compiler.role === 'excuse' ? compiler.family.write : compiler
}

/**
 * A field or column that goes into a document: an error where it turns out MISSING. INSERT … SELECT leaves out a plain
 * path that its source document does not have.
 */
export function compileWritten(value: PlanExpression, what: string, compiler: Compiler): Evaluate {
  if (!isWritten(compiler)) return compileExpression(value, compiler)
  if (compiler.role === 'copy' && isPlainPath(value)) return compileExpression(value, compiler.family.excuse)
  const evaluate = compileExpression(
    value,
    compiler.role === 'copy' && !constructs(value) ? compiler.family.write : compiler,
  )
  return (frame) => present(evaluate(frame), what, value.span)
}

/** Only what is copied from a row: a variable, or the way from one to a field or element. */
function isPlainPath(value: PlanExpression): boolean {
  let at = value
  while (at.kind === 'field' || at.kind === 'index') at = at.operand
  return at.kind === 'slot'
}

function constructs({ kind }: PlanExpression): boolean {
  return kind === 'struct' || kind === 'row'
}

/** For what the rows of a query are made from: those of INSERT … SELECT may lack what is asked of them. */
export function sourcing(compiler: Compiler): Compiler {
  return compiler.role === 'copy' ? compiler.family.ask : compiler
}
