/** The facts by which a session is chosen to give up its place. */
export interface SessionUse {
  /** The address that opened it. */
  readonly from: string
  /** When its last request was answered. */
  readonly usedMs: number
  /** Requests at work or waiting for their turn. */
  readonly requests: number
  readonly transaction: object | undefined
}

/**
 * The session that gives its place to a new one of the address `from`, when all places are taken: the one unused longest, for
 * `unusedMsMin` at the least, since many clients never end theirs; or, where another address has more sessions than `from`,
 * one of that address, even with a transaction open. Undefined when there is none.
 */
export function unusedSession<Session extends SessionUse>(
  sessions: Iterable<Session>,
  from: string,
  { nowMs, unusedMsMin }: { readonly nowMs: number; readonly unusedMsMin: number },
): Session | undefined {
  const all = [...sessions]
  const idle = all.filter(({ requests }) => requests === 0)
  const abandoned = longestUnused(idle.filter(({ transaction }) => transaction === undefined))
  if (abandoned !== undefined && nowMs - abandoned.usedMs >= unusedMsMin) return abandoned
  const counts = new Map<string, number>()
  for (const session of all) counts.set(session.from, (counts.get(session.from) ?? 0) + 1)
  const [most = '', count = 0] = [...counts].reduce((a, b) => (b[1] > a[1] ? b : a), ['', 0])
  if (count <= (counts.get(from) ?? 0) + 1) return undefined
  const theirs = idle.filter((session) => session.from === most)
  return longestUnused(theirs.filter(({ transaction }) => transaction === undefined)) ?? longestUnused(theirs)
}

function longestUnused<Session extends SessionUse>(sessions: readonly Session[]): Session | undefined {
  return sessions.reduce<Session | undefined>((a, b) => (a === undefined || b.usedMs < a.usedMs ? b : a), undefined)
}
