import { createWriteStream, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { createSecureContext } from 'node:tls'
import { LedgerError } from '../../base/errors.ts'
import { closeMsMax } from '../../base/limits.ts'
import type { AccessEntry } from '../../server/http/http-server.ts'
import type { AccessKeys } from '../../server/http/sigv4.ts'
import { parseAccessKeys } from '../../server/http/sigv4-keys.ts'
import { WireError } from '../../protocol/message.ts'
import type { ExitName } from '../../shell/exit-codes.ts'
import { escapeInQuotes, visibleLines, visibleText } from '../../shell/visible-text.ts'
import { readBoundedText } from '../../host/bounded-file.ts'
import { fileError } from '../../host/file-error.ts'
import { dataDirectory } from '../flags/places.ts'
import { realEnv } from '../../host/real-env.ts'
import { sayLine } from '../session/say-line.ts'
import { parseServeArguments, type ServeArguments } from '../flags/serve-args.ts'
import { type RunningService, type ServiceSpec, startService } from '../../host/service.ts'
import type { ToolWorld } from './tool.ts'

const demoLedger = 'vehicle-registration'

/** `qldb serve`: serves until it is stopped. */
export async function serveTool(argv: readonly string[], world: ToolWorld): Promise<ExitName> {
  const args = parseServeArguments(argv)
  if (typeof args === 'string') {
    world.stdout.write(args)
    return 'ok'
  }
  const log = args.accessLog === undefined ? undefined : openAccessLog(args.accessLog, world.stderr)
  const stopped = new Promise<void>((resolveStopped) => world.onInterrupt(resolveStopped))
  const spec = specOf(args, world, log?.write)
  const service = await startService(spec, realEnv)
  announce(service, spec, world)
  await stopped
  world.stderr.write('stopping: open transactions have time to end\n')
  const drainMs = args.drainSeconds * 1000
  const slow = setTimeout(() => {
    world.stderr.write(
      'stopped without closing the ledgers: another process holds the lock of one and does not respond\n',
    )
    world.kill()
  }, drainMs + closeMsMax)
  await service.stop(drainMs)
  clearTimeout(slow)
  await log?.close()
  return 'ok'
}

function specOf(args: ServeArguments, world: ToolWorld, onAccess: ServiceSpec['onAccess']): ServiceSpec {
  const named = args.ledgers[0] ?? demoLedger
  return {
    host: args.host,
    port: args.port,
    directory: args.memory || args.demo ? undefined : resolve(args.dataDir ?? dataDirectory(world.variables)),
    ledgers: args.demo ? [named] : args.ledgers,
    ...(args.demo ? { demoLedger: named } : {}),
    strictQldb: args.strictQldb,
    quotas: args.quotas,
    serverQuotas: args.serverQuotas,
    threads: args.threads,
    keys: args.keys === undefined ? undefined : readKeys(args.keys, world.stderr),
    tls: args.tlsCert === undefined ? undefined : readTls(args.tlsCert, args.tlsKey as string),
    exportDirectory: args.exportDir === undefined ? undefined : resolve(args.exportDir),
    region: args.region,
    version: world.version,
    ...(onAccess === undefined ? {} : { onAccess }),
    onFault: (error, requestId = '-') => {
      world.stderr.write(`error: ${faultText(error)} (request ${requestId})\n`)
    },
  }
}

/** What a client was not told: the system's own trouble, with its paths, or a fault of this program. */
function faultText(error: unknown): string {
  const cause = error instanceof WireError ? error.cause : error
  if (cause instanceof LedgerError) {
    const help = cause.help === undefined ? '' : `; help: ${cause.help}`
    return visibleText(`${cause.code}: ${cause.message}${help}`)
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return visibleLines(`a fault of this program: ${text}`)
}

/** The first line of standard output is the address alone, for programs that start a server on a free port. */
function announce({ url }: RunningService, spec: ServiceSpec, world: ToolWorld): void {
  world.stdout.write(`${url}\n`)
  const where = spec.directory === undefined ? 'in memory' : `in ${spec.directory}`
  const access = spec.keys === undefined ? 'signatures are not checked' : `${spec.keys.size} access keys`
  sayLine(world.stderr, `serving ledgers ${where}; ${access}; Ctrl-C stops`)
}

function readKeys(path: string, stderr: NodeJS.WritableStream): AccessKeys {
  const text = readText(path)
  if ((statSync(path).mode & 0o077) !== 0) {
    sayLine(stderr, `warning: other users can read the keys in '${path}'`)
  }
  try {
    return parseAccessKeys(text)
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error
    throw new LedgerError('config/invalid', `${path}: ${error.message}`, { cause: error })
  }
}

function readTls(certificatePath: string, keyPath: string): NonNullable<ServiceSpec['tls']> {
  const [certificate, key] = [readText(certificatePath), readText(keyPath)]
  const check = (options: { readonly cert?: string; readonly key?: string }, problem: string) => {
    try {
      createSecureContext(options)
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      throw new LedgerError('config/invalid', `${problem} (${reason})`, { cause: error })
    }
  }
  check({ cert: certificate }, `'${certificatePath}' has no certificate in PEM`)
  check({ key }, `'${keyPath}' has no private key in PEM without a passphrase`)
  check(
    { cert: certificate, key },
    `the key in '${keyPath}' does not belong to the certificate in '${certificatePath}'`,
  )
  return { certificate, key }
}

function readText(path: string): string {
  try {
    return readBoundedText(path)
  } catch (error) {
    throw fileError(error, path)
  }
}

interface AccessLog {
  write(entry: AccessEntry): void
  close(): Promise<void>
}

/** One line of JSON a request. A log that can't be written any more does not stop the server. */
function openAccessLog(path: string, stderr: NodeJS.WritableStream): AccessLog {
  const file = path === '-' ? undefined : createWriteStream(path, { flags: 'a', mode: 0o600 })
  file?.on('error', (error) => {
    sayLine(stderr, `warning: the access log failed: ${String(fileError(error, path))}`)
  })
  return {
    write({ timeMs, ms, ...entry }) {
      const line = { time: new Date(timeMs).toISOString(), ...entry, ms: Math.round(ms * 1000) / 1000 }
      ;(file ?? stderr).write(`${escapeInQuotes(JSON.stringify(line))}\n`)
    },
    close: () => new Promise((done) => (file === undefined ? done() : file.end(done))),
  }
}
