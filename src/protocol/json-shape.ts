import { requestMembersMax } from '../base/limits.ts'

/** Texts above that length are looked through before they are parsed. */
const longCharactersMin = 64 * 1024
/** How deep a body may nest; a request of ours nests 4 levels. */
const jsonDepthMax = 64
/** Characters outside of strings for each member, at the most: white space is nothing to read megabytes of. */
const memberCharactersMax = 64

/**
 * Why a long JSON text is not worth parsing: it nests deeper than jsonDepthMax, or has too many members; a parser takes
 * seconds for millions of them. Undefined when it is. Reads no further than it must.
 */
export function jsonProblem(text: string, membersMax = requestMembersMax): string | undefined {
  if (text.length <= longCharactersMin) return undefined
  let depth = 0
  let members = 0
  let outside = 0
  for (let at = 0; at < text.length; at += 1) {
    const mark = text.charCodeAt(at)
    outside += 1
    if (mark === quote) at = endOfString(text, at)
    else if (mark === openBracket || mark === openBrace) depth += 1
    else if (mark === closeBracket || mark === closeBrace) depth -= 1
    else if (mark === comma) members += 1
    if (depth > jsonDepthMax) return 'the body nests too deep'
    if (members >= membersMax || outside > membersMax * memberCharactersMax) {
      return `the body has more than ${membersMax} members`
    }
  }
  return undefined
}

const [quote, backslash, openBracket, closeBracket, openBrace, closeBrace] = [0x22, 0x5c, 0x5b, 0x5d, 0x7b, 0x7d]
const comma = 0x2c

/** Where the string that begins at `start` ends; the end of the text when it does not. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let escapes = 0
    while (text.charCodeAt(end - escapes - 1) === backslash) escapes += 1
    if (escapes % 2 === 0) return end
  }
  return text.length
}
