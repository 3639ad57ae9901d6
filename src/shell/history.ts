import { historyEntriesMax } from '../base/limits.ts'
import { showsPassword } from '../base/hidden-passwords.ts'
import { visibleLines } from './visible-text.ts'

/**
 * What was typed, oldest first: a bounded list, not a file. An input that looks as if it held a secret is left out, and so
 * is one that begins with a blank (as in bash) and one that repeats the entry before it.
 */
export class History {
  readonly #entries: string[]

  constructor(entries: readonly string[] = []) {
    this.#entries = entries.slice(-historyEntriesMax)
  }

  get entries(): readonly string[] {
    return this.#entries
  }

  /** The last so many, oldest first, one below the other. */
  last(count: number): string {
    return this.#entries.slice(-count).map(visibleLines).join('\n')
  }

  /** Whether it was kept: the caller then writes it down. */
  add(input: string): boolean {
    const entry = input.trimEnd()
    if (entry.trim() === '' || /^\s/.test(entry) || this.#entries.at(-1) === entry || holdsSecret(entry)) return false
    this.#entries.push(entry)
    if (this.#entries.length > historyEntriesMax) this.#entries.shift()
    return true
  }
}

const secretPatterns = [
  /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/,
  /\b(?:aws_?secret|secret_?(?:access_?)?key|session_?token|passw(?:or)?d|pass_?phrase|api_?key|auth_?token|bearer)\b/i,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
]

/** Whether a text names or shows a credential: an access key id, a private key, a field called password, api key and such. */
export function holdsSecret(text: string): boolean {
  return showsPassword(text) || secretPatterns.some((pattern) => pattern.test(text))
}
