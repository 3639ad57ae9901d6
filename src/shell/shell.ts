import type { Env } from '../base/env.ts'
import { LedgerError } from '../base/errors.ts'
import { includeDepthMax } from '../base/limits.ts'
import { describeFailure, isOutcomeUnknown, isRefused } from '../driver/failure.ts'
import { isComplete, type ScriptStatement } from '../syntax/split.ts'
import { parseAllIon } from '../values/text-reader.ts'
import type { Value } from '../values/value.ts'
import type { Auditor, AuditName } from './auditor.ts'
import { askToRollBack, type Leave, mayRun } from './confirm.ts'
import { type CommandHost, findCommand, meantCommand } from './commands.ts'
import { type Completion, complete, fileToComplete } from './completion.ts'
import type { Connect, Connection, ConnectTarget } from './connection.ts'
import { type ReportContext, reportOf } from './error-report.ts'
import type { EventSink } from './events.ts'
import { FieldNames } from './field-names.ts'
import type { ShellFiles } from './files.ts'
import type { FunctionList } from './function-list.ts'
import type { History } from './history.ts'
import { Listings } from './listings.ts'
import { alreadyOpen, OpenTransaction, type OpenTransactionState } from './open-transaction.ts'
import { parametersFor } from './parameters.ts'
import { endsInside, isClosed, isCommand, readScript } from './script-reader.ts'
import type { Ask } from './risk.ts'
import { runScript, type RunOutcome, type RunOptions } from './script-run.ts'
import { type Settings, settingNames } from './settings.ts'
import { RowsNotCommitted, RowsNotShown, runAlone, runInside } from './statement-run.ts'
import { settingsText, statusText } from './status-text.ts'
import { TableNames } from './table-names.ts'

export interface ShellOptions {
  readonly connection: Connection
  /** For `use`. */
  readonly connect: Connect
  readonly settings: Settings
  readonly history: History
  readonly env: Env
  /** For `status`. */
  readonly version: string
  /** For `digest`, `prove` and `verify`; without it these commands report that they are unavailable. */
  readonly auditor?: Auditor
  /** For `help functions`; without it the list is empty. */
  readonly functions?: FunctionList
  /** For `include` and `output`; likewise. */
  readonly files?: ShellFiles
  /** For every statement that has a `?`, unless `bind` came before it. */
  readonly parameters?: readonly Value[]
}

/** For prompts and status lines. */
export interface ShellState {
  readonly ledger: string
  readonly description: string
  /** The prompt's text, variables filled in: `qldb> `, in a transaction `qldb *> `. */
  readonly prompt: string
  readonly transaction: OpenTransactionState | undefined
}

/** What Enter does with a text: nothing, run it, or begin a new line. */
export type InputState = 'empty' | 'complete' | 'incomplete'

const fine: RunOutcome = { exit: 'ok', quit: false }

/** The REPL without a terminal: text in, events out. One input at a time. */
export class Shell {
  readonly settings: Settings
  readonly history: History
  readonly #connect: Connect
  readonly #env: Env
  readonly #version: string
  readonly #auditor: Auditor | undefined
  readonly #listings: Listings
  readonly #files: ShellFiles | undefined
  readonly #parameters: readonly Value[]
  /** Whether no statement has had a `?` for them. */
  #areUnused: boolean
  readonly #tables = new TableNames()
  readonly #fields = new FieldNames()
  #connection: Connection
  /** Every connection of the session, by what `use` asked for. */
  readonly #opened = new Map<string, Connection>()
  /** Whether the current statement has reached the ledger. */
  #isSent = false
  /** By `bind`, for the next statement. */
  #bound: readonly Value[] | undefined
  /** The format before `vertical`. */
  #formatBefore = 'auto'
  #includeDepth = 0
  readonly #open: OpenTransaction

  constructor(options: ShellOptions) {
    this.settings = options.settings
    this.history = options.history
    this.#connection = options.connection
    this.#opened.set(placeKey({ ledger: options.connection.ledger }), options.connection)
    this.#connect = options.connect
    this.#env = options.env
    this.#open = new OpenTransaction(options.env)
    this.#version = options.version
    this.#auditor = options.auditor
    this.#listings = new Listings(options.settings, this.#tables, options.functions)
    this.#files = options.files
    this.#parameters = options.parameters ?? []
    this.#areUnused = this.#parameters.length > 0
  }

  /** A new object at every call; changes with `state` events. */
  get state(): ShellState {
    const { ledger, description, facts } = this.#connection
    const variables = {
      LEDGER: ledger,
      REGION: facts.find(({ name }) => name === 'region')?.value ?? '',
      ACTIVE_TRANSACTION: this.inTransaction ? ' *' : '',
    }
    return {
      ledger,
      description,
      prompt: this.settings.get('prompt').replace(promptVariable, (_, name: keyof typeof variables) => variables[name]),
      transaction: this.#open.state,
    }
  }

  get inTransaction(): boolean {
    return this.#open.current !== undefined
  }

  /** Read IOs of the running statement so far; 0 where that is not known. */
  get readIosSoFar(): number {
    return this.#connection.driver.transport.readIosSoFar?.() ?? 0
  }

  /** The active tables as last seen, for completion. Sends no request. */
  get knownTables(): readonly string[] {
    return this.#tables.known
  }

  /** Whether `text` is ready: a command, or a statement that is closed (terminated, if `terminator-required` is on). */
  inputState(text: string): InputState {
    if (text.trim() === '') return 'empty'
    if (isCommand(text) && !endsInside(text)) return 'complete'
    // Checked first because it is cheap: a long paste without brackets calls this for each of its lines.
    if (this.settings.isOn('terminator-required') && !/[;\\]/.test(text)) return 'incomplete'
    const ready = this.settings.isOn('terminator-required') ? isComplete(text) : isClosed(text)
    return ready ? 'complete' : 'incomplete'
  }

  /** Completions of the word before the caret. Requests the tables once, if no transaction is open. */
  async completions(text: string, caret: number): Promise<Completion> {
    const path = fileToComplete(text, caret)
    if (path !== undefined) return { start: caret - path.length, words: this.#files?.complete(path) ?? [] }
    const isUnknown = this.#tables.known.length === 0 && !this.inTransaction
    if (isUnknown) await this.#tables.ask(this.#connection.driver, undefined).catch(() => undefined)
    return complete(text, caret, this.#tables.known, this.#fields.known)
  }

  /** Runs commands and statements of a typed input in order, up to the first error. Never rejects for the user's faults. */
  async run(text: string, sink: EventSink, options: RunOptions = {}): Promise<RunOutcome> {
    for (const statement of readScript(text)) {
      const outcome = await this.runStatement(statement, sink, options)
      if (outcome.exit !== 'ok' || outcome.quit) return outcome
    }
    return fine
  }

  /**
   * Runs one statement or command. A statement that the ledger refused has changed nothing: its transaction stays open at
   * the prompt (`on-error`), and is rolled back in a script. Any other error of a statement rolls it back; a command's does not.
   */
  async runStatement(statement: ScriptStatement, sink: EventSink, options: RunOptions = {}): Promise<RunOutcome> {
    const wasOpen = this.inTransaction
    // If findCommand refuses the text, nothing was sent.
    let isCall = true
    let outcome = fine
    try {
      const call = findCommand(statement.text)
      isCall = call !== undefined
      if (call === undefined) {
        if (!(await this.#mayRun(statement.text, options))) {
          await sink({ type: 'notice', text: 'not run: nothing was changed' })
          return { exit: 'failed', quit: false }
        }
        await this.#execute(statement, sink, options)
      } else {
        const host = this.#hostFor(sink, (ended) => (outcome = ended), options)
        await call.command.run(host, call.words, call.rest)
      }
      return outcome
    } catch (error) {
      const isCommandsFault = isCall || (isRefused(error) && meantCommand(statement.text) !== undefined)
      const keeps = isCommandsFault || this.#keepsOpen(error, options)
      const fate = wasOpen ? await this.#open.settle(keeps, sink) : 'none'
      return await this.#report(error, { statement, file: options.file, fate }, sink)
    }
  }

  /** Aborts the open transaction; false when there is none. */
  async abortOpen(sink: EventSink): Promise<boolean> {
    return await this.#open.drop(sink)
  }

  /**
   * For a prompt, now and then: once the open transaction's time should be over, asks the ledger, and says so if it is.
   * `onExpired` is called before anything else can be run.
   */
  async noticeExpiry(sink: EventSink, onExpired: () => void): Promise<void> {
    await this.#open.noticeExpiry(sink, onExpired)
  }

  /** Ctrl-D: rolls back an open transaction, if the user agrees, and stays (quit: false), else asks to leave (quit: true). */
  async endOfInput(sink: EventSink, ask?: Ask): Promise<RunOutcome> {
    if ((await this.#askToRollBack(ask, 'Roll it back? [y/N] ')) === 'refused') return fine
    if (!(await this.abortOpen(sink))) return { exit: 'ok', quit: true }
    await sink({ type: 'notice', text: 'transaction aborted' })
    return fine
  }

  /** The end of the session: aborts an open transaction with a warning (exit 'failed') and closes its connections. */
  async close(sink: EventSink): Promise<RunOutcome> {
    const wasOpen = await this.abortOpen(sink)
    if (wasOpen) await sink({ type: 'warning', text: openAtEndText })
    if (this.#areUnused) await sink({ type: 'warning', text: unusedParametersText })
    for (const connection of this.#opened.values()) await connection.close()
    return { exit: wasOpen ? 'failed' : this.#areUnused ? 'usage' : 'ok', quit: true }
  }

  /** What the command table may do, for one command. */
  #hostFor(sink: EventSink, end: (outcome: RunOutcome) => void, options: RunOptions): CommandHost {
    return {
      begin: () => this.#open.begin(this.#connection.driver, sink),
      commit: () => this.#open.commit(sink),
      abort: () => this.#open.abort(sink),
      showTables: () => this.#listings.tables(this.#connection, this.#open.current, sink),
      showStatus: async () =>
        sink({ type: 'text', ...statusText(this.state, this.#connection.facts, this.#version, this.#env.nowMs()) }),
      showSettings: async () => {
        const settings = settingNames.map((name) => ({ name, ...this.settings.state(name) }))
        await sink({ type: 'text', ...settingsText([...this.#connection.facts, ...settings]) })
      },
      changeSetting: async (name, value) => {
        const changed = this.settings.set(name, value, 'set')
        await sink({ type: 'notice', text: `${changed} is now '${this.settings.get(changed)}'` })
        await sink({ type: 'state' })
      },
      useLedger: (target) => this.#use(target, sink),
      audit: (name, words) => this.#audit(name, words, sink, options.signal),
      describe: (table) => this.#listings.describe(this.#connection, table, sink),
      showLedgers: () => this.#listings.ledgers(this.#connection, sink),
      showHistory: (count) => this.#listings.history(this.history, count, sink),
      showVertical: (isOn) => this.#showVertical(isOn, sink),
      bind: async (values) => {
        this.#bound = values
      },
      include: async (path) => end(await this.#include(path, sink, options)),
      redirect: async (path) => {
        await this.#needFiles('output').redirect(path)
        await sink({ type: 'notice', text: path === undefined ? 'data is shown again' : `data goes into '${path}'` })
      },
      help: (topic) => this.#listings.help(topic, sink),
      showFunctions: (pattern = '') => this.#listings.functions(pattern, sink),
      leave: async () => {
        const answer = await this.#askToRollBack(options.ask, 'Roll it back and leave? [y/N] ')
        if (answer === 'refused') return
        if (answer === 'agreed' && this.inTransaction) await this.#open.abort(sink)
        end({ exit: 'ok', quit: true })
      },
    }
  }

  async #showVertical(isOn: boolean | undefined, sink: EventSink): Promise<void> {
    const format = this.settings.get('format')
    const isNow = format === 'vertical'
    const isWanted = isOn ?? !isNow
    if (isWanted && !isNow) this.#formatBefore = format
    if (isWanted !== isNow) this.settings.set('format', isWanted ? 'vertical' : this.#formatBefore, 'vertical')
    await sink({ type: 'notice', text: `format is now '${this.settings.get('format')}'` })
  }

  #needFiles(command: string): ShellFiles {
    if (this.#files !== undefined) return this.#files
    throw new LedgerError('usage/unknown-command', `'${command}' is not offered here`)
  }

  /** Runs a script inside the session, its open transaction included. */
  async #include(path: string, sink: EventSink, options: RunOptions): Promise<RunOutcome> {
    const chunks = this.#needFiles('include').readScript(path)
    if (this.#includeDepth >= includeDepthMax) {
      throw new LedgerError('usage/invalid-argument', `scripts include each other more than ${includeDepthMax} deep`)
    }
    this.#includeDepth += 1
    try {
      const continueOnError = options.continueOnError === true
      return await runScript(this, chunks, sink, { ...options, file: path, continueOnError })
    } finally {
      this.#includeDepth -= 1
    }
  }

  async #use(target: ConnectTarget, sink: EventSink): Promise<void> {
    if (this.inTransaction) throw alreadyOpen("'use' can't leave an open transaction")
    const place = { ...target, ledger: target.ledger ?? this.#connection.ledger }
    const key = placeKey(place)
    const next = this.#opened.get(key) ?? (await this.#connect(place))
    this.#opened.set(key, next)
    this.#connection = next
    this.#tables.forget()
    this.#fields.forget()
    await sink({ type: 'state' })
    await sink({ type: 'notice', text: `now on ledger '${next.ledger}' (${next.description})` })
  }

  /** A report that found something is printed, and is then an error too. */
  async #audit(
    name: AuditName,
    words: readonly string[],
    sink: EventSink,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    if (this.#auditor === undefined) throw new LedgerError('usage/unknown-command', `'${name}' is not offered here`)
    const inJson = /^jsonl?$/.test(this.settings.get('format'))
    const control = { inJson, ...(signal === undefined ? {} : { signal }) }
    const { text, form, refuted } = await this.#auditor[name](this.#connection, words, control)
    const rows = form === 'ion' ? parseAllIon(text) : form === 'json' ? ('text' as const) : undefined
    await sink({ type: 'text', text, ...(rows === undefined ? {} : { rows }) })
    if (refuted !== undefined) throw new LedgerError('proof/refuted', refuted)
  }

  async #execute(statement: ScriptStatement, sink: EventSink, { signal, file }: RunOptions): Promise<void> {
    this.#isSent = false
    const bound = this.#bound
    this.#bound = undefined
    if (bound === undefined && statement.text.includes('?')) this.#areUnused = false
    const parameters = parametersFor(statement.text, bound, this.#parameters)
    const takesNotices = this.settings.isOn('notices')
    const shown = this.#fields.before(sink)
    const options = { sink: shown, env: this.#env, signal, parameters, takesNotices, file }
    this.#isSent = true
    const transaction = this.#open.current
    if (transaction !== undefined) {
      await runInside(transaction, statement, options)
      return this.#open.countStatement()
    }
    if (!this.settings.isOn('auto-commit')) {
      throw new LedgerError('transaction/not-open', 'no transaction is open, and auto-commit is off', {
        help: "'begin' starts a transaction",
      })
    }
    await runAlone(this.#connection.driver, statement, options)
  }

  async #mayRun(text: string, { ask }: RunOptions): Promise<boolean> {
    this.#isSent = false
    if (ask === undefined || !this.settings.isOn('confirm')) return true
    return await mayRun(text, ask, this.#connection, this.#open.current)
  }

  async #askToRollBack(ask: Ask | undefined, prompt: string): Promise<Leave> {
    if (ask === undefined || !this.settings.isOn('confirm')) return 'unasked'
    return await askToRollBack(ask, this.#open.statements, prompt)
  }

  #keepsOpen(error: unknown, { isScript, signal }: RunOptions): boolean {
    if (isScript === true || signal?.aborted === true || this.settings.get('on-error') !== 'keep') return false
    return !this.#isSent || isRefused(error)
  }

  async #report(raised: unknown, context: ReportContext, sink: EventSink): Promise<RunOutcome> {
    const aside = asideOf(raised)
    const error = aside === undefined ? raised : (raised as RowsNotCommitted | RowsNotShown).cause
    const driver = this.inTransaction ? undefined : this.#connection.driver
    const command = commandHelp(error, context)
    const help = await this.#tables.helpFor(describeFailure(error).message, driver)
    const report = reportOf(error, {
      ...context,
      command,
      help,
      ...(isOutcomeUnknown(error) ? { fate: 'unknown' } : {}),
    })
    const message = aside === undefined ? report.message : `${report.message}; ${aside}`
    await sink({ type: 'error', report: { ...report, message } })
    return { exit: report.exit, quit: false }
  }
}

/** `comit;` is a name that stands for nothing, and was meant as a command. */
function commandHelp(error: unknown, { statement }: ReportContext): string | undefined {
  const meant = statement === undefined || !isRefused(error) ? undefined : meantCommand(statement.text)
  return meant === undefined ? undefined : `did you mean the command '${meant}'?`
}

function placeKey({ ledger, region, profile, endpoint }: ConnectTarget): string {
  return JSON.stringify([ledger, region, profile, endpoint])
}

/** What must be said of the rows beside the error itself. */
function asideOf(raised: unknown): string | undefined {
  if (raised instanceof RowsNotCommitted) {
    return isOutcomeUnknown(raised.cause)
      ? 'the rows shown above may not be committed'
      : 'the rows shown above are not committed'
  }
  return raised instanceof RowsNotShown ? 'the statement itself is committed' : undefined
}

const promptVariable = /\$(LEDGER|REGION|ACTIVE_TRANSACTION)/g

const unusedParametersText = "no statement had a '?' for the values of --param"
export const openAtEndText = 'a transaction was still open at the end: rolled back; no changes were saved'
