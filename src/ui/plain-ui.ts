import { LedgerError } from '../base/errors.ts'
import { hasRoom } from '../base/has-room.ts'
import { printErrorReport, reportOf } from '../shell/error-report.ts'
import type { EventSink } from '../shell/events.ts'
import { type ExitName, firstFailure } from '../shell/exit-codes.ts'
import { isFormatName } from '../shell/formats/formats.ts'
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

  constructor(options: PlainUiOptions) {
    const { shell, stdout, verbosity } = options
    this.#options = options
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
    let exit: ExitName = 'ok'
    try {
      for (const line of greeting) await this.#write(`${line}\n`)
      await this.#prompt()
      for await (const line of this.#lines()) {
        if (await this.#take(line)) break
        await this.#prompt()
      }
    } finally {
      exit = firstFailure(exit, (await shell.close(this.#sink)).exit)
      ignore()
    }
    return exit
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
    const stopTelling = this.#tellProgress()
    const outcome = await this.#options.shell.run(text, this.#sink, { signal: controller.signal })
    stopTelling()
    this.#running = undefined
    return outcome.quit
  }

  #interrupt(): void {
    if (this.#running !== undefined) {
      this.#running.abort()
      return
    }
    this.#text = ''
    void this.#write(`\n${this.#options.shell.state.prompt}`)
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
