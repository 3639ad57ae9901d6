import { LedgerError } from '../base/errors.ts'
import { statementCharactersMaxWide } from '../base/limits.ts'
import { placeAt } from '../base/span.ts'
import { tokenAt, tokenize } from '../syntax/lexer.ts'
import { type ScriptStatement, StatementSplitter } from '../syntax/split.ts'
import { bareLine, commandFlags } from './command-text.ts'
import { findCommand } from './commands.ts'

/** A line this long that has not ended yet is taken for part of a statement. */
const commandLineCharactersMax = 4096

/**
 * Cuts a script that comes in pieces into statements and commands. Statements end at `;`, lines with a backslash with the
 * line (StatementSplitter); the other commands may stand alone on their line, without a `;`, too. Places count from the
 * script's beginning; a byte order mark is skipped.
 */
export class ScriptReader {
  readonly #splitter = new StatementSplitter()
  /** The last line, while it has not ended and may be a command. */
  #carry = ''
  /** What has been fed: lines, characters of the last of them, UTF-16 units. */
  #line = 1
  #column = 1
  #offset = 0
  readonly #charactersMax: number

  /** What is longer than `charactersMax` without an end is refused while it is read. */
  constructor(charactersMax = statementCharactersMaxWide) {
    this.#charactersMax = charactersMax
  }

  /** Whether the beginning of a statement has been read that has no end yet. */
  get holdsText(): boolean {
    return this.#carry.trim() !== '' || !this.#splitter.isIdle
  }

  /** The statements and commands that have become complete with this piece. Throws LedgerError 'statement/too-large'. */
  push(chunk: string): ScriptStatement[] {
    const found: ScriptStatement[] = []
    let text = this.#carry + chunk
    if (this.#offset === 0 && text.startsWith('\ufeff')) text = text.slice(1)
    // A script may begin as Unix programs do: its first line is a comment.
    if (this.#offset === 0 && text.startsWith('#!')) text = `--${text.slice(2)}`
    let start = 0
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
      this.#take(text.slice(start, end + 1), found)
      start = end + 1
    }
    this.#carry = text.slice(start)
    if (!this.#splitter.isIdle || this.#carry.length > commandLineCharactersMax) {
      this.#feed(this.#carry, found)
      this.#carry = ''
    }
    return found
  }

  /** What is left at the end: a last line without line end, a last statement without `;`. */
  end(): ScriptStatement[] {
    const found: ScriptStatement[] = []
    if (this.#carry !== '') this.#take(this.#carry, found)
    this.#carry = ''
    for (const statement of this.#splitter.end()) found.push(...peelCommands(statement))
    return found
  }

  /** A line, or the rest of one. */
  #take(line: string, found: ScriptStatement[]): void {
    if (line.includes(';') && hasFlags.test(line)) this.#takeParts(line, found)
    else if (this.#splitter.isPlain && isCommandLine(line)) this.#takeCommand(line, found)
    else this.#feed(line, found)
  }

  #takeCommand(line: string, found: ScriptStatement[]): void {
    const indent = line.length - line.trimStart().length
    const place = { line: this.#line, column: this.#column + indent, offset: this.#offset + indent }
    found.push({ kind: 'statement', text: bareLine(line), ...place, terminated: true })
    // The splitter still has to count it.
    this.#feed(line.replace(/[^\r\n]/g, ' '), found)
  }

  /** A line with a command whose flags would be a comment in PartiQL: `use x --create; SELECT 1`. */
  #takeParts(line: string, found: ScriptStatement[]): void {
    let rest = line
    while (rest.includes(';') && hasFlags.test(rest)) {
      const isCommand = this.#splitter.isPlain && beginsWithFlags.test(rest)
      const end = isCommand ? endOfWords(rest) : rest.indexOf(';')
      if (end < 0) break
      if (isCommand) this.#take(rest.slice(0, end), found)
      this.#feed(isCommand ? ';' : rest.slice(0, end + 1), found)
      rest = rest.slice(end + 1)
    }
    if (rest.includes(';') && hasFlags.test(rest)) this.#takeCommand(rest, found)
    else this.#take(rest, found)
  }

  #feed(text: string, found: ScriptStatement[]): void {
    for (const statement of this.#splitter.push(text)) {
      if (statement.text.includes('\n')) found.push(...peelCommands(statement))
      else found.push(statement)
    }
    if (this.#splitter.heldCharacters > this.#charactersMax) throw tooLong(this.#charactersMax)
    this.#offset += text.length
    if (text.endsWith('\n')) {
      this.#line += 1
      this.#column = 1
    } else this.#column += text.length
  }
}

/** A command, anywhere in a line, that has flags. */
const hasFlags = new RegExp(`(?:^|;)\\s*(?:use|digest|prove|verify)\\s.*--(?:${commandFlags})\\b`, 'i')
const beginsWithFlags = new RegExp(hasFlags.source.replace('(?:^|;)', '^'), 'i')

/** Where a command's words end: its first `;` outside quotes; -1 where there is none. */
function endOfWords(line: string): number {
  const match = /^(?:'(?:[^']|'')*'|"(?:[^"]|"")*"|[^'";])*;/.exec(line)
  return match === null ? -1 : match[0].length - 1
}

function tooLong(charactersMax: number): LedgerError {
  return new LedgerError(
    'statement/too-large',
    `the script holds a statement of more than ${charactersMax} characters`,
    {
      help: "split it into several statements, or load the data from a file with 'qldb load'",
    },
  )
}

/** The statements and commands of a whole text. */
export function readScript(text: string): ScriptStatement[] {
  const reader = new ScriptReader()
  return [...reader.push(text), ...reader.end()]
}

/** Whether the text is nothing but a command. */
export function isCommand(text: string): boolean {
  try {
    return findCommand(text) !== undefined
  } catch {
    return true
  }
}

/**
 * Whether a statement looks whole without its `;`: strings, comments and brackets are closed, and it does not end in a word
 * or sign after which something must come.
 */
export function isClosed(text: string): boolean {
  let depth = 0
  let last = ''
  for (const { kind, start, end, problem } of tokenize(text)) {
    if (problem === 'unterminated') return false
    if (kind === 'whitespace' || kind === 'comment') continue
    last = text.slice(start, end).toUpperCase()
    if (/^(?:[([{]|<<)$/.test(last)) depth += 1
    else if (/^(?:[)\]}]|>>)$/.test(last)) depth -= 1
  }
  return last === ';' || (depth <= 0 && !openEnded.test(last))
}

const openWords =
  'SELECT VALUE DISTINCT FROM WHERE AND OR NOT IN LIKE BETWEEN IS AS BY AT INTO INSERT UPDATE DELETE REMOVE SET JOIN ON ' +
  'GROUP ORDER HAVING LIMIT OFFSET UNION EXCEPT INTERSECT CREATE DROP TABLE INDEX CASE WHEN THEN ELSE LET'
const openEnded = new RegExp(`^(?:[-+*/%=<>,.:]|<=|>=|<>|!=|\\|\\||${openWords.replaceAll(' ', '|')})$`)

function isCommandLine(line: string): boolean {
  return !/^\s*\\/.test(line) && isCommand(line) && !hasSemicolon(bareLine(line)) && !endsInside(line)
}

/** Whether a string, a quoted name or Ion continues on the next line: then a command does, too, up to its `;`. */
export function endsInside(line: string): boolean {
  return /['"`]/.test(line) && tokenize(line).some(({ problem }) => problem === 'unterminated')
}

/** Whether there is one outside of strings and comments. */
function hasSemicolon(line: string): boolean {
  return line.includes(';') && tokenize(line).some(({ start, end }) => end - start === 1 && line[start] === ';')
}

/** Lines at a statement's beginning that are commands: `begin` before an INSERT, without a `;` between them. */
function peelCommands(statement: ScriptStatement): ScriptStatement[] {
  const { text } = statement
  const lineEnd = text.indexOf('\n')
  if (lineEnd === -1 || !isCommandLine(text.slice(0, lineEnd))) return [statement]
  let start = lineEnd + 1
  while (start < text.length) {
    const token = tokenAt(text, start)
    if (token.kind !== 'whitespace' && token.kind !== 'comment') break
    start = token.end
  }
  const command = { ...statement, text: bareLine(text.slice(0, lineEnd)), terminated: true }
  if (start >= text.length) return [command]
  const place = placeAt(text, start)
  const rest: ScriptStatement = {
    kind: text[start] === '\\' ? 'meta' : 'statement',
    text: text.slice(start),
    line: statement.line + place.line - 1,
    column: place.column,
    offset: statement.offset + start,
    terminated: statement.terminated,
  }
  return [command, ...peelCommands(rest)]
}
