import type { ExcludeStep, SpreadStep } from '../plan/plan.ts'
import type { TargetPath } from '../plan/change-plan.ts'
import type { NoticeStep } from './notice-sites.ts'

/** A path from a source's rows. */
export interface SourcePath {
  readonly slot: number
  readonly steps: readonly NoticeStep[]
}

export const each: NoticeStep = { kind: 'each' }

export function stepOf(step: SpreadStep | ExcludeStep): NoticeStep {
  return step.kind === 'field' ? step : each
}

/** One step, without the part of the plan that it came from. */
export function plainStep(step: NoticeStep): NoticeStep {
  return step.kind === 'field' ? { kind: 'field', name: step.name, exact: step.exact } : each
}

/** A path's steps as a key. */
export function keyOf(step: NoticeStep): string | number | readonly [string] {
  return step.kind === 'each' ? 0 : step.exact ? step.name : [step.name]
}

/** `Owner.Name`, `Owners[].Name` */
export function textOf(steps: readonly NoticeStep[]): string {
  let text = ''
  for (const step of steps) {
    if (step.kind === 'each') text += '[]'
    else text += text === '' ? step.name : `.${step.name}`
  }
  return text
}

/** The way to the last field that a change names. */
export function fieldSteps(path: TargetPath): readonly NoticeStep[] {
  const steps = path.map((one): NoticeStep => (one.kind === 'field' ? one : each))
  while (steps.at(-1)?.kind === 'each') steps.pop()
  return steps
}
