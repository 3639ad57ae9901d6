import { fieldHelp } from '../base/hints.ts'
import type { Span } from '../base/span.ts'
import { noticeText } from '../base/notice.ts'
import { isBeginning, noticeOfField } from './make-notices.ts'
import type { PathSite, TableDocuments } from './notice-sites.ts'
import { leadsToValue } from './path-values.ts'
import type { SourceProbe } from './source-probe.ts'
import type { SourceRow } from './source.ts'

/** A field that no document has. */
export interface AbsentName {
  readonly message: string
  readonly span: Span
  readonly help: string
}

/** The documents of a table. */
export type ScanTable = (table: TableDocuments) => Iterable<SourceRow>

interface Search {
  readonly probes: Iterable<SourceProbe>
  readonly marks: Uint8Array
  /** The statement's. */
  readonly text: string
  readonly scan: ScanTable
}

export function findAbsentChooser({ probes, marks, text, scan }: Search): AbsentName | undefined {
  for (const probe of probes) {
    if (probe.rows === 0) continue
    for (const site of probe.pending) {
      const isSeen = site.chooses && (site.mark === undefined || marks[site.mark] === 1)
      if (!isSeen || isColumn(site, probe) || !isNowhere(site, probe, scan)) continue
      const first = firstAbsent(site, probe)
      return { message: noticeOfField(first, probe, text), span: first.span, help: helpFor(first, probe) }
    }
  }
  return undefined
}

function helpFor({ namesTable, text }: PathSite, { source: { alias } }: SourceProbe): string {
  if (namesTable === undefined) return fieldHelp
  const field = `${noticeText(alias)}.${noticeText(text)}`
  return `${noticeText(namesTable)} is a table: use a source's alias, or read it in a sub-query; a field is ${field}`
}

/** A column of SELECT may be MISSING in every row; the fields that it is made of are checked separately. */
function isColumn({ steps: [first] }: PathSite, { source }: SourceProbe): boolean {
  return first?.kind === 'field' && source.columns?.includes(first.name) === true
}

/**
 * Whether no document of the source has the field, of those that the statement did not read neither: so it does the same
 * with an index as without.
 */
function isNowhere({ steps }: PathSite, { source, isWhole }: SourceProbe, scan: ScanTable): boolean {
  if (source.isScan && isWhole) return true
  // EXCLUDED: each of its documents that was asked for was checked.
  if (source.table === undefined) return !source.isScan
  for (const { value } of scan(source.table)) if (leadsToValue(value, steps, 0)) return false
  return true
}

/** The first step on the way that leads nowhere. */
function firstAbsent(site: PathSite, { pending }: SourceProbe): PathSite {
  const before = pending.filter(
    ({ role, steps }) => role !== 'literal' && steps.length < site.steps.length && isBeginning(steps, site.steps),
  )
  return before.reduce((first, one) => (one.steps.length < first.steps.length ? one : first), site)
}
