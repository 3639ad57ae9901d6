import type { Operator, PlanExpression } from './plan.ts'

/** The slots that an expression, an operator or a list of them reads, sub-queries included. */
export function slotsRead(node: unknown, into: Set<number> = new Set()): Set<number> {
  if (typeof node !== 'object' || node === null) return into
  if (Array.isArray(node)) {
    for (const item of node) slotsRead(item, into)
    return into
  }
  const { kind, slot } = node as { kind?: string; slot?: number }
  if (kind === 'slot' && slot !== undefined) into.add(slot)
  if (kind === 'constant') return into
  for (const [name, part] of Object.entries(node)) {
    if (name !== 'span' && name !== 'table') slotsRead(part, into)
  }
  return into
}

/** The slots that an operator fills for each of its rows. */
export function slotsFilled(operator: Operator): readonly number[] {
  switch (operator.kind) {
    case 'one-row':
      return []
    case 'scan-table':
    case 'scan-value':
      return [operator.slot, operator.atSlot, operator.bySlot].filter((slot) => slot !== undefined)
    case 'filter':
    case 'sort':
      return slotsFilled(operator.input)
    case 'let':
      return [...slotsFilled(operator.input), operator.slot]
    case 'window':
      return [...slotsFilled(operator.input), ...operator.functions.map((one) => one.slot)]
    case 'join':
      return [...operator.leftSlots, ...operator.rightSlots]
    case 'group':
      return [
        ...operator.keys.map((key) => key.slot),
        ...operator.aggregates.map((aggregate) => aggregate.slot),
        ...(operator.groupAs === undefined ? [] : [operator.groupAs.slot]),
      ]
  }
}

/** A text that two expressions share exactly when they say the same of the same slots, wherever they stand. */
export function expressionKey(expression: PlanExpression): string {
  return JSON.stringify(expression, (name, part) => {
    if (name === 'span') return undefined
    return typeof part === 'bigint' ? `${part}n` : part
  })
}

/** The operands of a tree of ANDs, left to right. */
export function conjunctsOf(condition: PlanExpression, into: PlanExpression[] = []): PlanExpression[] {
  if (condition.kind === 'binary' && condition.op === 'and') {
    conjunctsOf(condition.left, into)
    conjunctsOf(condition.right, into)
  } else into.push(condition)
  return into
}

/** Whether a query reads slots that it does not fill itself: those of the rows around it. */
export function isCorrelated(query: unknown): boolean {
  const filled = new Set<number>()
  collectFilled(query, filled)
  for (const slot of slotsRead(query)) if (!filled.has(slot)) return true
  return false
}

function collectFilled(node: unknown, into: Set<number>): void {
  if (typeof node !== 'object' || node === null) return
  if (Array.isArray(node)) {
    for (const item of node) collectFilled(item, into)
    return
  }
  const { kind, slot, atSlot, bySlot } = node as { kind?: string; slot?: number; atSlot?: number; bySlot?: number }
  if (kind === 'constant' || kind === 'slot') return
  for (const one of [slot, atSlot, bySlot]) if (one !== undefined) into.add(one)
  for (const [name, part] of Object.entries(node)) if (name !== 'span' && name !== 'table') collectFilled(part, into)
}
