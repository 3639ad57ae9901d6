import { sharedBeginning } from '../shell/completion.ts'
import type { EventSink } from '../shell/events.ts'
import type { ExitName } from '../shell/exit-codes.ts'
import { isYes, type Question } from '../shell/risk.ts'
import type { Shell } from '../shell/shell.ts'
import { type EditorState, edit, emptyEditor, onFirstLine, onLastLine } from './editor.ts'
import type { Key } from './key-decoder.ts'
import { type Command, commandOf } from './keymap.ts'
import { endSearch, type RecallState, recallOf, searchAgain, searchFor, startSearch, walk } from './recall.ts'
import { freshVi, shownInVi, type ViState, viKeys, viStep } from './vi.ts'

/** What the interactive session needs of the world: passed in, so that it runs in tests without a terminal. */
export interface SessionPorts {
  readonly shell: Shell
  /** Takes the shell's events and shows them. */
  readonly sink: EventSink
  /** Puts a submitted input, as it stood at the prompt, among the finished output; `mark` is `^C` for a cancelled one. */
  echo(state: SessionState, mark: string): Promise<void>
  /** Called with every input that is to be kept between runs. */
  remember(input: string): void
  /** Clears the screen, not the scrollback. */
  clearScreen(): void
  /** Ctrl-Z: gives the terminal back and stops the program; resolves when it resumes. */
  suspend(): Promise<void>
  /** Stops and resumes the reading of keys, so that what waits stays bounded and nothing is lost. */
  holdInput(isHeld: boolean): void
  /** Keys that wait before no more are read; waitingKeysMax if undefined. */
  readonly waitingKeysMax?: number
}

export interface SessionState {
  /** `asking`: the editor holds the answer to a question. */
  readonly mode: 'editing' | 'asking' | 'running' | 'suspended' | 'ended'
  readonly editor: EditorState
  readonly recall: RecallState
  /** Used only when edit-mode is vi. */
  readonly vi: ViState
  /** Undefined unless the mode is `asking`. */
  readonly question: Question | undefined
  /** One line under the prompt, gone with the next key. */
  readonly hint: string | undefined
  /** A transaction expired while this input was being typed: it was meant for it, and runs only when asked twice. */
  readonly isHeldBack: boolean
  /** Counts inputs, so that a view can tell when the running one began. */
  readonly inputs: number
}

/** Keys that wait before no more are read from the terminal: a paste without brackets is that many keys. */
const waitingKeysMax = 1_000_000

/**
 * The interactive session without a terminal: keys in, shell calls and state changes out. A view subscribes and draws.
 * One input runs at a time; keys typed meanwhile wait, only Ctrl-C is heard at once.
 */
export class Session {
  readonly #ports: SessionPorts
  readonly #listeners = new Set<() => void>()
  /** Keys not handled yet, from #next on: an array cut at its front for each key would be copied each time. */
  #queue: Key[] = []
  #next = 0
  #isHeld = false
  #state: SessionState
  #running: AbortController | undefined
  #finish: (exit: ExitName) => void = () => {}
  #answered: (isYes: boolean) => void = () => {}
  /** Resolves with the verdict when the user has left. */
  readonly ended: Promise<ExitName>

  constructor(ports: SessionPorts) {
    this.#ports = ports
    this.#state = {
      mode: 'editing',
      editor: emptyEditor,
      recall: recallOf(ports.shell.history.entries),
      vi: freshVi,
      question: undefined,
      hint: undefined,
      isHeldBack: false,
      inputs: 0,
    }
    this.ended = new Promise((resolve) => {
      this.#finish = resolve
    })
  }

  get state(): SessionState {
    return this.#state
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Handles keys in order; the promise is done when none is left and nothing runs. */
  async keys(keys: readonly Key[]): Promise<void> {
    for (const key of keys) {
      if (this.#state.mode === 'asking') await this.#answerKey(key)
      else if (this.#running !== undefined && key.ctrl && key.text === 'c') {
        this.#dropWaiting()
        this.#running.abort()
      } else this.#queue.push(key)
    }
    if (!this.#isHeld && this.#queue.length - this.#next > (this.#ports.waitingKeysMax ?? waitingKeysMax)) {
      this.#isHeld = true
      this.#ports.holdInput(true)
    }
    await this.#drain()
  }

  /** To be called a few times a second: tells of a transaction that has expired meanwhile. */
  async tick(): Promise<void> {
    const { mode } = this.#state
    if (mode !== 'editing' || this.#draining || this.#isTicking) return
    this.#isTicking = true
    try {
      await this.#ports.shell.noticeExpiry(this.#ports.sink, () => {
        this.#change({ isHeldBack: this.#state.editor.text !== '' })
      })
    } finally {
      this.#isTicking = false
    }
  }

  /** While a pager has the terminal nothing is drawn. */
  setPaging(isPaging: boolean): void {
    if (this.#state.mode === (isPaging ? 'running' : 'suspended'))
      this.#change({ mode: isPaging ? 'suspended' : 'running' })
  }

  /** The terminal is gone: what is open is aborted. */
  async hangUp(): Promise<void> {
    this.#running?.abort()
    this.#answered(false)
    await this.#leave('ok')
  }

  #draining = false
  #isTicking = false
  /** The state has changed since the listeners were called. */
  #isUndrawn = false

  async #drain(): Promise<void> {
    if (this.#draining) return
    this.#draining = true
    try {
      while (this.#state.mode === 'editing') {
        const key = this.#queue[this.#next]
        if (key === undefined) break
        this.#next += 1
        await this.#key(key)
      }
      if (this.#next >= this.#queue.length) this.#dropWaiting()
      if (this.#isUndrawn) this.#draw()
    } finally {
      this.#draining = false
    }
  }

  #dropWaiting(): void {
    this.#queue = []
    this.#next = 0
    if (!this.#isHeld) return
    this.#isHeld = false
    this.#ports.holdInput(false)
  }

  async #key(key: Key): Promise<void> {
    if (this.#state.recall.search !== undefined && this.#searchKey(key)) return
    if (this.#state.hint !== undefined) this.#change({ hint: undefined })
    if (this.#ports.shell.settings.get('edit-mode') !== 'vi') return this.#emacsKey(key)
    for (const part of viKeys(this.#state.vi.mode, key)) {
      if (this.#state.recall.search === undefined || !this.#searchKey(part)) await this.#viKey(part)
    }
  }

  async #emacsKey(key: Key): Promise<void> {
    const command = commandOf(key)
    if (command !== undefined) await this.#command(command)
  }

  async #viKey(key: Key): Promise<void> {
    const { vi, editor, ask } = viStep(this.#state.vi, this.#state.editor, key)
    this.#change({ vi, editor })
    switch (ask) {
      case undefined:
        return
      case 'pass':
        return this.#emacsKey(key)
      case 'search-again': {
        const [recall, shown] = searchAgain(this.#state.recall, editor)
        return this.#change({ recall, editor: shownInVi(vi, shown) })
      }
      default:
        await this.#command({ kind: ask })
        this.#change({ editor: shownInVi(this.#state.vi, this.#state.editor) })
    }
  }

  /** For the next input: insert mode, but `.` and `;` know what was. */
  get #nextVi(): ViState {
    const { find, change } = this.#state.vi
    return { ...freshVi, find, change }
  }

  async #command(command: NonNullable<Command>): Promise<void> {
    const { editor, recall } = this.#state
    switch (command.kind) {
      case 'edit':
        return this.#change({ editor: edit(editor, command.action) })
      case 'newline':
        return this.#change({ editor: edit(editor, { type: 'insert', text: '\n' }) })
      case 'enter':
        return this.#enter()
      case 'up':
      case 'down': {
        const inside = command.kind === 'up' ? !onFirstLine(editor) : !onLastLine(editor)
        if (inside) return this.#change({ editor: edit(editor, { type: command.kind }) })
        const [next, shown] = walk(recall, editor, command.kind === 'up' ? -1 : 1)
        return this.#change({ recall: next, editor: shown })
      }
      case 'search':
        return this.#change({ recall: startSearch(recall) })
      case 'interrupt':
        return this.#interrupt()
      case 'end-of-input':
        if (editor.text !== '') return this.#change({ editor: edit(editor, { type: 'erase-right' }) })
        return this.#endOfInput()
      case 'redraw':
        this.#ports.clearScreen()
        return this.#change({})
      case 'suspend':
        return this.#suspend()
      case 'complete':
        return this.#complete()
      case 'escape':
        return
      default:
        return command satisfies never
    }
  }

  /** Enter runs what is complete; else it begins a new line, and on an empty last line it runs what there is. */
  async #enter(): Promise<void> {
    const { editor } = this.#state
    const text = editor.text
    const input = this.#ports.shell.inputState(text)
    if (input === 'empty') {
      await this.#ports.echo(this.#state, '')
      return this.#change({ editor: emptyEditor, vi: this.#nextVi })
    }
    if (this.#state.isHeldBack) {
      const hint = 'the transaction expired: Enter again runs this in a transaction of its own'
      return this.#change({ isHeldBack: false, hint })
    }
    const lastLineIsEmpty = /\n[ ]*$/.test(text) && editor.caret === text.length
    if (input === 'complete' || lastLineIsEmpty) return this.#submit(text)
    const added = edit(editor, { type: 'insert', text: '\n' })
    const atEnd = editor.caret === text.length
    this.#change({ editor: added, hint: atEnd ? 'a semicolon, or Enter on an empty line, runs it' : undefined })
  }

  async #submit(text: string): Promise<void> {
    const { shell, sink } = this.#ports
    await this.#ports.echo(this.#state, '')
    if (shell.history.add(text)) this.#ports.remember(text)
    const controller = new AbortController()
    this.#running = controller
    this.#change({
      mode: 'running',
      vi: this.#nextVi,
      editor: { ...emptyEditor, killed: this.#state.editor.killed },
      recall: recallOf(shell.history.entries),
      inputs: this.#state.inputs + 1,
    })
    const outcome = await shell.run(text, sink, {
      signal: controller.signal,
      ask: (question) => this.#ask(question),
    })
    this.#running = undefined
    if (outcome.quit) return this.#leave('ok')
    if (this.#state.mode === 'running') this.#change({ mode: 'editing' })
  }

  /** Tab: completes the word up to where the candidates differ; shows several under the prompt. */
  async #complete(): Promise<void> {
    const { editor } = this.#state
    const { start, words } = await this.#ports.shell.completions(editor.text, editor.caret)
    if (words.length === 0) return
    const typed = editor.text.slice(start, editor.caret)
    const shared = sharedBeginning(words)
    const isFolder = words.length === 1 && words[0]?.endsWith('/')
    const word =
      words.length === 1 ? `${words[0]}${isFolder ? '' : ' '}` : shared.length > typed.length ? shared : typed
    const text = editor.text.slice(0, start) + word + editor.text.slice(editor.caret)
    this.#change({
      editor: word === typed ? editor : edit(editor, { type: 'set', text, caret: start + word.length }),
      hint: words.length === 1 ? undefined : words.join('  '),
    })
  }

  async #interrupt(): Promise<void> {
    const { editor } = this.#state
    if (editor.text !== '') {
      await this.#ports.echo(this.#state, '^C')
      const recall = recallOf(this.#ports.shell.history.entries)
      const emptied = { ...emptyEditor, killed: editor.killed }
      return this.#change({ editor: emptied, recall, vi: this.#nextVi, isHeldBack: false })
    }
    const open = this.#ports.shell.state.transaction !== undefined
    const hint = open ? 'a transaction is open: commit or abort ends it' : 'Ctrl-D or quit leaves the shell'
    this.#change({ hint })
  }

  /** What was typed before the question was shown is no answer to it, and is dropped. */
  #ask(question: Question): Promise<boolean> {
    if (this.#state.mode === 'ended') return Promise.resolve(false)
    this.#dropWaiting()
    this.#change({ mode: 'asking', question, editor: { ...emptyEditor, killed: this.#state.editor.killed } })
    return new Promise((resolve) => {
      this.#answered = resolve
    })
  }

  /** Enter alone, Escape, Ctrl-C and Ctrl-D are a no. */
  async #answerKey(key: Key): Promise<void> {
    const { editor } = this.#state
    const command = commandOf(key)
    if (this.#state.hint !== undefined) this.#change({ hint: undefined })
    if (command?.kind === 'edit') return this.#change({ editor: edit(editor, command.action) })
    if (command?.kind === 'enter') {
      if (isYes(editor.text)) return this.#answer(true, '')
      if (/^(?:no?)?$/i.test(editor.text.trim())) return this.#answer(false, '')
      return this.#change({ editor: emptyEditor, hint: 'y for yes, n for no' })
    }
    if (command?.kind === 'interrupt') return this.#answer(false, '^C')
    if (command?.kind === 'end-of-input') return this.#answer(false, '^D')
    if (command?.kind === 'escape') return this.#answer(false, '')
  }

  async #answer(isYes: boolean, mark: string): Promise<void> {
    const asked = this.#state
    this.#change({ mode: 'running', question: undefined, editor: { ...emptyEditor, killed: asked.editor.killed } })
    await this.#ports.echo(asked, mark)
    this.#answered(isYes)
  }

  async #suspend(): Promise<void> {
    await this.#ports.echo(this.#state, '^Z')
    this.#change({ mode: 'suspended' })
    await this.#ports.suspend()
    this.#change({ mode: 'editing' })
  }

  async #endOfInput(): Promise<void> {
    await this.#ports.echo(this.#state, '^D')
    const outcome = await this.#ports.shell.endOfInput(this.#ports.sink, (question) => this.#ask(question))
    if (outcome.quit) await this.#leave(outcome.exit)
    else if (this.#state.mode !== 'ended') this.#change({ mode: 'editing' })
  }

  async #leave(exit: ExitName): Promise<void> {
    if (this.#state.mode === 'ended') return
    this.#change({ mode: 'ended', editor: emptyEditor, hint: undefined })
    const outcome = await this.#ports.shell.close(this.#ports.sink)
    this.#finish(exit === 'ok' ? outcome.exit : exit)
  }

  /** Keys while searching the history; false when the key ends the search and is then handled as usual. */
  #searchKey(key: Key): boolean {
    const { recall, editor } = this.#state
    const wanted = recall.search?.wanted ?? ''
    if (key.name === 'text' || key.name === 'paste') this.#change({ recall: searchFor(recall, wanted + key.text) })
    else if (key.name === 'backspace') this.#change({ recall: searchFor(recall, wanted.slice(0, -1)) })
    else if (key.ctrl && key.text === 'r') this.#change({ recall: searchFor(recall, wanted, true) })
    else {
      const given = key.name === 'escape' || (key.ctrl && (key.text === 'c' || key.text === 'g'))
      const [next, shown] = endSearch(recall, editor, !given)
      const { vi } = this.#state
      this.#change({ recall: next, editor: shownInVi(vi, shown) })
      // The search of vi's normal mode ends with Enter, and runs nothing.
      return given || (vi.mode === 'normal' && key.name === 'enter')
    }
    return true
  }

  /** While more keys wait nothing is drawn in between: a paste without brackets would draw each of its letters. */
  #change(change: Partial<SessionState>): void {
    const { mode } = this.#state
    this.#state = { ...this.#state, ...change }
    const isMore = this.#draining && this.#next < this.#queue.length
    if (isMore && mode === 'editing' && this.#state.mode === 'editing') this.#isUndrawn = true
    else this.#draw()
  }

  #draw(): void {
    this.#isUndrawn = false
    for (const listener of this.#listeners) listener()
  }
}
