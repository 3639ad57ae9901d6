import type { SendCommandRequest } from './message.ts'

/**
 * A transaction that an engine has to begin before it works on the first request of it: who keeps the sessions has given
 * it its id long before (server/session-router.ts). Plain data, so that it can be sent to another thread.
 */
export interface TransactionStart {
  /** 22 characters. */
  readonly id: string
  /** How long it may live from now on. */
  readonly leftMs: number
  /** What another engine has done for it, in its order. */
  readonly earlier?: EarlierWork
}

/**
 * The commands of a transaction that leaves an engine where it has only read. They are run again; what they read must
 * not have changed since, so that every answer that was given holds good.
 */
export interface EarlierWork {
  readonly commands: readonly EarlierCommand[]
  /** The newest block of the snapshot that they read; undefined: none of them came so far. */
  readonly tip: number | undefined
}

export interface EarlierCommand {
  /** An ExecuteStatement or a FetchPage. */
  readonly request: SendCommandRequest
  /** The token that was given for the next page. */
  readonly nextPageToken: string | undefined
  /** Whether its client wants notices, which come with a page that is yet to be fetched. */
  readonly takesNotices: boolean
}
