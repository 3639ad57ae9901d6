import { evaluateConstant } from '../../src/exec/evaluate-constant.ts'
import { runPlan } from '../../src/exec/run.ts'
import { buildPlan } from '../../src/plan/build-plan.ts'
import type { PlanOptions } from '../../src/plan/plan-options.ts'
import { parseStatement } from '../../src/syntax/parser.ts'
import { parseIon } from '../../src/values/text-reader.ts'
import { printIon } from '../../src/values/text-writer.ts'
import type { MemoryDatabase } from './memory-source.ts'

/** Parses, plans and runs a statement; gives its rows as Ion text. Parameters are Ion text, too. */
export function runStatement(
  database: MemoryDatabase,
  text: string,
  parameters: readonly string[] = [],
  options: Partial<PlanOptions> = {},
): string[] {
  const all = {
    strictQldb: false,
    typing: 'permissive',
    foldsCase: database.foldsCase,
    evaluateConstant,
    ...options,
  } as const
  const plan = buildPlan(parseStatement(text), database, all)
  const rows = runPlan(plan, database.context(parameters.map(parseIon), all.typing))
  return [...rows].map((row) => printIon(row))
}
