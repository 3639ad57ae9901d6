/**
 * Bytes from a terminal to key events, in chunks of any size. What it knows (xterm control sequences, "PC-Style
 * Function Keys", and bracketed paste, mode 2004):
 *   CSI A B C D H F      arrows, Home, End          CSI 1 ; m X    the same with modifiers
 *   CSI n ~ / n ; m ~    Home 1 7, Insert 2, Delete 3, End 4 8, PageUp 5, PageDown 6
 *   SS3 A B C D H F      arrows, Home, End in application mode
 *   CSI 200 ~ … 201 ~    a paste, one event with all its text
 *   ESC x                x with Meta               C0 bytes       Ctrl and a letter
 * Any other sequence is swallowed whole: an unknown key types nothing.
 */
export interface Key {
  readonly name: KeyName
  /** What was typed or pasted, for `text` and `paste`; the letter for Ctrl and Meta with one. */
  readonly text: string
  readonly ctrl: boolean
  readonly meta: boolean
  readonly shift: boolean
}

export type KeyName =
  | 'text'
  | 'paste'
  | 'enter'
  | 'tab'
  | 'backspace'
  | 'delete'
  | 'escape'
  | 'up'
  | 'down'
  | 'left'
  | 'right'
  | 'home'
  | 'end'
  | 'page-up'
  | 'page-down'
  | 'letter'
  | 'unknown'

const escapeByte = '\x1b'
const pasteStart = '\x1b[200~'
const pasteEnd = '\x1b[201~'
/** A paste larger than this is cut: a terminal that never ends one must not fill the memory. In UTF-16 units. */
const pasteUnitsMax = 64 * 1024 * 1024

const byFinal: Record<string, KeyName> = { A: 'up', B: 'down', C: 'right', D: 'left', H: 'home', F: 'end', Z: 'tab' }
const byNumber: Record<string, KeyName> = {
  1: 'home',
  3: 'delete',
  4: 'end',
  5: 'page-up',
  6: 'page-down',
  7: 'home',
  8: 'end',
}

export class KeyDecoder {
  #pending = ''
  #paste: string[] | undefined
  #pasteUnits = 0

  /** Whether bytes wait that may be a lone Escape: call flush() after a short pause. */
  get isWaiting(): boolean {
    return this.#pending !== '' && this.#paste === undefined
  }

  push(chunk: string): Key[] {
    const keys: Key[] = []
    let text = this.#pending + chunk
    this.#pending = ''
    while (text !== '') {
      const rest = this.#paste === undefined ? this.#step(text, keys) : this.#stepPaste(text, keys)
      if (rest === undefined) {
        this.#pending = text
        break
      }
      text = rest
    }
    return keys
  }

  /** The bytes that wait were the Escape key after all. */
  flush(): Key[] {
    if (!this.isWaiting) return []
    const pending = this.#pending
    this.#pending = ''
    return pending === escapeByte ? [key('escape')] : []
  }

  /** Takes one key off the front; undefined when its sequence is not complete yet. */
  #step(text: string, keys: Key[]): string | undefined {
    if (text.startsWith(pasteStart)) {
      this.#paste = []
      this.#pasteUnits = 0
      return text.slice(pasteStart.length)
    }
    if (text.startsWith(escapeByte)) return stepEscape(text, keys)
    const printable = leadingText(text)
    if (printable > 0) {
      keys.push(key('text', { text: text.slice(0, printable) }))
      return text.slice(printable)
    }
    keys.push(controlKey(text.charCodeAt(0)))
    return text.slice(1)
  }

  #stepPaste(text: string, keys: Key[]): string | undefined {
    const end = text.indexOf(pasteEnd)
    if (end === -1) {
      // The end marker may be split over two chunks: keep what could be its beginning.
      const keep = Math.min(text.length, pasteEnd.length - 1)
      const cut = text.lastIndexOf(escapeByte) >= text.length - keep ? text.lastIndexOf(escapeByte) : text.length
      this.#collect(text.slice(0, cut))
      this.#pending = text.slice(cut)
      return ''
    }
    this.#collect(text.slice(0, end))
    const pasted = (this.#paste as string[]).join('')
    this.#paste = undefined
    keys.push(key('paste', { text: pasted.replace(/\r\n?/g, '\n') }))
    return text.slice(end + pasteEnd.length)
  }

  #collect(text: string): void {
    this.#pasteUnits += text.length
    if (this.#pasteUnits <= pasteUnitsMax) this.#paste?.push(text)
  }
}

function key(name: KeyName, more: Partial<Key> = {}): Key {
  return { name, text: '', ctrl: false, meta: false, shift: false, ...more }
}

function leadingText(text: string): number {
  let index = 0
  while (index < text.length) {
    const unit = text.charCodeAt(index)
    if (unit < 0x20 || unit === 0x7f || (unit >= 0x80 && unit < 0xa0)) break
    index += 1
  }
  return index
}

function controlKey(unit: number): Key {
  if (unit === 13 || unit === 10) return key('enter')
  if (unit === 9) return key('tab')
  if (unit === 127 || unit === 8) return key('backspace')
  if (unit >= 1 && unit <= 26) return key('letter', { ctrl: true, text: String.fromCharCode(unit + 96) })
  if (unit === 31) return key('letter', { ctrl: true, text: '_' })
  return key('unknown')
}

function stepEscape(text: string, keys: Key[]): string | undefined {
  if (text.length === 1) return undefined
  const second = text[1] as string
  if (second === '[') return stepCsi(text, keys)
  if (second === 'O') {
    if (text.length === 2) return undefined
    keys.push(key(byFinal[text[2] as string] ?? 'unknown'))
    return text.slice(3)
  }
  if (second === escapeByte) {
    keys.push(key('escape'))
    return text.slice(1)
  }
  const point = String.fromCodePoint(text.codePointAt(1) as number)
  const plain = controlKey(point.charCodeAt(0))
  if (plain.name !== 'unknown') keys.push({ ...plain, meta: true })
  else keys.push(key('letter', { meta: true, text: point }))
  return text.slice(1 + point.length)
}

function stepCsi(text: string, keys: Key[]): string | undefined {
  let index = 2
  while (index < text.length && text.charCodeAt(index) >= 0x20 && text.charCodeAt(index) <= 0x3f) index += 1
  if (index >= text.length) return undefined
  const final = text[index] as string
  const [number = '', modifier = '1'] = text.slice(2, index).split(';')
  const name = final === '~' ? byNumber[number] : byFinal[final]
  if (name === undefined) {
    keys.push(key('unknown'))
    return text.slice(index + 1)
  }
  const bits = Math.max(0, Number.parseInt(modifier, 10) - 1) || 0
  const shift = (bits & 1) !== 0 || final === 'Z'
  keys.push(key(name, { shift, meta: (bits & 2) !== 0, ctrl: (bits & 4) !== 0 }))
  return text.slice(index + 1)
}
