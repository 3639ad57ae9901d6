/**
 * Where an Ion literal in backticks ends: a machine that takes one UTF-16 unit at a time, so that the lexer and the
 * splitter of scripts, which sees its text in pieces, agree. A backtick inside Ion's strings, quoted symbols and
 * comments is not the end (Ion 1.0 specification, "Grammar"). Blobs are known too: their base 64 may hold `//`.
 */
export type IonState = number

export const ionStart: IonState = 0
/** The closing backtick has been taken. */
export const ionEnded: IonState = -1

const plain = ionStart
const string = 1
const stringEscape = 2
const oneQuote = 3
const symbol = 4
const symbolEscape = 5
const twoQuotes = 6
const long = 7
const longEscape = 8
const longOneQuote = 9
const longTwoQuotes = 10
const slash = 11
const lineComment = 12
const blockComment = 13
const blockStar = 14
const brace = 15
const lob = 16
const lobBrace = 17
/** The same states of a string inside a lob, to which the machine returns afterwards. */
const inLob = 32

const backtick = 96
const quote = 39
const doubleQuote = 34
const backslash = 92

/** The state after one more unit. */
export function stepIon(state: IonState, unit: number): IonState {
  if (state >= inLob) {
    const next = stepIon(state - inLob, unit)
    return next === plain ? lob : next === ionEnded ? ionEnded : next + inLob
  }
  switch (state) {
    case plain:
      return stepPlain(unit)
    case string:
      return unit === backslash ? stringEscape : unit === doubleQuote ? plain : string
    case stringEscape:
      return string
    case oneQuote:
      return unit === quote ? twoQuotes : unit === backslash ? symbolEscape : symbol
    case symbol:
      return unit === backslash ? symbolEscape : unit === quote ? plain : symbol
    case symbolEscape:
      return symbol
    case twoQuotes:
      return unit === quote ? long : stepPlain(unit)
    case long:
      return unit === backslash ? longEscape : unit === quote ? longOneQuote : long
    case longEscape:
      return long
    case longOneQuote:
      return unit === quote ? longTwoQuotes : unit === backslash ? longEscape : long
    case longTwoQuotes:
      return unit === quote ? plain : unit === backslash ? longEscape : long
    default:
      return stepRare(state, unit)
  }
}

function stepPlain(unit: number): IonState {
  switch (unit) {
    case backtick:
      return ionEnded
    case doubleQuote:
      return string
    case quote:
      return oneQuote
    case 47:
      return slash
    case 123:
      return brace
    default:
      return plain
  }
}

function stepRare(state: IonState, unit: number): IonState {
  switch (state) {
    case slash:
      return unit === 47 ? lineComment : unit === 42 ? blockComment : stepPlain(unit)
    case lineComment:
      return unit === 10 || unit === 13 ? plain : lineComment
    case blockComment:
      return unit === 42 ? blockStar : blockComment
    case blockStar:
      return unit === 47 ? plain : unit === 42 ? blockStar : blockComment
    case brace:
      return unit === 123 ? lob : stepPlain(unit)
    case lob:
      return stepLob(unit)
    case lobBrace:
      return unit === 125 ? plain : stepLob(unit)
    default:
      return plain
  }
}

function stepLob(unit: number): IonState {
  switch (unit) {
    case backtick:
      return ionEnded
    case doubleQuote:
      return string + inLob
    case quote:
      return oneQuote + inLob
    case 125:
      return lobBrace
    default:
      return lob
  }
}
