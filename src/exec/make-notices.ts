import { fileHelp, looksLikeFile } from '../base/file-name.ts'
import { noticeNameCharactersMax, noticesMax } from '../base/limits.ts'
import { nearName } from '../base/near-name.ts'
import { type Notice, type NoticeCode, noticeText } from '../base/notice.ts'
import type { Span } from '../base/span.ts'
import { parameterHelp } from '../base/hints.ts'
import { printIon } from '../values/text-writer.ts'
import type { Value } from '../values/value.ts'
import type { MixedLists, UnmetElement } from './mixed-lists.ts'
import { conditionMessage, keyMessage, literalMessage } from './constant-notices.ts'
import type { ComparisonSite, NoticeSites, NoticeStep, PathSite, SourceSites } from './notice-sites.ts'
import type { Failure, Mismatch, SourceProbe } from './source-probe.ts'
import { textOf } from './notice-path.ts'
import { nullMessage, operationMessage } from './operation-notices.ts'
import type { TextLooks } from './text-looks.ts'
import { structKey } from './struct-key.ts'
import { partsOf } from '../plan/plan-parts.ts'

/** What a run has found out. */
export interface Findings {
  /** The statement's text. */
  readonly text: string
  readonly sites: NoticeSites
  readonly marks: Uint8Array
  readonly probes: ReadonlyMap<SourceSites, SourceProbe>
  /** The first values of different types that a comparison met. */
  readonly mismatches: ReadonlyMap<number, Mismatch>
  readonly mixed: MixedLists
  /** Those of them where the right side of IN was no list. */
  readonly noLists: ReadonlySet<number>
  /** The first type error of each operation. */
  readonly failures: ReadonlyMap<number, Failure>
  readonly parameters: readonly Value[]
  readonly texts: TextLooks
  readonly remarks: readonly Notice[]
}

/** The notices of a run, in the order of the statement's text, each message once. */
export function makeNotices(findings: Findings): readonly Notice[] {
  const { sites, marks, probes, mismatches, mixed, noLists, failures, texts, text } = findings
  const found: Notice[] = []
  const add = (code: NoticeCode, message: string, span: Span) => {
    if (!found.some((one) => one.message === message)) found.push({ code, message, span })
  }
  for (const probe of probes.values()) {
    if (probe.rows === 0) continue
    for (const site of probe.pending) {
      if (site.role !== 'literal' && isReported(site, probe, marks)) add(...fieldNotice(site, probe, text), site.span)
    }
  }
  const named = namesAsTexts(findings)
  for (const { message, span } of named) add('notice/text-not-name', message, span)
  for (const site of sites.comparisons) {
    const found = mismatches.get(site.mark)
    const unmet = marks[site.mark] === 1 ? mixed.unmetOf(site.mark) : undefined
    if (unmet !== undefined) add('notice/types-differ', unmetMessage(unmet), spanOf(site.parts))
    if (found === undefined || marks[site.mark] === 1) continue
    const shown = site.call === undefined ? site.parts : [site.call]
    const span = spanOf(shown)
    const message = (noLists.has(site.mark) ? noListMessage : mismatchMessage)(site, found, written(shown, text))
    add('notice/types-differ', message, span)
  }
  for (const site of sites.operations) {
    const failure = failures.get(site.mark)
    if (failure === undefined || (marks[site.mark] === 1 && !/^(?:aggregate|rows)$/.test(site.role))) continue
    // A field on the way has its own notice.
    if (site.role === 'removal' && found.some(({ span }) => span === site.span)) continue
    const isPartly = marks[site.mark] === 1
    add('notice/type-error', operationMessage(site, failure, written([site.shown], text), isPartly), site.span)
  }
  for (const site of sites.nullComparisons) {
    const message = nullMessage(site, findings.parameters, written(site.parts, text))
    if (message !== undefined) add('notice/compares-null', message, spanOf(site.parts))
  }
  for (const site of sites.constantConditions) {
    const span = spanOf(site.parts)
    const isTold = named.some((one) => one.span.start >= span.start && one.span.start < span.end)
    const message = isTold ? undefined : conditionMessage(site, written(site.parts, text), text)
    if (message !== undefined) add('notice/constant-condition', message, span)
  }
  for (const { code, message, span } of texts.notices(spanOf, sites.writtenTexts)) {
    const isTold = found.some((one) => one.code === 'notice/constant-condition' && one.span.start === span.start)
    if (!isTold) add(code, message, span)
  }
  for (const { code, message, span } of findings.remarks) add(code, message, span)
  for (const { clause, value } of sites.constantKeys) {
    const code = clause === 'ORDER BY' ? 'notice/constant-order' : 'notice/constant-group'
    add(code, keyMessage(clause, value, written([value], text)), spanOf([value]))
  }
  for (const span of sites.bareAnds) add('notice/unclear-and', bareAndMessage(text, span), span)
  for (const span of sites.textSources) add('notice/text-not-name', sourceMessage(text, span), span)
  found.sort((a, b) => a.span.start - b.span.start)
  return found.slice(0, noticesMax)
}

/** Texts that are names of fields that rows had. */
function namesAsTexts({ sites, probes, texts, text }: Findings): { readonly message: string; readonly span: Span }[] {
  const named: { readonly message: string; readonly span: Span }[] = []
  for (const source of sites.sources.values()) {
    for (const site of source.paths) {
      if (site.role !== 'literal' || !isName(site, probes.get(source))) continue
      if (site.comparison !== undefined && !isUnmet(site, site.comparison, texts)) continue
      const message = literalMessage(site, text)
      if (message !== undefined) named.push({ message, span: site.span })
    }
  }
  return named
}

function isUnmet({ text, idOf }: PathSite, comparison: number, texts: TextLooks): boolean {
  return idOf === undefined ? texts.isUnmet(comparison, text) : texts.isNeverMet(comparison)
}

/** `a = 1 OR b = 2 AND c = 3` */
function bareAndMessage(text: string, span: Span): string {
  return `AND binds before OR: ${noticeText(written([{ span }], text))} is one side of the OR; parentheses show which is meant`
}

/** FROM 'Car' */
function sourceMessage(text: string, span: Span): string {
  const written = noticeText(text.slice(span.start, span.end))
  const name = text.slice(span.start + 1, span.end - 1)
  const hint = looksLikeFile(name) ? fileHelp(noticeText(name)) : 'names take double quotes, or none'
  return `FROM ${written} reads a ${written.startsWith('`') ? 'symbol' : 'string'}; ${hint}`
}

/** Whether a text is the name of a field that rows had; of one like `v.VIN` it is enough that `v` is a source without rows. */
function isName(site: PathSite, probe: SourceProbe | undefined): boolean {
  if (probe === undefined || probe.rows === 0) return textOf(site.steps) !== site.text && site.steps.length > 0
  return !probe.pending.includes(site) && !probe.unfound.has(site)
}

/** Of a path only the first step that leads nowhere counts, and nothing that was never evaluated. */
function isReported(site: PathSite, { pending, source }: SourceProbe, marks: Uint8Array): boolean {
  if (site.mark !== undefined && marks[site.mark] !== 1) return false
  const [first] = site.steps
  if (first?.kind === 'field' && source.columns?.includes(first.name) === true) return false
  return !pending.some(
    (other) =>
      other.role !== 'literal' && other.steps.length < site.steps.length && isBeginning(other.steps, site.steps),
  )
}

export function isBeginning(steps: readonly NoticeStep[], of: readonly NoticeStep[]): boolean {
  return steps.every((step, at) => {
    const other = of[at]
    return step.kind === 'each' ? other?.kind === 'each' : other?.kind === 'field' && other.name === step.name
  })
}

/** What is said of a path that leads nowhere in any row. */
export function noticeOfField(site: PathSite, probe: SourceProbe, text: string): string {
  return fieldNotice(site, probe, text)[1]
}

function fieldNotice(site: PathSite, probe: SourceProbe, text: string): [NoticeCode, string] {
  const { source, isWhole } = probe
  const last = site.steps.at(-1)
  const wanted = last?.kind === 'field' ? last.name : ''
  const names = probe.names.get(structKey(site.steps, site.steps.length - 1)) ?? []
  const near = wanted.length <= noticeNameCharactersMax ? nearName(wanted, names) : undefined
  const isQuoted = text.startsWith('"', site.span.start)
  const asPath = site.isName && isQuoted ? pathHint(wanted, source, names) : undefined
  if (asPath !== undefined)
    return [
      'notice/no-such-field',
      `no ${source.noun} of ${noticeText(source.label)} has a field '${noticeText(wanted)}'; ${asPath}`,
    ]
  if (site.isName && !site.isOutput && isMeantAsText(site, isQuoted, wanted, near)) {
    if (/^\$\d+$/.test(wanted)) return ['notice/name-not-text', `${wanted} is a name; ${parameterHelp}`]
    const written = isQuoted ? `"${noticeText(wanted)}"` : noticeText(wanted)
    return ['notice/name-not-text', `${written} is a name; strings take single quotes`]
  }
  const scope = source.isScan && isWhole ? '' : ' among those read'
  const lack = `no ${source.noun} of ${noticeText(source.label)} has a field '${noticeText(site.text)}'${scope}`
  if (site.role === 'order' && site.isName && isQuoted && /^\d+$/.test(wanted)) {
    return ['notice/constant-order', `${lack}; ORDER BY ${noticeText(wanted)} sorts by that column`]
  }
  const alias = aliasHint(site, source)
  if (alias !== undefined) return ['notice/no-such-field', `${lack}; ${alias}`]
  const added = site.role === 'set' ? ' (SET added it)' : ''
  if (site.isOutput) return ['notice/no-such-field', `${lack}; ${outputHint}`]
  if (near === undefined && site.steps.length === 1 && revisions.test(source.label)) {
    return ['notice/no-such-field', `${lack}; a document's fields are in 'data': data.${noticeText(wanted)}`]
  }
  if (near === undefined) return ['notice/no-such-field', `${lack}${added}`]
  const path = site.text.slice(0, site.text.length - wanted.length) + near
  return ['notice/no-such-field', `${lack}; did you mean '${noticeText(path)}'?${added}`]
}

/** Sources whose rows are revisions. */
const revisions = /^(?:_ql_committed_|history\()/

/** For `SELECT price * 2 AS cost … WHERE cost > 5`. */
const outputHint = 'SELECT, which gives that name, runs later: repeat its expression, or nest the query'

/** For `V.VIN` where the alias is `v`: the first step of a longer path was meant as the alias. */
function aliasHint({ steps, isName }: PathSite, { alias, label, paths }: SourceSites): string | undefined {
  const [first] = steps
  if (first?.kind !== 'field' || steps.length > 1 || !isName) return undefined
  if (!paths.some((other) => other.steps.length > 1 && isBeginning(steps, other.steps))) return undefined
  if (alias.toLowerCase() === first.name.toLowerCase()) return `did you mean the alias '${noticeText(alias)}'?`
  return alias === label ? undefined : `its alias is '${noticeText(alias)}'`
}

/** For `"v.VIN"`: quotes around a whole path make one name of it. */
function pathHint(wanted: string, { alias }: SourceSites, names: Iterable<string>): string | undefined {
  const first = /^([^.]+)\.[^.]/.exec(wanted)?.[1]
  if (first === undefined || ![alias, ...names].includes(first)) return undefined
  return `each name of a path takes its own quotes, or none: ${noticeText(wanted)}`
}

/** A near name speaks for a misspelt field, but where text is likely only one that differs in case. */
function isMeantAsText({ role }: PathSite, isQuoted: boolean, wanted: string, near: string | undefined): boolean {
  if (!isQuoted) return role === 'text' && near === undefined
  if (role === 'text') return near?.toLowerCase() !== wanted.toLowerCase()
  return role === 'value' && near === undefined
}

function noListMessage({ parts }: ComparisonSite, { values: [, found] }: Mismatch, text: string): string {
  const list = parts[1]?.kind === 'constant' ? '; write a list: (a, b)' : ''
  return `${noticeText(text)} was never true: IN takes a list, found ${found.type}${list}`
}

function unmetMessage({ element, value }: UnmetElement): string {
  const shown = noticeText(textInStatement(element))
  const hint = isQuotedNumber(element, value) ? '; numbers take no quotes' : ''
  return `no value was comparable with ${shown} of the list, ${element.type} beside ${value.type}${hint}`
}

function textInStatement(value: Value): string {
  return value.type === 'string' ? `'${value.value}'` : printIon(value)
}

function mismatchMessage(site: ComparisonSite, { values: [a, b], isWithin, isShape }: Mismatch, text: string): string {
  const { parts, isOrder, set } = site
  if (isShape && set === undefined && isOrder !== true) {
    return `${noticeText(text)} ${resultOf(site)}: equal structs have the same fields, it compared ${fieldsOf(a)} with ${fieldsOf(b)}`
  }
  const isQuoted =
    parts.some(({ kind }) => kind === 'constant' || kind === 'sequence') &&
    (isQuotedNumber(a, b) || isQuotedNumber(b, a))
  const hint = isQuoted ? '; numbers take no quotes' : ''
  const compared = `it compared ${a.type} with ${b.type}${hint}`
  if (set !== undefined) {
    return `OUTER ${set.toUpperCase()} ${set === 'except' ? 'took nothing away' : 'found nothing on both sides'}: ${compared}`
  }
  const result = isWithin && isOrder === true ? 'was decided by types alone' : resultOf(site)
  return `${noticeText(text)} ${result}: ${compared}`
}

/** `(zip, street)` */
function fieldsOf(value: Value): string {
  return value.type === 'struct' ? noticeText(`(${value.names.join(', ')})`) : value.type
}

function resultOf({ isNegated, isBound, call }: ComparisonSite): string {
  if (isBound) return 'was decided by its first bound alone'
  if (isNegated) return 'was true for every value'
  return call === undefined ? 'was never true' : 'never had equal arguments'
}

/** `'2014'` beside a number. */
function isQuotedNumber(value: Value, other: Value): boolean {
  const isNumber = other.type === 'int' || other.type === 'float' || other.type === 'decimal'
  return isNumber && value.type === 'string' && /^[-+]?\d+(?:\.\d+)?$/.test(value.value)
}

/** The text of parts of a statement, with the brackets that are missing around it: `(a = 1) = 2` begins at `a`. */
function written(parts: readonly object[], text: string): string {
  const { start, end } = spanOf(parts)
  const found = text.slice(start, end)
  let open = 0
  let unopened = 0
  for (const [bracket] of found.replace(/'(?:[^']|'')*'|"(?:[^"]|"")*"/g, '').matchAll(/[()]/g)) {
    open += bracket === '(' ? 1 : -1
    unopened = Math.max(unopened, -open)
  }
  const from = outward(text, start, unopened, '(', -1)
  return text.slice(from, outward(text, end, open + unopened, ')', 1))
}

/** The position past this many brackets before (step -1) or after a position, skipping blanks only. */
function outward(text: string, from: number, count: number, bracket: string, step: 1 | -1): number {
  let reached = from
  let left = count
  for (let at = step > 0 ? from : from - 1; left > 0; at += step) {
    const character = text[at]
    if (character === bracket) {
      left -= 1
      reached = step > 0 ? at + 1 : at
    } else if (character === undefined || !/\s/.test(character)) break
  }
  return reached
}

/** From the first character of the one to the last of the other, wherever their parts are. */
function spanOf(expressions: readonly object[]): Span {
  let start = Number.POSITIVE_INFINITY
  let end = 0
  const take = (part: object): void => {
    const { span } = part as { span?: Span }
    if (span !== undefined) {
      start = Math.min(start, span.start)
      end = Math.max(end, span.end)
    }
    // A constant stands where the expression does that it was folded from.
    const { written } = part as { written?: object }
    if (written === undefined) partsOf(part).forEach(take)
    else take(written)
  }
  for (const expression of expressions) take(expression)
  return { start: Math.min(start, end), end }
}
