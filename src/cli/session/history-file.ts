import { appendFileSync, chmodSync, closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { dirname } from 'node:path'
import { evidenceBytesMax, historyEntriesMax, historyEntryUnitsMax } from '../../base/limits.ts'
import { readBoundedText } from '../../host/bounded-file.ts'
import { makeFolder } from '../../host/folders.ts'
import { writeWholeFile } from '../../host/whole-file.ts'

/**
 * What was typed, kept between runs: one entry a line, line breaks and backslashes escaped. Each entry is appended at once,
 * so that a crash loses nothing and several shells can share the file. Only the owner may read it. A file that can't be read
 * or written is no error: the shell then keeps no history.
 */
export class HistoryFile {
  readonly #path: string

  constructor(path: string) {
    this.#path = path
  }

  /** The entries, oldest first, at most historyEntriesMax. A file that has grown to twice that is cut. */
  read(): string[] {
    let lines: string[]
    try {
      lines = readBoundedText(this.#path, evidenceBytesMax)
        .split('\n')
        .filter((line) => line !== '')
    } catch {
      return []
    }
    const kept = lines.slice(-historyEntriesMax)
    if (lines.length >= 2 * historyEntriesMax) this.#replace(kept)
    return kept.map(decode)
  }

  /** An entry longer than historyEntryUnitsMax is left out: a pasted data set is not what a history is for. */
  append(entry: string): void {
    if (entry.length > historyEntryUnitsMax) return
    try {
      makeFolder(dirname(this.#path))
      // A shell that was killed may have left a part of a line.
      const start = this.#endsInLine() ? '\n' : ''
      appendFileSync(this.#path, `${start}${encode(entry)}\n`, { mode: 0o600 })
      chmodSync(this.#path, 0o600)
    } catch {
      // No history is better than no shell.
    }
  }

  #endsInLine(): boolean {
    let file: number
    try {
      file = openSync(this.#path, 'r')
    } catch {
      return false
    }
    try {
      const last = Buffer.alloc(1)
      const { size } = fstatSync(file)
      return size > 0 && readSync(file, last, 0, 1, size - 1) === 1 && last[0] !== 10
    } finally {
      closeSync(file)
    }
  }

  #replace(lines: readonly string[]): void {
    try {
      const text = lines.map((line) => `${line}\n`).join('')
      writeWholeFile(this.#path, text, { mode: 0o600, place: 'replace' })
    } catch {
      // As above.
    }
  }
}

function encode(entry: string): string {
  return entry.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r')
}

function decode(line: string): string {
  return line.replace(/\\(.)/g, (_, sign: string) => (sign === 'n' ? '\n' : sign === 'r' ? '\r' : sign))
}
