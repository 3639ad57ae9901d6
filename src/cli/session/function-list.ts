import type { FunctionList } from '../../shell/function-list.ts'

/** The functions of the embedded ledger, for `help functions`; loaded when they are asked for. */
export const embeddedFunctions: FunctionList = async () => {
  const { functionFacts } = await import('../../plan/function-facts.ts')
  return functionFacts.map(({ name, group, signature, gives, traits }) => ({
    ...{ name, group, signature, gives },
    isInQldb: traits.has('qldb'),
  }))
}
