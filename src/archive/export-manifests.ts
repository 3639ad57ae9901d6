import { basename } from 'node:path'
import { markedField, type MarkedRevisions, marksOf } from '../journal/import-marks.ts'
import type { StructValue, Value } from '../values/value.ts'
import type { FindingList } from './import-findings.ts'

/** What the manifest of a started or completed export says; AWS wrote both beside the blocks. */
export interface Manifest {
  readonly path: string
  readonly kind: 'started' | 'completed'
  /** Object keys of a completed manifest, in order. */
  readonly keys: readonly string[]
  readonly exportId: string | undefined
  readonly ledgerName: string | undefined
  /** Revisions that an import marked in the ledger that was exported; undefined where the field is of another form. */
  readonly marks: MarkedRevisions | undefined
}

const noMarks: MarkedRevisions = new Map()

/** A manifest has one value, with nothing to check in it; what lies beside it could be taken for checked. */
export function noteMore(path: string, values: readonly Value[], findings: FindingList): void {
  const strange = values.length > 1 ? ['further values'] : strangeInManifest(values[0] as Value)
  if (strange.length === 0) return
  const message = `'${path}' holds more than a manifest, which was not checked: ${strange.join(', ')}`
  findings.add('doubtful', 'manifest', message, { file: path })
}

/** Fields that hold structs or lists, but for those that manifests have. */
function strangeInManifest(value: Value): string[] {
  if (value.type !== 'struct') return ['a list']
  return value.names.filter((name, index) => {
    const { type } = value.values[index] as Value
    return (type === 'struct' || type === 'list' || type === 'sexp') && name !== 'keys' && name !== markedField
  })
}

export function manifestOf(value: StructValue, path: string): Manifest | undefined {
  const keys = value.get('keys')
  const text = (name: string) => {
    const field = value.get(name)
    return field?.type === 'string' ? field.value : undefined
  }
  const marked = value.get(markedField)
  const marks = marked === undefined ? noMarks : marksOf(marked)
  const common = { path, exportId: text('exportId'), ledgerName: text('ledgerName'), marks }
  if (keys?.type === 'list') {
    const texts = keys.items.flatMap((key) => (key.type === 'string' ? [key.value] : []))
    return { ...common, kind: 'completed', keys: texts }
  }
  return common.exportId === undefined ? undefined : { ...common, kind: 'started', keys: [] }
}

/** The marks that manifests declare, of all exports together, in order. */
export function declaredMarks({ manifests }: { readonly manifests: readonly Manifest[] }): MarkedRevisions {
  const all = new Map<number, readonly number[]>()
  for (const { marks } of manifests)
    for (const [sequenceNo, positions] of marks ?? []) {
      const both = new Set([...(all.get(sequenceNo) ?? []), ...positions])
      all.set(
        sequenceNo,
        [...both].sort((left, right) => left - right),
      )
    }
  return new Map([...all].sort(([left], [right]) => left - right))
}

/** Every file that a manifest lists should be there. Keys have the bucket's prefix or not: only the last part counts. */
export function checkManifests(
  manifests: readonly Manifest[],
  files: readonly { readonly path: string }[],
  findings: FindingList,
): void {
  const present = new Set(files.map(({ path }) => plainName(path)))
  const listed = new Set<string>()
  const completed = manifests.filter(({ kind }) => kind === 'completed')
  for (const { path, keys } of completed) {
    for (const key of keys) {
      listed.add(plainName(key))
      if (present.has(plainName(key))) continue
      findings.add('doubtful', 'file-missing', `'${key}', which '${path}' lists, is not there`, { file: path })
    }
  }
  for (const { path, marks } of manifests) {
    if (marks !== undefined) continue
    const message = `'${path}': ${markedField} is not a list of {sequenceNo: int, revisions: [int, …]} in order`
    findings.add('doubtful', 'manifest', message, { file: path })
  }
  const started = manifests.filter(({ kind }) => kind === 'started')
  if (started.length > completed.length) {
    const message = `${started.length} exports were started, but only ${completed.length} have a manifest of their completion`
    findings.add('doubtful', 'manifest', message, { file: started[0]?.path })
  }
  if (completed.length === 0) return
  for (const { path } of files) {
    if (!listed.has(plainName(path)))
      findings.add('note', 'file-unlisted', `'${path}' is in no manifest`, { file: path })
  }
}

function plainName(path: string): string {
  return basename(path).replace(/\.gz$/, '')
}
