import { rootOf } from '../../src/journal/merkle-tree.ts'
import { type Value, blob, int, list, nullOf, string, struct } from '../../src/values/value.ts'
import {
  at,
  changesOf,
  childrenOf,
  field,
  foldsOf,
  hashIn,
  hashOfValue,
  namesOf,
  type Path,
  pathsOf,
  spliced,
  withField,
  withNeighbour,
} from './tree.ts'

export type Operation =
  | 'change'
  | 'annotate'
  | 'remove'
  | 'duplicate'
  | 'add part'
  | 'reorder'
  | 'move'
  | 'hash'
  | 'fold'
  | 'everywhere'
  | 'blank'
  | 'pair'
  | 'rename'
  | 'blocks'

/** An edit of the values of a file, one of them or several. */
export interface Edit {
  readonly operation: Operation
  /** Index of the value that is changed, and the names on the way to what is changed in it. */
  readonly index: number
  readonly names: readonly string[]
  /** Which of the ways to do it. */
  readonly variant: number
  /** Also changed: the value that it was moved to. */
  readonly other?: number
  /** The values with the edit. */
  make(): readonly Value[]
  /** Part of the file's end is gone, or of its beginning, and nothing else. */
  readonly isCut?: boolean
  /** Data that was redacted is there again. */
  readonly restores?: boolean
}

/** Every edit of every field at every depth, as far as it is made of one value at a time. */
export function* editsOf(values: readonly Value[]): Generator<Edit> {
  for (const [index, value] of values.entries()) for (const path of pathsOf(value)) yield* editsAt(values, index, path)
}

function* editsAt(values: readonly Value[], index: number, path: Path): Generator<Edit> {
  const root = values[index] as Value
  const target = at(root, path) as Value
  const names = namesOf(root, path)
  const edit = (operation: Operation, variant: number, ...replacements: readonly Value[]): Edit => ({
    ...{ operation, index, names, variant },
    make: () => values.with(index, spliced(root, path, ...replacements)),
  })
  for (const [variant, changed] of changesOf(target).entries()) yield edit('change', variant, changed)
  yield edit('annotate', 0, annotated(target))
  yield edit('remove', 0)
  yield edit('duplicate', 0, target, target)
  const [changed] = changesOf(target)
  if (changed !== undefined) yield edit('duplicate', 1, target, changed)
  // Most readers of JSON take the last of two fields of a name.
  if (names.at(-1)?.startsWith('[') === false) yield edit('duplicate', 2, target, nullOf('null'))
  const other = otherCase(names.at(-1) ?? '')
  if (other !== undefined) {
    const beside = () => values.with(index, withNeighbour(root, path, other, changed ?? target))
    yield { operation: 'rename', index, names, variant: 0, make: beside }
  }
  const items = childrenOf(target)
  if (target.type === 'list' && items.length > 1) {
    yield edit('reorder', 0, list(items.toReversed()))
    if (items.length > 2) yield edit('reorder', 1, list([items[1] as Value, items[0] as Value, ...items.slice(2)]))
  }
  const hash = hashOfValue(target)
  if (hash !== undefined) yield edit('hash', 0, hash)
  for (const [variant, folded] of foldsOf(target).entries()) yield edit('fold', variant, folded)
  yield* movesOf(values, index, path, names)
}

/** The name with the first letter in the other case, as AWS's tools have it; undefined for a place in a list. */
function otherCase(name: string): string | undefined {
  const [first = '', rest] = [name[0], name.slice(1)]
  const turned = first === first.toUpperCase() ? first.toLowerCase() : first.toUpperCase()
  return turned === first ? undefined : turned + rest
}

/** Values that are read lazily have their content in getters, which a spread would lose. */
function annotated(value: Value): Value {
  if (value.type === 'struct') return struct(value.names, value.values, ['x'])
  if (value.type === 'blob' || value.type === 'clob')
    return { type: value.type, bytes: value.bytes, annotations: ['x'] }
  if (value.type === 'list' || value.type === 'sexp')
    return { type: value.type, items: value.items, annotations: ['x'] }
  return { ...value, annotations: ['x'] } as Value
}

/** To the same place of the next value that has such a place, there in the place of what it has, or beside it. */
function* movesOf(values: readonly Value[], index: number, path: Path, names: readonly string[]): Generator<Edit> {
  const root = values[index] as Value
  const target = at(root, path) as Value
  for (let step = 1; step < values.length; step += 1) {
    const other = (index + step) % values.length
    const place = placeOf(values[other] as Value, names)
    const there = place && at(values[other] as Value, place)
    if (place === undefined || there === undefined || there === target) continue
    const put =
      (source: () => Value, ...replacements: readonly Value[]) =>
      () =>
        values.with(other, spliced(values[other] as Value, place, ...replacements)).with(index, source())
    const move = { operation: 'move' as const, index, names, other }
    yield { ...move, variant: 0, make: put(() => spliced(root, path, there), target) }
    if (names.at(-1)?.startsWith('[') === true)
      yield { ...move, variant: 1, make: put(() => spliced(root, path), there, target) }
    return
  }
}

function placeOf(value: Value, names: readonly string[]): Path | undefined {
  const path: number[] = []
  let here: Value | undefined = value
  for (const name of names) {
    const step: number = here?.type === 'struct' ? here.names.indexOf(name) : Number(name.slice(1, -1))
    here = here && childrenOf(here)[step]
    if (here === undefined) return undefined
    path.push(step)
  }
  return path
}

/** The same field changed in all blocks; blocks left out, doubled and in another order. */
export function* editsOfBlocks(values: readonly Value[]): Generator<Edit> {
  for (const name of [
    'blockTimestamp',
    'transactionId',
    'blockAddress',
    'transactionInfo',
    'revisions',
    'redactionInfo',
  ]) {
    for (const variant of [0, 1]) {
      const make = () => values.map((value) => changedField(value, name, variant))
      yield { operation: 'everywhere', index: 0, names: [name], variant, make }
    }
  }
  for (const [index, value] of values.entries()) {
    yield* swapsOfDocuments(values, index, value)
    yield* blanksOf(values, index, value)
  }
  const edit = (variant: number, index: number, changed: readonly Value[], isCut = false): Edit => ({
    ...{ operation: 'blocks', index, names: [], variant, make: () => changed, isCut },
  })
  for (const [index, value] of values.entries()) {
    yield edit(0, index, values.toSpliced(index, 1), index === 0 || index === values.length - 1)
    yield edit(1, index, values.toSpliced(index, 0, value))
    if (index > 0) yield edit(2, index - 1, values.with(index - 1, value).with(index, values[index - 1] as Value))
    if (index > 1) yield edit(3, index, values.slice(0, index), true)
    if (index > 1) yield edit(4, index, values.slice(index), true)
  }
}

/** A block with parts left out, and entries that have the root of those it had: a coarser level of their tree, empty hashes. */
function* blanksOf(values: readonly Value[], index: number, block: Value): Generator<Edit> {
  const entries = field(block, 'entriesHashList')
  if (entries?.type !== 'list' || field(block, 'transactionInfo') === undefined) return
  const hashes = entries.items.flatMap((item) => hashIn(item) ?? [])
  // In JSON they are texts.
  if (hashes.length < entries.items.length) return
  const pairs = Array.from({ length: Math.ceil(hashes.length / 2) }, (_, at) =>
    rootOf(hashes.slice(at * 2, at * 2 + 2)),
  )
  const empty = new Uint8Array(0)
  const lists = [hashes, pairs, [...pairs, empty], [...hashes, empty], [...hashes.slice(2), ...pairs.slice(0, 1)]]
  const revisions = childrenOf(field(block, 'revisions') ?? list([]))
  const isHidden = revisions.every((revision) => field(revision, 'metadata') === undefined)
  const bare = list(revisions.map((revision) => struct(['hash'], [field(revision, 'hash') as Value])))
  let variant = 0
  for (const shown of lists)
    for (const parts of [['transactionInfo'], ['revisions'], ['redactionInfo'], ['transactionInfo', 'revisions']]) {
      if (parts.every((name) => field(block, name) === undefined)) continue
      const without = parts.reduce((made, name) => withField(made, name, undefined), block)
      const listed = withField(without, 'entriesHashList', list(shown.map((hash) => blob(hash))))
      const forms = parts.includes('revisions') && !isHidden ? [listed, withField(listed, 'revisions', bare)] : [listed]
      for (const made of forms) {
        const moved = withField(made, 'transactionId', string('F'.repeat(22)))
        for (const one of [made, moved]) {
          variant += 1
          yield { operation: 'blank', index, names: parts, variant, make: () => values.with(index, one) }
        }
      }
    }
}

/** Two neighbours of its revisions in the other order, and their documents in transactionInfo. */
function* swapsOfDocuments(values: readonly Value[], index: number, block: Value): Generator<Edit> {
  const revisions = field(block, 'revisions')
  const info = field(block, 'transactionInfo')
  const documents = field(info, 'documents')
  if (revisions?.type !== 'list' || info === undefined || documents?.type !== 'struct') return
  for (let at = 0; at + 1 < documents.names.length; at += 2) {
    if (revisions.items.length !== documents.names.length) return
    const order = documents.names.map((_, here) => (here === at ? at + 1 : here === at + 1 ? at : here))
    const inOrder = <T>(items: readonly T[]) => order.map((from) => items[from] as T)
    const swapped = struct(inOrder(documents.names), inOrder(documents.values), documents.annotations)
    const changed = withField(block, 'transactionInfo', withField(info, 'documents', swapped))
    const made = withField(changed, 'revisions', list(inOrder(revisions.items)))
    yield {
      ...{ operation: 'reorder', index, names: ['revisions', 'documents'], variant: at },
      make: () => values.with(index, made),
    }
  }
}

function changedField(block: Value, name: string, variant: number): Value {
  const content = field(block, name)
  if (content === undefined) return block
  if (name === 'blockAddress') {
    const strand = variant === 0 ? string('Z'.repeat(22)) : field(content, 'strandId')
    const number = Number((field(content, 'sequenceNo') as { value: number }).value) + variant
    return withField(block, name, withField(withField(content, 'strandId', strand), 'sequenceNo', int(number)))
  }
  if (content.type === 'struct' || content.type === 'list') return withField(block, name, undefined)
  return withField(block, name, changesOf(content)[variant])
}
