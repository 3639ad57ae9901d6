import type { Value } from '../../values/value.ts'
import { cellOf } from './cell-text.ts'
import type { ResultFormat } from './result-format.ts'
import { visibleText } from '../visible-text.ts'

/** What EXPLAIN gives, `{plan: line}` a row, as the lines themselves: a tree, whose indentation is what it says. */
export class PlanFormat implements ResultFormat {
  start(): string {
    return ''
  }

  values(values: readonly Value[]): string {
    return values.map((value) => `${lineOf(value)}\n`).join('')
  }

  end(): string {
    return ''
  }
}

/** Whether a statement asks for a plan. `text`: without space and comments before it, as the script splitter gives it. */
export function asksForPlan(text: string): boolean {
  return /^explain\b/i.test(text)
}

function lineOf(value: Value): string {
  const line = value.type === 'struct' && value.names.length === 1 ? value.values[0] : undefined
  return line?.type === 'string' ? visibleText(line.value) : cellOf(value).text
}
