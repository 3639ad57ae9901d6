import type { ExcludeStep, SpreadStep } from '../plan/plan.ts'
import type { NoticeStep } from './notice-sites.ts'

export const each: NoticeStep = { kind: 'each' }

export function stepOf(step: SpreadStep | ExcludeStep): NoticeStep {
  return step.kind === 'field' ? step : each
}

/** A step by itself, without the part of the plan that it was. */
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
