import { render, useStdout } from 'ink'
import { useEffect } from 'react'
import { hasRoom } from '../base/has-room.ts'
import { printErrorReport } from '../shell/error-report.ts'
import type { EventSink } from '../shell/events.ts'
import type { ExitName } from '../shell/exit-codes.ts'
import { type FormatName, isFormatName } from '../shell/formats/formats.ts'
import type { Shell } from '../shell/shell.ts'
import { summaryLine } from '../shell/summary-line.ts'
import { App, type AppProps } from './app.tsx'
import { KeyDecoder } from './key-decoder.ts'
import { type PresenterPorts, present } from './presenter.ts'
import { Session, type SessionState } from './session.ts'
import { drawTable } from './table-view.tsx'
import { themeOf } from './theme.ts'
import { promptRows } from './view.ts'

export interface UiOptions {
  readonly shell: Shell
  readonly stdin: NodeJS.ReadStream
  readonly stdout: NodeJS.WriteStream
  readonly hasColour: boolean
  /** Lines shown before the first prompt. */
  readonly greeting: readonly string[]
  nowMs(): number
  /** Documents read so far by the statement that runs. */
  rowsRead(): number
  remember(input: string): void
  /** Stops the program, as Ctrl-Z does; resolves when it resumes. */
  suspend(): Promise<void>
  /** Shows a text in the user's pager, which takes the terminal; resolves when it has been left. */
  page(text: string): Promise<void>
  /** Puts what takes data away before the sink that shows everything. */
  beforeSink(sink: EventSink): EventSink
  /** How much more of an error is shown: -v once, twice. */
  readonly verbosity: number
}

/*
 * Control sequences of our own, beside Ink's (which moves the cursor, erases lines and hides the cursor while it draws):
 *   CSI ? 2004 h / l   bracketed paste on and off
 *   CSI H CSI J        home and erase below, for Ctrl-L; the scrollback stays
 */
const pasteOn = '\x1b[?2004h'
const pasteOff = '\x1b[?2004l'
const eraseScreen = '\x1b[H\x1b[J'
/** A lone Escape is a key when nothing follows it for so long. In milliseconds. */
const escapePauseMs = 50

/** How often a transaction's expiry is looked for, in milliseconds. */
const tickMs = 250

/** The interactive session on a terminal, from the first prompt to the last: resolves with the verdict. */
export async function runUi(options: UiOptions): Promise<ExitName> {
  const { shell, stdin, stdout } = options
  const theme = themeOf(options.hasColour)
  const output = new Scrollback(stdout)
  const size = () => ({ columns: Math.max(20, stdout.columns || 80), rows: Math.max(4, stdout.rows || 24) })
  const lend = async (work: () => Promise<void>) => {
    // React takes the empty live region first; unmounting then erases what is left of the old one.
    await new Promise((resolve) => setImmediate(resolve))
    giveBack()
    await work()
    giveBack = takeTerminal()
  }
  const sink = terminalSink(options, output, size, async (text) => {
    session.setPaging(true)
    await lend(() => options.page(text))
    session.setPaging(false)
  })
  let runningSinceMs = 0
  const session = new Session({
    shell,
    sink,
    echo: (state, mark) => {
      runningSinceMs = options.nowMs()
      const shown = shell.settings.isOn('display-ctrl-signals') ? mark : ''
      return output.write(echoText(state, shown, shell, theme, size().columns))
    },
    remember: options.remember,
    clearScreen: () => void output.write(eraseScreen),
    holdInput: (isHeld) => void (isHeld ? stdin.pause() : stdin.resume()),
    suspend: () => lend(options.suspend),
  })
  const look: AppProps['look'] = () => ({
    ...size(),
    nowMs: options.nowMs(),
    shell: shell.state,
    rowsRead: { count: options.rowsRead(), sinceMs: runningSinceMs },
  })
  for (const line of options.greeting) await output.write(`${line}\n`)
  const takeTerminal = (): (() => void) => {
    const detach = attachKeys(stdin, stdout, session)
    const ink = render(<Root session={session} theme={theme} look={look} output={output} />, {
      stdin,
      stdout: endlessScreen(stdout),
      exitOnCtrlC: false,
      patchConsole: false,
      maxFps: 60,
    })
    return () => {
      ink.unmount()
      detach()
    }
  }
  let giveBack = takeTerminal()
  const clock = setInterval(() => void session.tick(), tickMs)
  try {
    return await session.ended
  } finally {
    clearInterval(clock)
    giveBack()
  }
}

function terminalSink(
  options: UiOptions,
  output: Scrollback,
  size: PresenterPorts['size'],
  page: (text: string) => Promise<void>,
): EventSink {
  const { shell } = options
  const theme = themeOf(options.hasColour)
  const shown = present({
    write: (text) => output.write(text),
    size,
    format: () => formatOf(shell),
    showsMetrics: () => shell.settings.isOn('display-query-metrics'),
    draw: (lines, columns) => drawTable(lines, theme, columns),
    theme,
    summaryLine,
    errorLines: (report) => printErrorReport(report, options.verbosity),
    pager: () => (shell.settings.isOn('pager') ? page : undefined),
  })
  return options.beforeSink(shown)
}

/**
 * The terminal as Ink may see it: with rows without end. A live region as tall as the screen makes Ink 6 wipe the screen and
 * the scrollback; ours is never as tall (view.ts), but for a moment it is when the window has just shrunk.
 */
function endlessScreen(stdout: NodeJS.WriteStream): NodeJS.WriteStream {
  return new Proxy(stdout, {
    get(target, name) {
      if (name === 'rows') return Number.MAX_SAFE_INTEGER
      const member: unknown = Reflect.get(target, name, target)
      return typeof member === 'function' ? member.bind(target) : member
    },
  })
}

/** Finished output: through Ink while it draws, so that the live region stays below; straight to the stream before. */
class Scrollback {
  readonly #stream: NodeJS.WriteStream
  through: ((text: string) => void) | undefined

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream
  }

  async write(text: string): Promise<void> {
    if (text === '') return
    if (this.through !== undefined) this.through(text)
    else this.#stream.write(text)
    if (this.#stream.writableNeedDrain) await hasRoom(this.#stream)
  }
}

function Root(props: AppProps & { readonly output: Scrollback }) {
  const { write } = useStdout()
  const { output } = props
  useEffect(() => {
    output.through = write
    return () => {
      output.through = undefined
    }
  }, [output, write])
  return <App session={props.session} theme={props.theme} look={props.look} />
}

function formatOf(shell: Shell): FormatName {
  const format = shell.settings.get('format')
  return isFormatName(format) ? format : 'table'
}

function echoText(
  state: SessionState,
  mark: string,
  shell: Shell,
  theme: ReturnType<typeof themeOf>,
  columns: number,
): string {
  const { rows } = promptRows({ state, theme, shell: shell.state, columns }, Number.MAX_SAFE_INTEGER)
  return `${rows.join('\n')}${theme.faint(mark)}\n`
}

/** Raw mode and bracketed paste on; the returned function puts the terminal back. */
function attachKeys(stdin: NodeJS.ReadStream, stdout: NodeJS.WriteStream, session: Session): () => void {
  const decoder = new KeyDecoder()
  let pause: NodeJS.Timeout | undefined
  const onData = (chunk: string) => {
    clearTimeout(pause)
    void session.keys(decoder.push(chunk))
    if (decoder.isWaiting) pause = setTimeout(() => void session.keys(decoder.flush()), escapePauseMs)
  }
  const onEnd = () => void session.hangUp()
  stdin.setEncoding('utf8')
  stdin.setRawMode(true)
  stdin.on('data', onData)
  stdin.on('end', onEnd)
  stdin.resume()
  stdout.write(pasteOn)
  return () => {
    clearTimeout(pause)
    stdin.off('data', onData)
    stdin.off('end', onEnd)
    stdin.setRawMode(false)
    stdin.pause()
    stdout.write(pasteOff)
  }
}
