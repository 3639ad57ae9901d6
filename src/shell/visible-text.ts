/**
 * Characters that a terminal would act upon, or that reorder or hide text: C0 and C1 controls, DEL, line and paragraph
 * separators, bidirectional controls, characters of no width at all but those that join (an emoji needs them), the byte
 * order mark, and lone surrogates (which have no UTF-8 form).
 */
const unsafe =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|\p{Surrogate}/gu
const unsafeTest = new RegExp(unsafe.source, 'u')
const unsafeInQuotes =
  /[\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|\p{Surrogate}/gu

/** Whether a text can go to a terminal as it is. */
export function isSafeText(text: string): boolean {
  return !unsafeTest.test(text)
}

/** The text with such characters as escapes: `\n`, `\t`, `\x1b`, `\u202e`. Not reversible: a backslash stays a backslash. */
export function visibleText(text: string): string {
  return isSafeText(text) ? text : text.replace(unsafe, signOf)
}

/** The same, but line breaks stay. For messages of several lines. */
export function visibleLines(text: string): string {
  return text.split(/\r?\n/).map(visibleText).join('\n')
}

/**
 * For Ion and JSON text, in which such characters can stand only inside quotes: an escape there is the same value.
 * C0 is left alone, since the printers have escaped it inside quotes, and a line feed outside them is layout.
 */
export function escapeInQuotes(text: string): string {
  return text.replace(unsafeInQuotes, unicodeEscape)
}

function signOf(character: string): string {
  switch (character) {
    case '\n':
      return '\\n'
    case '\r':
      return '\\r'
    case '\t':
      return '\\t'
    default: {
      const code = character.charCodeAt(0)
      return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : unicodeEscape(character)
    }
  }
}

/** `\u202e`: understood by Ion and JSON alike. */
function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
