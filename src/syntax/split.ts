import { type IonState, ionEnded, ionStart, stepIon } from './ion-extent.ts'
import { isSpace } from './lexer.ts'

/** A statement of a script, or a line for the shell itself. */
export interface ScriptStatement {
  /** `meta`: begins with a backslash and ends with its line (or at a `;`). */
  readonly kind: 'statement' | 'meta'
  /** Without the `;`, and without the space and comments around it. */
  readonly text: string
  /** Of its first token in the whole script, both from 1; the column counts code points, a BOM not being one. */
  readonly line: number
  readonly column: number
  /** Of its first token, in UTF-16 units from the script's beginning. */
  readonly offset: number
  /** False when the script ended before the `;`, perhaps inside a string or comment. A meta line is always whole. */
  readonly terminated: boolean
}

type State =
  | 'plain'
  /** A `-` or `/` that may begin a comment. */
  | 'dash'
  | 'slash'
  | 'string'
  | 'quoted-name'
  | 'ion'
  | 'line-comment'
  | 'block-comment'
  /** A `*` in a block comment. */
  | 'block-star'
  | 'meta'

interface Start {
  readonly line: number
  readonly column: number
  readonly offset: number
}

/**
 * Cuts a script into statements while it comes in, in pieces of any size: the pieces' borders don't matter. A `;` ends
 * a statement except inside strings, quoted names, Ion in backticks and comments; empty statements are dropped.
 * Keeps no more than the current statement; time is linear.
 */
export class StatementSplitter {
  #state: State = 'plain'
  #ion: IonState = ionStart
  /** Where the next character stands. */
  #line = 1
  #column = 1
  #offset = 0
  #previous = 0
  /** Where the current statement begins; undefined between statements. */
  #start: Start | undefined
  /** Where the last block comment begins, and its text from there when it is in no statement. */
  #comment: Start = { line: 1, column: 1, offset: 0 }
  /** The statement's text before the current chunk. */
  #text = ''
  /** Where in the current chunk the statement's text continues. */
  #from = 0
  /** How much of the statement's text there is up to its last character that matters. */
  #length = 0

  /** Characters of the statement that has not ended yet. */
  get heldCharacters(): number {
    return this.#text.length
  }

  /** The statements that end in this piece of the script. */
  push(chunk: string): ScriptStatement[] {
    const statements: ScriptStatement[] = []
    this.#from = 0
    for (let index = 0; index < chunk.length; index += 1) {
      const unit = chunk.charCodeAt(index)
      this.#take(chunk, index, unit, statements)
      this.#move(unit)
    }
    if (this.#start !== undefined) this.#text += chunk.slice(this.#from)
    return statements
  }

  /** The rest, when the script has ended: at most one statement. */
  end(): ScriptStatement[] {
    const statements: ScriptStatement[] = []
    this.#from = 0
    const inComment = this.#state === 'block-comment' || this.#state === 'block-star'
    if (this.#start === undefined) {
      if (inComment) statements.push({ kind: 'statement', text: '/*', ...this.#comment, terminated: false })
    } else {
      if (inComment || this.#state === 'dash' || this.#state === 'slash') this.#length = this.#text.length
      this.#emit('', 0, this.#state === 'meta', statements)
    }
    this.#state = 'plain'
    return statements
  }

  /** Whether nothing is left over: no statement has begun, no block comment is open. A meta line needs no end. */
  get isIdle(): boolean {
    if (this.#state === 'meta') return true
    return this.#start === undefined && (this.#state === 'plain' || this.#state === 'line-comment')
  }

  /** Whether the next character begins a statement: nothing has begun, no comment either. */
  get isPlain(): boolean {
    return this.#start === undefined && this.#state === 'plain'
  }

  /** Whether a meta line has begun and not ended. */
  get inMeta(): boolean {
    return this.#state === 'meta'
  }

  #take(chunk: string, index: number, unit: number, statements: ScriptStatement[]): void {
    switch (this.#state) {
      case 'plain':
        this.#takePlain(chunk, index, unit, statements)
        return
      case 'string':
        if (unit === 39) this.#close(index)
        return
      case 'quoted-name':
        if (unit === 34) this.#close(index)
        return
      case 'ion':
        this.#ion = stepIon(this.#ion, unit)
        if (this.#ion === ionEnded) this.#close(index)
        return
      case 'dash':
        this.#afterSign(chunk, index, unit, 45, 'line-comment', statements)
        return
      case 'slash':
        this.#afterSign(chunk, index, unit, 42, 'block-comment', statements)
        return
      case 'line-comment':
        if (unit === 10 || unit === 13) this.#state = 'plain'
        return
      case 'block-comment':
        if (unit === 42) this.#state = 'block-star'
        return
      case 'block-star':
        if (unit !== 42) this.#state = unit === 47 ? 'plain' : 'block-comment'
        return
      case 'meta':
        if (unit === 10 || unit === 13 || unit === 59) {
          this.#emit(chunk, index, true, statements)
          this.#state = 'plain'
        } else if (!isSpace(unit)) this.#matters(index)
        return
      default:
        this.#state satisfies never
    }
  }

  #takePlain(chunk: string, index: number, unit: number, statements: ScriptStatement[]): void {
    switch (unit) {
      case 59:
        if (this.#start !== undefined) this.#emit(chunk, index, true, statements)
        return
      case 39:
        this.#open('string', index)
        return
      case 34:
        this.#open('quoted-name', index)
        return
      case 96:
        this.#ion = ionStart
        this.#open('ion', index)
        return
      case 45:
        this.#begin(index)
        this.#state = 'dash'
        return
      case 47:
        this.#comment = { line: this.#line, column: this.#column, offset: this.#offset }
        this.#begin(index)
        this.#state = 'slash'
        return
      case 92:
        if (this.#start === undefined) {
          this.#open('meta', index)
          this.#matters(index)
          return
        }
        break
      default:
        if (isSpace(unit)) return
    }
    this.#begin(index)
    this.#matters(index)
  }

  /** The character behind a `-` or `/`: with it a comment begins, or that sign was an operator. */
  #afterSign(
    chunk: string,
    index: number,
    unit: number,
    second: number,
    comment: State,
    statements: ScriptStatement[],
  ): void {
    if (unit === second) {
      if (this.#length === 0) this.#drop()
      this.#state = comment
      return
    }
    this.#matters(index - 1)
    this.#state = 'plain'
    this.#takePlain(chunk, index, unit, statements)
  }

  #begin(index: number): void {
    if (this.#start !== undefined) return
    this.#start = { line: this.#line, column: this.#column, offset: this.#offset }
    this.#from = index
  }

  #open(state: State, index: number): void {
    this.#begin(index)
    this.#state = state
    // Whatever follows up to the closing sign matters, also when there is none.
    this.#length = Number.MAX_SAFE_INTEGER
  }

  #close(index: number): void {
    this.#state = 'plain'
    this.#matters(index)
  }

  /** The text up to and with this character of the chunk belongs to the statement. */
  #matters(index: number): void {
    this.#length = this.#text.length + index + 1 - this.#from
  }

  #emit(chunk: string, index: number, terminated: boolean, statements: ScriptStatement[]): void {
    const start = this.#start as Start
    const text = (this.#text + chunk.slice(this.#from, index)).slice(0, this.#length)
    statements.push({ kind: this.#state === 'meta' ? 'meta' : 'statement', text, ...start, terminated })
    this.#drop()
  }

  #drop(): void {
    this.#start = undefined
    this.#text = ''
    this.#length = 0
  }

  /** Counts a character: `\n`, `\r\n` and a lone `\r` each end a line, two surrogates are one column. */
  #move(unit: number): void {
    if (unit === 13 || (unit === 10 && this.#previous !== 13)) {
      this.#line += 1
      this.#column = 1
    } else if (unit !== 10) {
      const isPair = unit >= 0xdc00 && unit <= 0xdfff && this.#previous >= 0xd800 && this.#previous <= 0xdbff
      if (!isPair && !(unit === 0xfeff && this.#offset === 0)) this.#column += 1
    }
    this.#offset += 1
    this.#previous = unit
  }
}

/**
 * Whether a text can be run as it stands: it ends with a `;` that is in no string, Ion or comment, with nothing but
 * space and comments behind it, or with a meta line.
 */
export function isComplete(text: string): boolean {
  const splitter = new StatementSplitter()
  const statements = splitter.push(text)
  return splitter.isIdle && (statements.length > 0 || splitter.inMeta)
}
