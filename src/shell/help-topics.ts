import { LedgerError } from '../base/errors.ts'
import { nearName } from '../base/near-name.ts'
import { commands } from './commands.ts'
import { functionLines, type ListedFunction, matching } from './function-list.ts'
import { settingNames } from './settings.ts'
import { statementHelps } from './statement-help.ts'

/** Words of statements that begin none, and the statements that explain them. */
const clauses: Readonly<Record<string, string>> = {
  where: 'select',
  group: 'select',
  having: 'select',
  order: 'select',
  limit: 'select',
  offset: 'select',
  join: 'select',
  distinct: 'select',
  history: 'select',
  values: 'insert',
  remove: 'update',
  index: 'create',
  redact: 'exec',
}

/** The statement that explains a word: itself, or the one whose clause it begins. */
export function statementOf(topic: string): string | undefined {
  const word = topic.trim().split(/\s+/)[0] ?? ''
  return Object.hasOwn(clauses, word) ? clauses[word] : word
}

/** `functions sub`: those with a name that the pattern matches. Throws where it matches none. */
export function functionsLike(pattern: string, functions: readonly ListedFunction[]): string {
  const found = matching(functions, pattern)
  if (found.length > 0) return functionLines(found)
  const near = nearName(
    pattern,
    functions.map(({ name }) => name),
  )
  throw new LedgerError('usage/unknown-command', `no function matches '${pattern}'`, {
    help: near === undefined ? "'help functions' lists all" : `did you mean '${near}'?`,
  })
}

/** `sub`: the functions whose name it begins; undefined for none. */
export function functionsBeginning(topic: string, functions: readonly ListedFunction[]): string | undefined {
  const found = /^\w+$/.test(topic) ? functions.filter(({ name }) => name.startsWith(topic)) : []
  return found.length === 0 ? undefined : functionLines(found)
}

/** An error that names the topics like this one. */
export function noSuchTopic(topic: string, functions: readonly ListedFunction[]): LedgerError {
  const names = commands.flatMap((command) => command.names)
  const topics = [
    ...names,
    ...settingNames,
    'functions',
    ...Object.keys(statementHelps),
    ...functions.map(({ name }) => name),
  ]
  const within = names.find((name) => name.split(' ').includes(topic))
  const near = within ?? nearName(topic.replace(/^set /, ''), topics)
  return new LedgerError('usage/unknown-command', `no help about '${topic}'`, {
    help:
      near === undefined
        ? "'help' lists the commands, 'help functions' the functions; 'help SELECT' shows a statement's forms"
        : `did you mean 'help ${near}'?`,
  })
}
