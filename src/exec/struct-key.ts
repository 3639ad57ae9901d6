import type { NoticeStep } from './notice-sites.ts'

/** Where the struct is whose field the step at `at` names. */
export function structKey(steps: readonly NoticeStep[], at: number): string {
  return JSON.stringify(steps.slice(0, at).map((step) => (step.kind === 'field' ? step.name : 0)))
}
