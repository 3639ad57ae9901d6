import { LedgerError } from '../base/errors.ts'
import { hasRoom } from '../base/has-room.ts'
import { printErrorReport, reportOf } from '../shell/error-report.ts'
import type { EventSink } from '../shell/events.ts'
import { type ExitName, firstFailure } from '../shell/exit-codes.ts'
import { isFormatName } from '../shell/formats/formats.ts'
import { isYes, type Question } from '../shell/risk.ts'
import { summaryLine } from '../shell/summary-line.ts'
import { lineText } from '../shell/formats/table-layout.ts'
import { present } from './presenter.ts'
import type { UiOptions } from './run-ui.tsx'
import { themeOf } from './theme.ts'

export interface PlainUiOptions extends Omit<UiOptions, 'hasColour' | 'suspend' | 'page'> {
  /** Calls back at every SIGINT; returns how to stop listening. */
  readonly onInterrupt: (callback: () => void) => () => void
}

/** The terminal's own line editor keeps no more bytes of a line than this, and drops the rest without a word. */
const terminalLineBytesMax = 4095
/** How often a transaction's expiry is looked for, in milliseconds. */
const tickMs = 250
/** Milliseconds after which a running statement reports that it is running; each further report takes twice as long. */
const progressAfterMs = 1_000

/**
 * The interactive session on a terminal that knows no control sequences (TERM is `dumb` or not set): the terminal's own line
 * editor, a prompt, and no escape byte. A statement may span lines; Ctrl-C drops what was typed or stops the statement that
 * runs, Ctrl-D leaves. Resolves with the verdict.
 */
export async function runPlainUi(options: PlainUiOptions): Promise<ExitName> {
  return new PlainSession(options).run()
}

class PlainSession {
  readonly #options: PlainUiOptions
  readonly #sink: EventSink
  /** The lines of a statement that is not complete yet. */
  #text = ''
  #running: AbortController | undefined
  readonly #input: AsyncGenerator<string>
  #waiting: Promise<IteratorResult<string>> | undefined
  #stopTelling: () => void = () => {}
  /** Answers the question that is open. */
  #refuse: (() => void) | undefined

  constructor(options: PlainUiOptions) {
    const { shell, stdout, verbosity } = options
    this.#options = options
    this.#input = this.#lines()
    const shown = present({
      write: (text) => this.#write(text),
      size: () => ({ columns: Math.max(20, stdout.columns || 80), rows: Math.max(4, stdout.rows || 24) }),
      format: () => {
        const format = shell.settings.get('format')
        return isFormatName(format) ? format : 'table'
      },
      showsMetrics: () => shell.settings.isOn('display-query-metrics'),
      draw: (lines) => lines.map((line) => `${lineText(line)}\n`).join(''),
      theme: themeOf(false),
      summaryLine,
      errorLines: (report) => printErrorReport(report, verbosity),
      pager: () => undefined,
    })
    this.#sink = options.beforeSink(shown)
  }

  async run(): Promise<ExitName> {
    const { shell, greeting, onInterrupt } = this.#options
    const ignore = onInterrupt(() => this.#interrupt())
    const clock = setInterval(() => void this.#noticeExpiry(), tickMs)
    let exit: ExitName = 'ok'
    try {
      for (const line of greeting) await this.#write(`${line}\n`)
      await this.#prompt()
      for (let line = await this.#nextLine(); line !== undefined; line = await this.#nextLine()) {
        if (await this.#take(line)) break
        await this.#prompt()
      }
    } finally {
      exit = firstFailure(exit, (await shell.close(this.#sink)).exit)
      ignore()
      clearInterval(clock)
      // Ends the reading of standard input, which would keep the process.
      void this.#input.return(undefined)
    }
    return exit
  }

  /** Undefined at the end of the input. A line that an interrupted question waited for is the next one's. */
  async #nextLine(): Promise<string | undefined> {
    this.#waiting ??= this.#input.next()
    const { done, value } = await this.#waiting
    this.#waiting = undefined
    return done === true ? undefined : value
  }

  /** Whole lines, without their ends; what stands before the end of the input is a line too. */
  async *#lines(): AsyncGenerator<string> {
    const { stdin } = this.#options
    stdin.setEncoding('utf8')
    let rest = ''
    for await (const chunk of stdin as AsyncIterable<string>) {
      const lines = (rest + chunk).split(/\r?\n/)
      rest = lines.pop() as string
      yield* lines
    }
    if (rest !== '') yield rest
    await this.#write('\n')
  }

  /** Takes a line; true when the user has left. */
  async #take(line: string): Promise<boolean> {
    const { shell, remember } = this.#options
    if (Buffer.byteLength(line) >= terminalLineBytesMax) {
      this.#text = ''
      const bytes = terminalLineBytesMax.toLocaleString('en-US')
      const error = new LedgerError(
        'statement/too-large',
        `the terminal cuts a line at ${bytes} bytes: nothing was run`,
        {
          help: 'break it into lines, or run it as a script',
        },
      )
      const report = reportOf(error, { statement: undefined, file: undefined, fate: 'none' })
      await this.#sink({ type: 'error', report })
      return false
    }
    const before = this.#text
    this.#text = before === '' ? line : `${before}\n${line}`
    const state = shell.inputState(this.#text)
    if (state === 'empty') this.#text = ''
    if (state === 'empty' || (state === 'incomplete' && line.trim() !== '')) return false
    const text = this.#text
    this.#text = ''
    if (shell.history.add(text)) remember(text)
    return this.#submit(text)
  }

  async #submit(text: string): Promise<boolean> {
    const controller = new AbortController()
    this.#running = controller
    this.#stopTelling = this.#tellProgress()
    const outcome = await this.#options.shell.run(text, this.#sink, {
      signal: controller.signal,
      ask: (question) => this.#ask(question),
    })
    this.#stopTelling()
    this.#running = undefined
    return outcome.quit
  }

  /** The next line is the answer. */
  async #ask({ text, prompt }: Question): Promise<boolean> {
    await this.#write(`${text}\n${prompt}`)
    this.#stopTelling()
    const interrupted = new Promise<undefined>((resolve) => {
      this.#refuse = () => resolve(undefined)
    })
    const line = await Promise.race([this.#nextLine(), interrupted])
    this.#refuse = undefined
    this.#stopTelling = this.#tellProgress()
    return line !== undefined && isYes(line)
  }

  #interrupt(): void {
    if (this.#running !== undefined) {
      if (this.#refuse !== undefined) void this.#write('\n')
      this.#refuse?.()
      this.#running.abort()
      return
    }
    this.#text = ''
    void this.#write(`\n${this.#options.shell.state.prompt}`)
  }

  /** What has been typed of a statement was meant for the transaction that is gone. */
  async #noticeExpiry(): Promise<void> {
    if (this.#running !== undefined) return
    let isExpired = false
    await this.#options.shell.noticeExpiry(
      async (event) => {
        if (!isExpired || event.type === 'state') return
        await this.#write('\n')
        await this.#sink(event)
      },
      () => {
        isExpired = true
        this.#text = ''
      },
    )
    if (isExpired) await this.#prompt()
  }

  async #prompt(): Promise<void> {
    const { prompt } = this.#options.shell.state
    await this.#write(this.#text === '' ? prompt : '-> '.padStart(prompt.length))
  }

  /** A line after a second, two, four …; returns how to stop. */
  #tellProgress(): () => void {
    const { nowMs, rowsRead } = this.#options
    const startedMs = nowMs()
    let timer: NodeJS.Timeout
    const tellAfter = (ms: number) => {
      timer = setTimeout(() => {
        const seconds = Math.round((nowMs() - startedMs) / 1000)
        void this.#write(
          `running for ${seconds} s, ${rowsRead().toLocaleString('en-US')} documents read; Ctrl-C stops it\n`,
        )
        tellAfter(2 * ms)
      }, ms)
    }
    tellAfter(progressAfterMs)
    return () => clearTimeout(timer)
  }

  async #write(text: string): Promise<void> {
    const { stdout } = this.#options
    if (text !== '' && !stdout.write(text)) await hasRoom(stdout)
  }
}
