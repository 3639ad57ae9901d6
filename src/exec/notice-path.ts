import type { NoticeStep } from './notice-sites.ts'

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
