import { fromBase64 } from '../base/bytes.ts'
import { jsonDepthMax, tooDeep } from './json-shape.ts'
import { type CommandName, commandNames } from './message.ts'

/** Makes the error of a body that is not what it should be. */
export type Refuse = (problem: string) => Error

/**
 * JSON.parse, which keeps the last of two members with the same name and says nothing: here that is refused, since one end may
 * have meant the first.
 */
export function parseUnique(text: string, refuse: Refuse): unknown {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    throw refuse('the body is not JSON')
  }
  const texts = textsIn(parsed, 0)
  if (texts > text.length) throw refuse(tooDeep)
  if (texts !== textsWritten(text)) throw refuse('an object of the body has a member twice')
  return parsed
}

/** Names of members and strings in a parsed value; more than any text has for one that nests too deep. */
function textsIn(value: unknown, depth: number): number {
  if (typeof value === 'string') return 1
  if (typeof value !== 'object' || value === null) return 0
  if (depth === jsonDepthMax) return Number.POSITIVE_INFINITY
  let count = 0
  if (Array.isArray(value)) for (const item of value) count += textsIn(item, depth + 1)
  else for (const name of Object.keys(value)) count += 1 + textsIn((value as Record<string, unknown>)[name], depth + 1)
  return count
}

/** The same in JSON that was parsed. */
function textsWritten(text: string): number {
  let count = 0
  for (let at = text.indexOf('"'); at !== -1; at = text.indexOf('"', at + 1)) {
    count += 1
    do at = text.indexOf('"', at + 1)
    while (isEscaped(text, at))
  }
  return count
}

function isEscaped(text: string, at: number): boolean {
  let start = at
  while (text.charCodeAt(start - 1) === backslash) start -= 1
  return (at - start) % 2 === 1
}

const backslash = 0x5c

/** One loop over single characters: a loop over groups would keep a place for each, and overflow the stack at 8 MB. */
const base64Pattern = /^[A-Za-z0-9+/]*={0,2}$/

/** Reads typed members of one JSON object and names the whole path of what it refuses. */
export class MemberReader {
  readonly #members: Record<string, unknown>
  readonly #path: string
  readonly #refuse: Refuse

  constructor(value: unknown, path: string, refuse: Refuse) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw refuse(path === '' ? 'the body is not a JSON object' : `'${path}' is not a JSON object`)
    }
    this.#members = value as Record<string, unknown>
    this.#path = path
    this.#refuse = refuse
  }

  /** The one member that names a command; `problem` makes the message from what was found instead: none, or several names. */
  onlyCommand(problem: (found: string) => string): CommandName {
    let only: CommandName | undefined
    let count = 0
    for (const name of commandNames) {
      if (!this.has(name)) continue
      only = name
      count += 1
    }
    if (only !== undefined && count === 1) return only
    throw this.#refuse(problem(count === 0 ? 'none' : commandNames.filter((name) => this.has(name)).join(', ')))
  }

  has(name: string): boolean {
    return this.#get(name) !== undefined
  }

  text(name: string): string | undefined {
    const value = this.#get(name)
    if (value === undefined || typeof value === 'string') return value
    throw this.#refuse(`'${this.#at(name)}' is not a string`)
  }

  needText(name: string): string {
    return this.text(name) ?? this.#absent(name)
  }

  /** A whole number from 0 on. */
  count(name: string): number | undefined {
    const value = this.#get(name)
    if (value === undefined || (Number.isSafeInteger(value) && (value as number) >= 0))
      return value as number | undefined
    throw this.#refuse(`'${this.#at(name)}' is not a whole number`)
  }

  blob(name: string): Uint8Array | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    if (text.length % 4 !== 0 || !base64Pattern.test(text)) throw this.#refuse(`'${this.#at(name)}' is not base64`)
    return fromBase64(text)
  }

  needBlob(name: string): Uint8Array {
    return this.blob(name) ?? this.#absent(name)
  }

  struct(name: string): MemberReader {
    return new MemberReader(this.#get(name) ?? this.#absent(name), this.#at(name), this.#refuse)
  }

  list(name: string, itemsMax = Number.POSITIVE_INFINITY, quota = ''): readonly MemberReader[] | undefined {
    const value = this.#get(name)
    if (value === undefined) return undefined
    if (!Array.isArray(value)) throw this.#refuse(`'${this.#at(name)}' is not a list`)
    if (value.length > itemsMax) {
      throw this.#refuse(
        `'${this.#at(name)}' has ${value.length} items, at most ${itemsMax} are allowed (--quota ${quota})`,
      )
    }
    return value.map((item, index) => new MemberReader(item, `${this.#at(name)}[${index}]`, this.#refuse))
  }

  /** An error about this object; `problem` follows its name. */
  refuse(problem: string): Error {
    return this.#refuse(`'${this.#path}' ${problem}`)
  }

  #get(name: string): unknown {
    return Object.hasOwn(this.#members, name) ? (this.#members[name] ?? undefined) : undefined
  }

  #at(name: string): string {
    return this.#path === '' ? name : `${this.#path}.${name}`
  }

  #absent(name: string): never {
    throw this.#refuse(`'${this.#at(name)}' is missing`)
  }
}
