import { noticeSitesMax } from '../base/limits.ts'
import type { Notice } from '../base/notice.ts'
import { detached } from '../values/binary-reader.ts'
import { isAbsent, type Value } from '../values/value.ts'
import { type AbsentName, findAbsentChooser, type ScanTable } from './absent-names.ts'
import { haveOtherFields, kindsOf, meetingOf } from './comparable-kinds.ts'
import { MixedLists } from './mixed-lists.ts'
import { makeNotices } from './make-notices.ts'
import { type NoticeSites, noSites, type SourceSites } from './notice-sites.ts'
import { hasWrittenList, noLooks, TextLooks } from './text-looks.ts'
import { type Failure, type Mismatch, type JoinSide, SourceProbe } from './source-probe.ts'

/** The marks of a run without notices: all set. There are never more than noticeSitesMax. */
export const unseenMarks = new Uint8Array(4_096).fill(1)

/**
 * What one run of a statement finds out for its notices. A scan asks a probe about each of its rows only while a path of
 * the statement has not been found in any row before: of a statement without a mistake that is one row, or few.
 */
export class Observation {
  readonly #text: string
  #sites: NoticeSites = noSites
  #parameters: readonly Value[] = []
  #probes = new Map<SourceSites, SourceProbe>()
  #mismatches = new Map<number, Mismatch>()
  /** How often a comparison met lists and structs of other shapes. */
  #unclear = new Map<number, number>()
  #noLists = new Set<number>()
  #failures = new Map<number, Failure>()
  /** The first key of each type, on both sides of a hash join or a set operation. */
  #keys = new Map<number, Readonly<Record<JoinSide, Map<string, Value>>>>()
  #lookups = new Map<object, number>()
  #texts = noLooks
  /** Comparisons that met values of comparable types. */
  #comparable = new Set<number>()
  /** Those whose list the statement writes. */
  #listed = new Set<number>()
  #mixed = new MixedLists()
  #remarks: Notice[] = []
  marks: Uint8Array = unseenMarks

  constructor(text: string) {
    this.#text = text
  }

  /** The statement begins to run. */
  begin(sites: NoticeSites, parameters: readonly Value[]): void {
    if (this.#sites !== noSites) this.#forget()
    this.#sites = sites
    this.#parameters = parameters
    this.#texts = new TextLooks(sites.comparisons)
    for (const site of sites.comparisons) if (hasWrittenList(site)) this.#listed.add(site.mark)
    this.#remarks = [...sites.remarks]
    this.marks = new Uint8Array(sites.marks)
    this.marks[0] = 1
  }

  /** What an earlier run found out: a statement may begin again. */
  #forget(): void {
    this.#probes = new Map()
    this.#mismatches = new Map()
    this.#unclear = new Map()
    this.#noLists = new Set()
    this.#failures = new Map()
    this.#keys = new Map()
    this.#lookups = new Map()
    this.#comparable = new Set()
    this.#listed = new Set()
    this.#mixed = new MixedLists()
  }

  probeOf(source: SourceSites): SourceProbe {
    const known = this.#probes.get(source)
    if (known !== undefined) return known
    const probe = new SourceProbe(source)
    this.#probes.set(source, probe)
    return probe
  }

  /** Whether a look-up that found nothing is to be tried on other documents: not for each of very many. */
  mayCompareOthers(lookup: object): boolean {
    const before = this.#lookups.get(lookup) ?? 0
    this.#lookups.set(lookup, before + 1)
    return before < lookupsTriedMax
  }

  /** A comparison met two present values; sets its mark unless their types can't be compared, or a text is looked after. */
  compared(mark: number, left: Value, right: Value): void {
    const met = meetingOf(left, right)
    if (this.#noLists.has(mark)) this.marks[mark] = 1
    else if (met === 'comparable') {
      if (this.#texts.see(mark, left, right)) this.marks[mark] = 1
      else this.#comparable.add(mark)
    } else if (met === 'unclear') this.#metUnclear(mark, left, right)
    else if (mark !== 0 && (this.#mismatches.get(mark)?.isShape ?? !this.#mismatches.has(mark))) {
      this.#mismatches.set(mark, { values: met, isWithin: met[0] !== left })
    }
  }

  /** Of very many lists of other lengths nothing is learnt. Structs of other fields are never equal. */
  #metUnclear(mark: number, left: Value, right: Value): void {
    if (mark !== 0 && haveOtherFields(left, right)) {
      if (!this.#mismatches.has(mark))
        this.#mismatches.set(mark, { values: [detached(left), detached(right)], isWithin: false, isShape: true })
      return
    }
    const times = (this.#unclear.get(mark) ?? 0) + 1
    this.#unclear.set(mark, times)
    if (times >= unclearMax) this.marks[mark] = 1
  }

  /** An operation ended in a type error: its value is MISSING. */
  failed(mark: number, message: string, help?: string): void {
    if (mark !== 0 && !this.#failures.has(mark)) this.#failures.set(mark, { message, help })
  }

  /** IN met a right side that is no list; beside lists of other types nothing can be said. */
  foundNoList(mark: number, left: Value, right: Value): void {
    if (this.#mismatches.has(mark) && !this.#noLists.has(mark)) this.marks[mark] = 1
    this.#noLists.add(mark)
    this.#mismatches.set(mark, { values: [left, right], isWithin: false })
  }

  /** The same for a value and those of a collection. */
  comparedEach(mark: number, value: Value, items: readonly Value[]): void {
    if (isAbsent(value)) return
    // Very long lists are not searched for values of other types: they get no notice.
    if (items.length > comparedItemsMax) this.marks[mark] = 1
    for (let at = 0; at < items.length && this.marks[mark] === 0; at += 1) {
      const item = items[at] as Value
      if (!isAbsent(item)) this.compared(mark, value, item)
    }
    if (items.length <= 1 || items.length > comparedItemsMax || !this.#listed.has(mark)) return
    if (this.#mixed.isOpen(mark, value, items) && this.marks[mark] === 1) {
      this.#comparable.add(mark)
      this.marks[mark] = 0
    }
  }

  /** A key of a hash join, or a row of a set operation; sets its mark when the other side had one of a comparable type. */
  joined(mark: number, side: JoinSide, value: Value): void {
    if (isAbsent(value)) return
    const keys = this.#keys.get(mark) ?? { left: new Map(), right: new Map() }
    this.#keys.set(mark, keys)
    const kinds = kindsOf(value)
    if (keys[side].has(kinds)) return
    if (keys[side].size >= joinedKindsMax) this.marks[mark] = 1
    keys[side].set(kinds, detached(value))
    for (const other of keys[side === 'left' ? 'right' : 'left'].values()) {
      this.compared(mark, side === 'left' ? value : other, side === 'left' ? other : value)
    }
  }

  /** A field that no document has and by which a change is chosen; undefined where there is none. */
  absentChooser(scan: ScanTable): AbsentName | undefined {
    return findAbsentChooser({ probes: this.#probes.values(), marks: this.marks, text: this.#text, scan })
  }

  /** What a change itself finds out. */
  remark(notice: Notice): void {
    if (this.#remarks.length < noticeSitesMax) this.#remarks.push(notice)
  }

  /** The notices of a finished run. */
  notices(): readonly Notice[] {
    for (const mark of this.#comparable) this.marks[mark] = 1
    return makeNotices({
      text: this.#text,
      sites: this.#sites,
      parameters: this.#parameters,
      marks: this.marks,
      probes: this.#probes,
      mismatches: this.#mismatches,
      mixed: this.#mixed,
      noLists: this.#noLists,
      failures: this.#failures,
      texts: this.#texts,
      remarks: this.#remarks,
    })
  }
}

const comparedItemsMax = 100
const unclearMax = 64
const joinedKindsMax = 16
const lookupsTriedMax = 8
