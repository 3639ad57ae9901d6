import { allStatementsMemoryBytesMax, storeSnapshotsMax } from '../../base/limits.ts'
import type { ServerQuotas } from '../../host/server-quotas.ts'
import type { Quotas } from '../../host/quotas.ts'
import { defaultRequestLimits, type RequestLimits } from '../../protocol/codec.ts'
import { defaultHttpLimits, type HttpLimits } from '../../server/http/http-limits.ts'
import { defaultRouterLimits, type RouterLimits } from '../../server/session-router.ts'
import { parseQuotas, quotaHelp, quotaNames, type QuotaRange, quotaNumber, quotaText } from './quota-args.ts'

type Target = QuotaRange & {
  readonly factor?: number
  /** For the table in docs/serve.md. */
  readonly bounds: string
} & (
    | { readonly requests: keyof RequestLimits }
    | { readonly http: keyof HttpLimits }
    | { readonly router: keyof RouterLimits }
    | { readonly memory: true }
  )

/** Of a timer: it has 31 bits of milliseconds. */
const seconds = { factor: 1000, most: Math.floor(0x7fff_ffff / 1000) }

const targets: Readonly<Record<string, Target>> = {
  'statement-parameters': { requests: 'parameters', bounds: 'parameters of one statement' },
  'request-members': { requests: 'members', bounds: 'members and items in the JSON of one request' },
  'request-bytes': { http: 'bodyBytesMax', isBytes: true, bounds: 'the body of a request' },
  'control-bytes': { http: 'controlBodyBytesMax', isBytes: true, bounds: 'the body of a request to the control plane' },
  'header-bytes': { http: 'headerBytesMax', isBytes: true, bounds: "a request's line and headers" },
  'held-bytes': {
    http: 'heldBytesMax',
    isBytes: true,
    bounds: 'bodies and unfetched answers of all connections',
  },
  'turn-bytes': {
    http: 'turnBytesMin',
    isBytes: true,
    bounds: 'a read from a socket from which on its connection waits for its turn',
  },
  'request-seconds': { http: 'requestMsMax', ...seconds, bounds: 'the time in which a request must arrive' },
  'fetch-seconds': { http: 'answerMsMax', ...seconds, bounds: 'the time in which a client must fetch an answer' },
  'idle-seconds': { http: 'idleMsMax', ...seconds, bounds: 'how long a connection stays open without a request' },
  'all-statements-memory': { memory: true, isBytes: true, bounds: 'memory of all statements together' },
  connections: { http: 'connectionsMax', bounds: 'connections' },
  'address-connections': {
    http: 'addressConnectionsMax',
    bounds: 'connections from one address (of IPv6: from one /64)',
  },
  'connection-requests': {
    http: 'connectionRequestsMax',
    bounds: 'requests on one connection that have no answer yet',
  },
  'server-sessions': { router: 'serverSessionsMax', bounds: 'sessions open at once on all ledgers' },
  'session-requests': {
    router: 'sessionRequestsMax',
    bounds: 'requests of one session, counting those that wait for the one being worked on',
  },
  'unused-session-seconds': {
    router: 'unusedSessionMsMin',
    factor: 1000,
    bounds: 'how long a session stays unused before a new one may take its place when all places are taken',
  },
  'open-transactions': {
    router: 'openTransactionsMax',
    most: storeSnapshotsMax - 1,
    bounds: 'transactions open at once; each may hold a snapshot, so at most 4,095',
  },
}

/** Each quota of a server with its default, as docs/serve.md has them. */
export function serveQuotaRows(): readonly {
  readonly name: string
  readonly bounds: string
  readonly value: string
}[] {
  return Object.entries(targets).map(([name, target]) => ({
    name,
    bounds: target.bounds,
    value: quotaText(defaultOf(target) / (target.factor ?? 1), target.isBytes === true),
  }))
}

function defaultOf(target: Target): number {
  if ('requests' in target) return defaultRequestLimits[target.requests]
  if ('http' in target) return defaultHttpLimits[target.http]
  return 'router' in target ? defaultRouterLimits[target.router] : allStatementsMemoryBytesMax
}

/** All that `qldb serve` takes. */
export const serveQuotaNames: readonly string[] = [...quotaNames, ...Object.keys(targets)]

/** For `qldb serve --help`. */
export const serveQuotaHelp = `${quotaHelp}, ${Object.keys(targets).join(', ')}`

/** The quotas of `qldb serve`: parseQuotas reads those of its ledgers. Throws LedgerError 'usage/invalid-argument'. */
export function parseServeQuotas(
  texts: readonly string[],
  tempDir?: string,
): { ledgers: Quotas; server: ServerQuotas } {
  const requests: Partial<Record<keyof RequestLimits, number>> = {}
  const http: Partial<Record<keyof HttpLimits, number>> = {}
  const router: Partial<Record<keyof RouterLimits, number>> = {}
  const others: string[] = []
  let allStatementsMemoryBytes = allStatementsMemoryBytesMax
  for (const text of texts) {
    const [name = '', value = ''] = text.split(/=(.*)/s, 2)
    const target = Object.hasOwn(targets, name) ? targets[name] : undefined
    if (target === undefined) {
      others.push(text)
      continue
    }
    const number = quotaNumber(name, value, target) * (target.factor ?? 1)
    if ('requests' in target) requests[target.requests] = number
    else if ('http' in target) http[target.http] = number
    else if ('router' in target) router[target.router] = number
    else allStatementsMemoryBytes = number
  }
  return {
    ledgers: parseQuotas(others, tempDir, serveQuotaNames),
    server: { requests, http, router, allStatementsMemoryBytes },
  }
}
