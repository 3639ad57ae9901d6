import { namesWith } from '../plan/function-facts.ts'

const clocks = new RegExp(`\\b(?:${namesWith('clock').join('|')})\\b`, 'i')

/** Whether a statement may name a function of the clock: repeated, it would get another value, and might have other rows. */
export function asksForTheTime(statement: string): boolean {
  return clocks.test(statement)
}
