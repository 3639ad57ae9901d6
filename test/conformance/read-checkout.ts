import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { parseAllIon } from '../../src/values/text-reader.ts'
import { struct, type StructValue, type Value } from '../../src/values/value.ts'
import type { Case, Expectation } from './run-cases.ts'

/**
 * The cases of a checkout of partiql/partiql-tests as it is. `core` lies in partiql-tests-data, `extended` in
 * partiql-tests-data-extended. Graph cases are left out: PartiQL's graphs are an experiment, and no type here.
 */
export function readCheckout(folder: string): Case[] | undefined {
  const sets = [
    ['core', 'partiql-tests-data'],
    ['extended', 'partiql-tests-data-extended'],
  ] as const
  if (!sets.some(([, name]) => existsSync(join(folder, name)))) return undefined
  return sets.flatMap(([set, name]) => {
    const root = join(folder, name)
    return filesIn(root).flatMap((path) => new FileReader(relative(root, path), set).read(readFileSync(path, 'utf8')))
  })
}

function filesIn(root: string): string[] {
  if (!existsSync(root)) return []
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' })
  return names
    .filter((name) => name.endsWith('.ion') && !name.includes('graph'))
    .sort()
    .map((name) => join(root, name))
}

/** What a list of cases hands down to those in it. */
interface Surroundings {
  readonly path: readonly string[]
  readonly environment: StructValue
}

class FileReader {
  readonly #set: Case['set']
  readonly #classes = new Map<string, readonly string[]>()
  readonly #path: string
  readonly #cases: Case[] = []

  constructor(path: string, set: Case['set']) {
    this.#path = path
    this.#set = set
  }

  read(text: string): readonly Case[] {
    this.#readAll(parseAllIon(text), { path: [this.#path], environment: struct([], []) })
    return this.#cases
  }

  #readAll(values: readonly Value[], around: Surroundings): void {
    let { environment } = around
    for (const value of values) {
      const [mark] = value.annotations ?? []
      if (mark === 'envs' && value.type === 'struct') environment = merged(environment, value)
      else if (mark === 'equiv_class' && value.type === 'struct') this.#readClass(value)
      else if (value.type === 'list') {
        this.#readAll(value.items, { path: [...around.path, ...(mark === undefined ? [] : [mark])], environment })
      } else if (value.type === 'struct') this.#readCase(value, { path: around.path, environment })
    }
  }

  #readClass(value: StructValue): void {
    this.#classes.set(textOf(value.get('id')), itemsOf(value.get('statements')).map(textOf))
  }

  #readCase(value: StructValue, { path, environment }: Surroundings): void {
    const own = value.get('env')
    const statement = value.get('statement')
    const statements = statement?.type === 'symbol' ? this.#classes.get(statement.value) : [textOf(statement)]
    const asserted = value.get('assert')
    if (statements === undefined || asserted === undefined) throw new Error(`${path.join(' / ')}: not a case`)
    this.#cases.push({
      id: [...path, textOf(value.get('name'))].join(' / '),
      set: this.#set,
      environment: own?.type === 'struct' ? merged(environment, own) : environment,
      statements,
      expect: (asserted.type === 'list' ? asserted.items : [asserted]).flatMap(expectationsOf),
    })
  }
}

/** One expectation a typing mode; `any` where the case names none. */
function expectationsOf(value: Value): Expectation[] {
  if (value.type !== 'struct') return []
  const modes = value.get('evalMode')
  const names = modes === undefined ? ['any'] : (modes.type === 'list' ? modes.items : [modes]).map(textOf)
  return names.map((name) => ({
    mode: name === 'EvalModeError' ? 'strict' : name === 'EvalModeCoerce' ? 'permissive' : 'any',
    result: textOf(value.get('result')),
    output: value.get('output'),
  }))
}

/** The bindings of both; the inner ones count. */
function merged(outer: StructValue, inner: StructValue): StructValue {
  if (outer.names.length === 0) return inner
  const kept = outer.names.flatMap((name, at) =>
    inner.get(name) === undefined ? [[name, outer.values[at]] as const] : [],
  )
  return struct(
    [...kept.map(([name]) => name), ...inner.names],
    [...kept.map(([, value]) => value as Value), ...inner.values],
  )
}

export function textOf(value: Value | undefined): string {
  return value?.type === 'string' || value?.type === 'symbol' ? value.value : ''
}

export function itemsOf(value: Value | undefined): readonly Value[] {
  return value?.type === 'list' ? value.items : []
}
