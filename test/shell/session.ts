import { openEngine } from '../../src/host/engine.ts'
import { embeddedFunctions } from '../../src/cli/session/function-list.ts'
import { Driver } from '../../src/driver/driver.ts'
import { createLocalTransport, type LocalSend } from '../../src/driver/local-transport.ts'
import type { Connection } from '../../src/shell/connection.ts'
import { printErrorReport } from '../../src/shell/error-report.ts'
import type { EventSink, ShellEvent } from '../../src/shell/events.ts'
import { History } from '../../src/shell/history.ts'
import { Settings } from '../../src/shell/settings.ts'
import { Shell } from '../../src/shell/shell.ts'
import { printIon } from '../../src/values/text-writer.ts'
import { SimEnv } from '../support/sim-env.ts'

export interface TestSession {
  readonly shell: Shell
  readonly env: SimEnv
  /** Lines of what has been said since the last call. */
  said(): string[]
  readonly sink: EventSink
  /** A second client of the same ledger. */
  readonly other: Driver
}

/** A shell on an embedded ledger in memory; `wrap` may look at and answer the requests of the shell's driver. */
export async function openSession(wrap: (send: LocalSend) => LocalSend = (send) => send): Promise<TestSession> {
  const env = new SimEnv(1)
  const engine = await openEngine({ ledger: 'test', directory: undefined, strictQldb: false }, env)
  const other = new Driver(createLocalTransport(engine.send, 'embedded'), 'test', env)
  const connection: Connection = {
    driver: new Driver(createLocalTransport(wrap(engine.send), 'embedded, in memory'), 'test', env),
    ledger: 'test',
    description: 'embedded, in memory',
    facts: [{ name: 'region', value: 'here', from: 'flag --region' }],
    close: async () => undefined,
  }
  const shell = new Shell({
    connection,
    connect: async ({ ledger }) => ({ ...connection, ledger: ledger as string, description: 'elsewhere' }),
    settings: new Settings(),
    history: new History(),
    env,
    version: '1.2.3',
    functions: embeddedFunctions,
  })
  let lines: string[] = []
  return {
    shell,
    env,
    other,
    sink: (event) => {
      const line = lineOf(event)
      if (line !== undefined) lines.push(line)
    },
    said: () => {
      const said = lines
      lines = []
      return said
    },
  }
}

/** Document and transaction ids become `<id>`. */
function lineOf(event: ShellEvent): string | undefined {
  const anonymous = (text: string) => text.replace(/[0-9A-Za-z]{22}/g, '<id>')
  switch (event.type) {
    case 'state':
      return undefined
    case 'result-start':
      return event.whole ? 'result' : 'stream'
    case 'rows':
      return event.values.length > 5
        ? `${event.values.length} rows`
        : anonymous(event.values.map((v) => printIon(v)).join(' '))
    case 'result-end':
      return `end ${event.summary.outcome} ${event.summary.documents}`
    case 'note':
      return `note: ${anonymous(event.note.message)}`
    case 'error':
      return anonymous(printErrorReport(event.report).join('\n'))
    default:
      return `${event.type}: ${anonymous(event.text)}`
  }
}
