import { LedgerError } from '../base/errors.ts'
import type { Name } from '../syntax/ast.ts'
import type { PlanExpression } from './plan.ts'
import { noticeText } from '../base/notice.ts'
import type { PlanContext, Scope, Variable } from './scope.ts'

/**
 * `DELETE FROM Car AS c WHERE Car.vin IS NULL`, and `C.vin`: beside one source the name is a field of it, which no document
 * has, and a condition that takes such a field is true of all of them. In a change it is an error.
 */
export function refuseMistakenAlias(root: PlanExpression, name: Name, scope: Scope, context: PlanContext): void {
  if (!context.isChange) return
  if (root.kind === 'table') throw tableWithoutAlias(name)
  if (root.kind !== 'field' || root.operand.kind !== 'slot') return
  const meant = sourceMeant(name.text, scope)
  if (meant === undefined) return
  const text = noticeText(name.text)
  const of = root.operand.name
  throw new LedgerError('semantic/no-such-variable', `No such variable named '${text}'`, {
    span: name.span,
    help: `did you mean the alias '${noticeText(meant.name)}'? a field '${text}' is ${noticeText(of)}.${text}`,
  })
}

/**
 * `DELETE FROM Car WHERE Owner.city IS NULL` where Owner is a table: a field of that name, unless no document has it, which
 * only a run finds out.
 */
export function withTableNamed(root: PlanExpression, { text }: Name, context: PlanContext): PlanExpression {
  if (!context.isChange || root.kind !== 'field' || root.operand.kind !== 'slot') return root
  const lower = text.toLowerCase()
  for (const name of context.catalog.globalNames()) {
    if (name.toLowerCase() === lower) return { ...root, namesTable: name }
  }
  return root
}

/** Beside several sources the name is the table itself, all of its documents, which has no fields. */
function tableWithoutAlias({ text, span }: Name): LedgerError {
  const named = noticeText(text)
  return new LedgerError('semantic/no-such-variable', `'${named}' is a table here, which has no fields`, {
    span,
    help: `use the alias of a source; ${named}[*] steps to each of its documents`,
  })
}

/** The source whose table a name is, or whose alias it is but for the case; of several the nearest. */
function sourceMeant(text: string, scope: Scope): Variable | undefined {
  const lower = text.toLowerCase()
  for (let block: Scope | undefined = scope; block !== undefined; block = block.parent) {
    const found = block.sources.find(({ source }) => source.table === text || source.name.toLowerCase() === lower)
    if (found !== undefined) return found.source
  }
  return undefined
}
