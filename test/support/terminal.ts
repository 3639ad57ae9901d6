import { join } from 'node:path'
import { type IPty, spawn } from '@lydell/node-pty'
import xterm from '@xterm/headless'
import { projectRoot } from './root.ts'

export interface TerminalOptions {
  readonly columns?: number
  readonly rows?: number
  readonly env?: Record<string, string | undefined>
}

/** The built program in a real pseudo-terminal, read through a screen model: a test sees what a person would. */
export class TerminalSession {
  readonly #pty: IPty
  readonly #screen: InstanceType<typeof xterm.Terminal>
  #bytes = ''
  #exit: { exitCode: number; signal?: number | undefined } | undefined
  #listeners: (() => void)[] = []

  constructor(args: readonly string[], options: TerminalOptions = {}) {
    const columns = options.columns ?? 80
    const rows = options.rows ?? 24
    this.#screen = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true, scrollback: 10_000 })
    const env: Record<string, string | undefined> = { ...process.env, TERM: 'xterm-256color', ...options.env }
    for (const name of ['CI', 'NO_COLOR', 'FORCE_COLOR']) if (!(name in (options.env ?? {}))) delete env[name]
    this.#pty = spawn(process.execPath, [join(projectRoot, 'bin', 'qldb.cjs'), ...args], {
      cols: columns,
      rows,
      cwd: projectRoot,
      env: Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined)) as Record<string, string>,
    })
    this.#pty.onData((data) => {
      this.#bytes += data
      this.#screen.write(data, () => this.#wake())
    })
    this.#pty.onExit((exit) => {
      this.#exit = exit
      this.#wake()
    })
  }

  /** Every byte that the program wrote. */
  get bytes(): string {
    return this.#bytes
  }

  type(text: string): void {
    this.#pty.write(text)
  }

  /** Types a text and Enter as a terminal with bracketed paste does for a paste: here, plain typing. */
  enter(text: string): void {
    this.#pty.write(`${text}\r`)
  }

  resize(columns: number, rows: number): void {
    this.#pty.resize(columns, rows)
    this.#screen.resize(columns, rows)
  }

  kill(signal = 'SIGKILL'): void {
    if (this.#exit === undefined) this.#pty.kill(signal)
  }

  /** The rows of the screen and everything that scrolled off it, trailing blanks cut. */
  lines(): string[] {
    const buffer = this.#screen.buffer.active
    const lines: string[] = []
    for (let index = 0; index < buffer.length; index += 1)
      lines.push((buffer.getLine(index)?.translateToString(true) ?? '').trimEnd())
    while (lines.at(-1) === '') lines.pop()
    return lines
  }

  text(): string {
    return this.lines().join('\n')
  }

  /** Row (of lines()) and column of the cursor. */
  cursor(): { row: number; column: number } {
    const buffer = this.#screen.buffer.active
    return { row: buffer.baseY + buffer.cursorY, column: buffer.cursorX }
  }

  /** Resolves when the screen fulfils the condition; throws with the screen as it is when it never does. */
  async waitFor(condition: RegExp | ((text: string) => boolean), timeoutMs = 15_000): Promise<string> {
    const holds = () => (condition instanceof RegExp ? condition.test(this.text()) : condition(this.text()))
    const deadline = Date.now() + timeoutMs
    while (!holds()) {
      if (Date.now() > deadline || (this.#exit !== undefined && !(await this.#settled(holds)))) {
        throw new Error(`the screen never showed ${String(condition)}; it shows:\n${this.text()}`)
      }
      await this.#change(Math.min(250, deadline - Date.now()))
    }
    return this.text()
  }

  async waitForExit(timeoutMs = 15_000): Promise<number> {
    const deadline = Date.now() + timeoutMs
    while (this.#exit === undefined) {
      if (Date.now() > deadline) throw new Error(`the program did not end; the screen shows:\n${this.text()}`)
      await this.#change(250)
    }
    // The screen takes what was written in its own time.
    await new Promise<void>((resolve) => this.#screen.write('', resolve))
    return this.#exit.exitCode
  }

  async #settled(holds: () => boolean): Promise<boolean> {
    await new Promise((resolve) => setTimeout(resolve, 100))
    return holds()
  }

  #wake(): void {
    const listeners = this.#listeners
    this.#listeners = []
    for (const listener of listeners) listener()
  }

  #change(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, Math.max(1, timeoutMs))
      this.#listeners.push(() => {
        clearTimeout(timer)
        resolve()
      })
    })
  }
}
