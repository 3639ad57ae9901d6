import type { ParserToken } from './parser-token.ts'

/** Who is charged for the memory that reading and planning a statement takes. `charge` throws where there is not so much. */
export interface Account {
  charge(bytes: number): void
}

/** Bytes of a token, and of the nodes of the tree that it gives rise to; measured over statements of many kinds. */
const tokenBytes = 96
const separatorBytes = 8
const nodeBytes = 176
/** Bytes of a value of an Ion literal, as read and as folded. */
const ionValueBytes = 128

/** Bytes of the plan and the program of a literal, and of any other node of the tree; half of it is held only a while. */
export const literalPlanBytes = 64
export const nodePlanBytes = 300

/** What a token takes until the statement has been planned. */
export function tokenCost(token: ParserToken, text: string): number {
  if (token.kind === 'ion') return tokenBytes + ionCost(text, token.start, token.end)
  return tokenBytes + (token.word === ',' ? separatorBytes : nodeBytes)
}

/** A value of an Ion literal begins the literal, or stands behind a blank, a comma, a colon or a bracket. */
function ionCost(text: string, start: number, end: number): number {
  let values = 1
  for (let index = start; index < end; index += 1) {
    const unit = text.charCodeAt(index)
    if (unit <= 32 || unit === 44 || unit === 58 || unit === 91 || unit === 40 || unit === 123) values += 1
  }
  return values * ionValueBytes + (end - start)
}
