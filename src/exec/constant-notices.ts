import { noticeText } from '../base/notice.ts'
import type { PlanExpression } from '../plan/plan.ts'
import { type LiteralName, stringOf } from './literal-names.ts'
import type { ConstantCondition, ConstantKey, PathSite } from './notice-sites.ts'

const namesHint = 'names take double quotes, or none'

/** A text, compared with others like it, that is the name of a field that documents have; undefined for no such text. */
export function literalMessage(site: PathSite, text: string): string | undefined {
  if (site.idOf !== undefined) {
    const name = noticeText(site.text)
    return `${name} is the document's id, by BY; the field is ${noticeText(site.idOf)}.${name}`
  }
  const is = kindOfText(site, text)
  return is && `${is}, not the ${site.steps.length === 0 ? 'alias' : 'field'}; ${namesHint}`
}

/** A condition that is the same for every row; undefined where no text in it may be meant as a name. */
export function conditionMessage(
  { texts, reason }: ConstantCondition,
  written: string,
  text: string,
): string | undefined {
  if (reason !== undefined) return `${noticeText(written)} ${reason}`
  const is = texts.map((one) => kindOfText(one, text)).find((one) => one !== undefined)
  return is && `${noticeText(written)} is the same for every row: ${is}; ${namesHint}`
}

/** Undefined for what is no text in quotes: the part of a date in a call. */
function kindOfText({ text: name, span }: LiteralName, text: string): string | undefined {
  const quote = text[span.start]
  if (quote === '`') return `\`${noticeText(name)}\` is a symbol`
  return quote === "'" ? `'${noticeText(name)}' is a string` : undefined
}

export function keyMessage(clause: ConstantKey['clause'], value: PlanExpression, written: string): string {
  const hint = stringOf(value) === undefined ? '' : `; ${namesHint}`
  const does = clause === 'ORDER BY' ? 'sorts' : 'splits'
  return `${clause} ${noticeText(written)} ${does} nothing: it is the same for every row${hint}`
}
