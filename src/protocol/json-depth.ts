/** Texts above that length are looked through for their nesting before they are parsed. */
const deepCharactersMin = 64 * 1024
/** How deep a body may nest; a request of ours nests 4 levels. */
const jsonDepthMax = 64

/** Whether a long JSON text nests deeper than jsonDepthMax: a parser takes seconds for millions of levels. */
export function nestsTooDeep(text: string): boolean {
  if (text.length <= deepCharactersMin) return false
  let depth = 0
  for (let at = 0; at < text.length; at += 1) {
    const mark = text.charCodeAt(at)
    if (mark === quote) at = endOfString(text, at)
    else if (mark === openBracket || mark === openBrace) depth += 1
    else if (mark === closeBracket || mark === closeBrace) depth -= 1
    if (depth > jsonDepthMax) return true
  }
  return false
}

const [quote, backslash, openBracket, closeBracket, openBrace, closeBrace] = [0x22, 0x5c, 0x5b, 0x5d, 0x7b, 0x7d]

/** Where the string that begins at `start` ends; the end of the text when it does not. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let escapes = 0
    while (text.charCodeAt(end - escapes - 1) === backslash) escapes += 1
    if (escapes % 2 === 0) return end
  }
  return text.length
}
