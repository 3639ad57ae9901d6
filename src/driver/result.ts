import { LedgerError } from '../base/errors.ts'
import { endpointEmptyPagesMax } from '../base/limits.ts'
import type { Notice } from '../base/notice.ts'
import type { Page, ValueHolder } from '../protocol/message.ts'
import { decodeIon } from '../values/binary-reader.ts'
import { fromPartiqlIon } from '../values/partiql-ion.ts'
import { parseIon } from '../values/text-reader.ts'
import type { Value } from '../values/value.ts'
import { addStatistics, type PageAnswer, type Statistics } from './session.ts'

/**
 * The rows of one statement. It starts with the first page; each further one is fetched when the loop reaches it,
 * which it can do only while the transaction is open.
 *
 * A result is read once: a second loop continues where the first one stopped. Leaving a loop early is allowed and costs
 * nothing more.
 */
export class Result implements AsyncIterable<Value> {
  readonly #fetch: (token: string) => Promise<PageAnswer>
  #page: readonly ValueHolder[]
  #index = 0
  #nextToken: string | undefined
  #statistics: Statistics
  #notices: readonly Notice[]
  #emptyPages = 0
  readonly #tokens = new TokenCircle()

  constructor(first: PageAnswer, fetch: (token: string) => Promise<PageAnswer>) {
    this.#fetch = fetch
    this.#statistics = first.statistics
    this.#page = first.page.Values ?? []
    this.#nextToken = tokenOf(first.page)
    this.#notices = first.page.Notices ?? []
  }

  /** What the statement and its pages fetched so far have cost. */
  stats(): Statistics {
    return this.#statistics
  }

  /** What the ledger has to say about the statement; known with the last page, if the statement asked for it. */
  notices(): readonly Notice[] {
    return this.#notices
  }

  /** Whether every page has been fetched: what is left to read needs the transaction no more. */
  get isFetched(): boolean {
    return this.#nextToken === undefined
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Value, void, undefined> {
    do {
      while (this.#index < this.#page.length) {
        const holder = this.#page[this.#index] as ValueHolder
        this.#index += 1
        yield readHolder(holder)
      }
    } while (await this.#turnPage())
  }

  /** The values page by page, decoded; never an empty page but for a result without values. */
  async *pages(): AsyncGenerator<readonly Value[], void, undefined> {
    let isFirst = true
    do {
      const values = this.#page.slice(this.#index).map(readHolder)
      this.#index = this.#page.length
      if (values.length > 0 || (isFirst && this.isFetched)) yield values
      isFirst = false
    } while (await this.#turnPage())
  }

  /** All values that are left. */
  async toArray(): Promise<Value[]> {
    const values: Value[] = []
    for await (const value of this) values.push(value)
    return values
  }

  async #turnPage(): Promise<boolean> {
    const token = this.#nextToken
    if (token === undefined) return false
    // A token is good once: after a failure there is no going on.
    this.#nextToken = undefined
    if (this.#tokens.closesWith(token)) {
      throw new LedgerError('endpoint/malformed-answer', "the endpoint's pages lead back to an earlier one")
    }
    const { page, statistics } = await this.#fetch(token)
    this.#statistics = addStatistics(this.#statistics, statistics)
    this.#page = page.Values ?? []
    this.#index = 0
    this.#emptyPages = this.#page.length === 0 ? this.#emptyPages + 1 : 0
    if (this.#emptyPages > endpointEmptyPagesMax) {
      const text = `the endpoint answered more than ${endpointEmptyPagesMax} empty pages one after the other`
      throw new LedgerError('endpoint/malformed-answer', text)
    }
    this.#nextToken = tokenOf(page)
    this.#notices = page.Notices ?? []
    return true
  }
}

/**
 * Whether page tokens go round in a circle. Remembers one of them, and one that is twice as far each time (Brent's way), so
 * that a circle of any length is found before it has been gone round three times.
 */
class TokenCircle {
  #remembered: string | undefined
  #steps = 0
  #stepsMax = 1

  closesWith(token: string): boolean {
    if (token === this.#remembered) return true
    this.#steps += 1
    if (this.#steps === this.#stepsMax) {
      this.#remembered = token
      this.#stepsMax *= 2
      this.#steps = 0
    }
    return false
  }
}

/** A last page has no token; some endpoints write null. */
function tokenOf(page: Page): string | undefined {
  return page.NextPageToken ?? undefined
}

/** What is wrong with it is the endpoint's fault, not that of a statement. */
function readHolder({ value, IonBinary, IonText }: ValueHolder): Value {
  if (value !== undefined) return value
  if (IonBinary === undefined && IonText === undefined) {
    throw new LedgerError('endpoint/malformed-answer', 'the endpoint answered a value without content')
  }
  try {
    return fromPartiqlIon(IonBinary === undefined ? parseIon(IonText as string) : decodeIon(IonBinary))
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error
    throw new LedgerError(
      'endpoint/malformed-answer',
      `the endpoint answered a value that is not Ion: ${error.message}`,
      {
        cause: error,
      },
    )
  }
}
