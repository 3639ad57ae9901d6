import { ionHash } from '../../src/values/ion-hash.ts'
import { joinHashes } from '../../src/values/join-hashes.ts'
import {
  blob,
  bool,
  decimal,
  float,
  int,
  list,
  nullOf,
  sexp,
  string,
  struct,
  structOf,
  symbol,
  type Value,
} from '../../src/values/value.ts'
import { parseTimestamp, printTimestamp } from '../../src/values/timestamp.ts'

/** Where a value lies in another: a step for each struct or list on the way, by position, since a name may come twice. */
export type Path = readonly number[]

export function childrenOf(value: Value): readonly Value[] {
  if (value.type === 'struct') return value.values
  return value.type === 'list' || value.type === 'sexp' ? value.items : []
}

export function at(value: Value, path: Path): Value | undefined {
  return path.reduce<Value | undefined>((found, step) => found && childrenOf(found)[step], value)
}

/** The names on the way, `[2]` for an item of a list. */
export function namesOf(value: Value, path: Path): string[] {
  const names: string[] = []
  let here: Value | undefined = value
  for (const step of path) {
    names.push(here?.type === 'struct' ? (here.names[step] as string) : `[${step}]`)
    here = here && childrenOf(here)[step]
  }
  return names
}

export function* pathsOf(value: Value, path: Path = []): Generator<Path> {
  if (path.length > 0) yield path
  for (const [index, child] of childrenOf(value).entries()) yield* pathsOf(child, [...path, index])
}

/** The value with another one at the path; none: it is taken out. Several: they take its place. */
export function spliced(value: Value, path: Path, ...replacements: readonly Value[]): Value {
  const [step, ...rest] = path as [number, ...number[]]
  if (rest.length > 0) {
    const child = spliced(childrenOf(value)[step] as Value, rest, ...replacements)
    return rebuilt(
      value,
      (items) => items.with(step, child),
      (names) => names,
    )
  }
  const sameName = (names: readonly string[]) =>
    names.toSpliced(step, 1, ...replacements.map(() => names[step] as string))
  return rebuilt(value, (items) => items.toSpliced(step, 1, ...replacements), sameName)
}

function rebuilt(
  value: Value,
  items: (items: readonly Value[]) => readonly Value[],
  names: (names: readonly string[]) => readonly string[],
): Value {
  const changed = items(childrenOf(value))
  if (value.type === 'struct') return struct(names(value.names), changed, value.annotations)
  return value.type === 'sexp' ? sexp(changed, value.annotations) : list(changed, value.annotations)
}

/** The value with one more field beside the one at the path. */
export function withNeighbour(value: Value, path: Path, name: string, content: Value): Value {
  const [step, ...rest] = path as [number, ...number[]]
  if (rest.length > 0)
    return spliced(value, [step], withNeighbour(childrenOf(value)[step] as Value, rest, name, content))
  if (value.type !== 'struct') return value
  return struct(
    value.names.toSpliced(step + 1, 0, name),
    value.values.toSpliced(step + 1, 0, content),
    value.annotations,
  )
}

export function field(value: Value | undefined, name: string): Value | undefined {
  return value?.type === 'struct' ? value.get(name) : undefined
}

/** The struct with a field that has another value, or is new; undefined: without it. */
export function withField(value: Value, name: string, content: Value | undefined): Value {
  if (value.type !== 'struct') return value
  const index = value.names.indexOf(name)
  if (content === undefined) return index === -1 ? value : spliced(value, [index])
  if (index !== -1) return spliced(value, [index], content)
  return struct([...value.names, name], [...value.values, content], value.annotations)
}

export function hashIn(value: Value | undefined): Uint8Array | undefined {
  return value?.type === 'blob' && [0, 32].includes(value.bytes.length) ? value.bytes : undefined
}

/** Other values in its place, the likely ones of a forger first. */
export function changesOf(value: Value): Value[] {
  switch (value.type) {
    case 'null':
      return [value.nullType === 'null' ? nullOf('int') : nullOf('null'), int(0)]
    case 'bool':
      return [bool(!value.value)]
    case 'int':
      return [int(BigInt(value.value) + 1n), decimal(BigInt(value.value), 0)]
    case 'float':
      return [float(value.value + 1), decimal(BigInt(Math.trunc(value.value)), 0)]
    case 'decimal':
      return [
        decimal(value.coefficient + 1n, value.exponent),
        decimal(value.coefficient * 10n, value.exponent - 1),
        float(Number(value.coefficient) * 10 ** value.exponent),
      ]
    case 'string':
      return [string(changedText(value.value)), string(`${value.value}x`), symbol(value.value), string('')]
    case 'symbol':
      return [symbol(`${value.value}x`), string(value.value)]
    case 'timestamp':
      return laterTimes(printTimestamp(value))
    case 'blob':
    case 'clob':
      return [
        blob(Uint8Array.from(value.bytes, (byte, index) => (index === 0 ? byte ^ 1 : byte))),
        blob(value.bytes.subarray(1)),
        blob(new Uint8Array(0)),
      ]
    case 'struct':
      return [struct([...value.names, 'approvedBy'], [...value.values, string('boss')]), structOf({})]
    case 'list':
    case 'sexp':
      return [list([...value.items, int(7)]), list([])]
    default:
      return []
  }
}

/** A time, a number or a letter in it is another. */
function changedText(text: string): string {
  return text.replace(/[0-9a-zA-Z]/, (letter) =>
    letter === '1' ? '2' : letter === 'q' ? 'r' : /\d/.test(letter) ? '1' : 'q',
  )
}

function laterTimes(text: string): Value[] {
  const [year, rest] = [Number(text.slice(0, 4)), text.slice(4)]
  const second = /:(\d\d)(\.\d+)?(Z|[-+]\d\d:\d\d)$/.exec(text)?.[1]
  const next = second && String((Number(second) + 1) % 60).padStart(2, '0')
  const texts = [
    `${String(year + 5).padStart(4, '0')}${rest}`,
    ...(next === undefined ? [] : [text.replace(/:\d\d(\.\d+)?(Z|[-+]\d\d:\d\d)$/, `:${next}$1$2`)]),
    text.replace('Z', '-00:00'),
  ]
  return texts.flatMap((one) => (one === text ? [] : (parseTimestamp(one) ?? [])))
}

/** Lists of hashes with two of them joined to one, as the tree above them has it. */
export function foldsOf(value: Value): Value[] {
  if (value.type !== 'list' || value.items.length < 2) return []
  const hashes = value.items.map((item) => hashIn(item) ?? hashIn(field(item, 'hash')))
  if (hashes.some((hash) => hash === undefined)) return []
  const wrap = (hash: Uint8Array) => (value.items[0]?.type === 'blob' ? blob(hash) : structOf({ hash: blob(hash) }))
  const folded = (from: number, to: number) =>
    value.items.flatMap((item, index) => {
      if (index < from || index >= to) return [item]
      const [left, right] = [hashes[index] as Uint8Array, hashes[index + 1]]
      if ((index - from) % 2 === 1) return []
      return right === undefined || index + 1 >= to ? [item] : [wrap(joinHashes(left, right))]
    })
  return [folded(0, value.items.length), folded(0, 2), folded(value.items.length - 2, value.items.length)].map(
    (items) => list(items),
  )
}

/** Its hash in its place: a revision keeps its own, as QLDB's revisions of the catalog do. */
export function hashOfValue(value: Value): Value | undefined {
  const own = hashIn(field(value, 'hash'))
  if (own !== undefined) return structOf({ hash: blob(own) })
  try {
    return blob(ionHash(value))
  } catch {
    return undefined
  }
}
