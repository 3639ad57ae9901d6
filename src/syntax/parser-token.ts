import type { Span } from '../base/span.ts'
import type { TokenKind } from './lexer.ts'

/** A token as the parser sees it. */
export interface ParserToken extends Span {
  readonly kind: TokenKind | 'end'
  /** An unquoted word in upper case, an operator or a sign as written (`!=` as `<>`); empty for everything else. */
  readonly word: string
}
