import { passLoop } from '../base/interruption.ts'
import { conjunctsPlacedMax } from '../base/limits.ts'
import { hasTrait } from './function-facts.ts'
import type { Operator, PlanExpression } from './plan.ts'
import { partsOf, type PlanPart } from './plan-parts.ts'

/** The slots that an expression, an operator or a list of them reads, sub-queries included. */
export function slotsRead(node: object, into: Set<number> = new Set()): Set<number> {
  const part = node as PlanPart
  if (part.kind === 'slot') into.add(part.slot)
  for (const below of partsOf(part)) slotsRead(below, into)
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

/**
 * A text that two expressions share exactly when they say the same of the same slots, wherever they stand. Field names
 * that match in any case are the same in any case.
 */
export function expressionKey(expression: PlanExpression | readonly unknown[]): string {
  return JSON.stringify(expression, (name, part) => {
    if (name === 'span' || name === 'quoted') return undefined
    if (typeof part === 'bigint') return `${part}n`
    const isFolded = typeof part === 'object' && part !== null && part.exact === false && typeof part.name === 'string'
    return isFolded ? { ...part, name: part.name.toLowerCase() } : part
  })
}

/** The operands of a tree of ANDs, left to right. */
function conjunctsOf(condition: PlanExpression, into: PlanExpression[] = []): PlanExpression[] {
  if (condition.kind === 'binary' && condition.op === 'and') {
    conjunctsOf(condition.left, into)
    conjunctsOf(condition.right, into)
  } else into.push(condition)
  return into
}

/** The conjuncts of a condition, to be placed one by one; beyond a limit the last ones stay together. */
export function placeableParts(condition: PlanExpression): PlanExpression[] {
  const all = conjunctsOf(condition)
  if (all.length <= conjunctsPlacedMax) return all
  const rest = all.splice(conjunctsPlacedMax - 1)
  return [...all, conjunctionOf(rest)]
}

/** Not deeper than it must be. */
function conjunctionOf(parts: readonly PlanExpression[]): PlanExpression {
  const [first] = parts as readonly [PlanExpression, ...PlanExpression[]]
  if (parts.length === 1) return first
  const half = parts.length >> 1
  const [left, right] = [conjunctionOf(parts.slice(0, half)), conjunctionOf(parts.slice(half))]
  return { kind: 'binary', op: 'and', left, right, span: first.span }
}

/** Whether a query reads slots that it does not fill itself: those of the rows around it. */
export function isCorrelated(query: object): boolean {
  return slotsFromAround(query).size > 0
}

/** For each query the slots that it reads and does not fill; looked for once, however many queries stand around it. */
const knownFromAround = new WeakMap<object, ReadonlySet<number>>()

function slotsFromAround(query: object): ReadonlySet<number> {
  const known = knownFromAround.get(query)
  if (known !== undefined) return known
  const uses = { read: new Set<number>(), filled: new Set<number>() }
  for (const part of partsOf(query)) collectUses(part, uses)
  const around = new Set([...uses.read].filter((slot) => !uses.filled.has(slot)))
  knownFromAround.set(query, around)
  return around
}

interface Uses {
  readonly read: Set<number>
  readonly filled: Set<number>
}

function collectUses(part: PlanPart, uses: Uses): void {
  if (part.kind === 'slot') {
    uses.read.add(part.slot)
    return
  }
  if (part.kind === 'query' && 'query' in part) {
    for (const one of slotsFromAround(part.query)) uses.read.add(one)
    return
  }
  const { slot, atSlot, bySlot } = part as {
    readonly slot?: number
    readonly atSlot?: number
    readonly bySlot?: number
  }
  for (const one of [slot, atSlot, bySlot]) if (one !== undefined) uses.filled.add(one)
  for (const below of partsOf(part)) collectUses(below, uses)
}

/** A node with what `map` makes of each of its parts; the node itself where nothing changed. */
export function mapParts(node: unknown, map: (part: unknown) => unknown): unknown {
  if (typeof node !== 'object' || node === null) return node
  passLoop()
  if (Array.isArray(node)) {
    const mapped = node.map(map)
    return mapped.every((part, at) => part === node[at]) ? node : mapped
  }
  if ((node as { kind?: string }).kind === 'constant') return node
  let changed: Record<string, unknown> | undefined
  for (const [name, part] of Object.entries(node)) {
    if (typeof part !== 'object' || part === null || name === 'span' || name === 'table') continue
    const mapped = map(part)
    if (mapped === part) continue
    changed ??= { ...node }
    changed[name] = mapped
  }
  return changed ?? node
}

/** Whether evaluating an expression may raise an error in permissive typing: dividing does, and so do many functions. */
export function mayRaise(part: PlanPart): boolean {
  // Of a binary operation or a link of a chain.
  if ('op' in part && (part.op === '/' || part.op === '%')) return true
  if (part.kind === 'call' && !hasTrait(part.name, 'calm')) return true
  return partsOf(part).some(mayRaise)
}
