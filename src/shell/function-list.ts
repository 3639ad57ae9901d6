import { bool, string, structOf, type Value } from '../values/value.ts'

/** A function of the embedded ledger, as `help functions` and `\df` show it. */
export interface ListedFunction {
  /** Lower case. */
  readonly name: string
  readonly group: string
  /** As it is written: `SUBSTRING(s, start [, length])`. */
  readonly signature: string
  /** What a call gives, in a line. */
  readonly gives: string
  /** `--strict-qldb` takes it. */
  readonly isInQldb: boolean
}

/** Those that there are, by group. The shell does not know them itself: they belong to the ledger. */
export type FunctionList = () => Promise<readonly ListedFunction[]>

/**
 * Those with a name that a pattern matches: `*` stands for any characters, `?` for one; without either, those whose name
 * contains it.
 */
export function matching(functions: readonly ListedFunction[], pattern: string): readonly ListedFunction[] {
  const wanted = pattern.toLowerCase()
  if (!/[*?]/.test(wanted)) return functions.filter(({ name }) => name.includes(wanted))
  const source = wanted.replace(/[^*?]+|\*+|\?/g, (part) =>
    part.startsWith('*') ? '.*' : part === '?' ? '.' : part.replace(/[^\w]/g, '\\$&'),
  )
  const whole = new RegExp(`^${source}$`)
  return functions.filter(({ name }) => whole.test(name))
}

/** One function a line, under the names of their groups. */
export function functionLines(functions: readonly ListedFunction[]): string {
  const width = functions.reduce((most, { signature }) => Math.max(most, Math.min(signature.length, widthMax)), 0)
  const lines: string[] = []
  let group = ''
  for (const one of functions) {
    if (one.group !== group) lines.push(...(group === '' ? [] : ['']), one.group)
    group = one.group
    lines.push(`  ${one.signature.padEnd(width)}  ${one.gives}`)
  }
  return lines.join('\n')
}

/** Longer signatures push only their own line. */
const widthMax = 40

export function functionRows(functions: readonly ListedFunction[]): readonly Value[] {
  return functions.map(({ name, group, signature, gives, isInQldb }) =>
    structOf({
      name: string(name),
      group: string(group),
      signature: string(signature),
      gives: string(gives),
      inQldb: bool(isInQldb),
    }),
  )
}
