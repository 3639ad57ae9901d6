import { LedgerError } from '../base/errors.ts'
import { formatOfPath, type InputFormat, openInput, wholeValue } from '../inputs/input.ts'
import { list, type Value } from '../values/value.ts'
import { type Binding, boundValue } from './binding.ts'
import { isDom } from './dom-values.ts'
import { isValue, type JsValue, toValue } from './to-value.ts'

/** What names may stand for: any value, or rows that are made while the query runs. */
export type Bindings = Readonly<Record<string, JsValue | Iterable<JsValue>>>

/** Finds what the names of a query stand for. Throws LedgerError 'semantic/no-such-variable' for one that is not given. */
export function bindingsOf(bindings: Bindings): (name: string) => Binding {
  const known = new Map<string, Binding>()
  return (name) => {
    let found = known.get(name)
    if (found === undefined) {
      if (!Object.hasOwn(bindings, name))
        throw new LedgerError('semantic/no-such-variable', `nothing is bound to '${name}'`)
      found = bind(bindings[name])
      known.set(name, found)
    }
    return found
  }
}

function bind(js: JsValue | Iterable<JsValue>): Binding {
  if (!isRows(js)) return boundValue(toValue(js))
  return {
    once: !Array.isArray(js) && (js[Symbol.iterator]() as unknown) === js,
    rows: () => converted(js),
    value: () => list([...converted(js)]),
  }
}

/** Arrays and other iterables are lists whose elements are converted when they are read. */
function isRows(js: JsValue | Iterable<JsValue>): js is Iterable<JsValue> {
  if (typeof js !== 'object' || js === null || isValue(js) || isDom(js)) return false
  if (js instanceof Map || js instanceof Set || js instanceof Uint8Array) return false
  return Symbol.iterator in js
}

function* converted(rows: Iterable<JsValue>): Generator<Value, undefined> {
  for (const row of rows) yield toValue(row)
}

/**
 * The rows of a file: Ion, JSON, JSON Lines, CSV or TSV, also packed with gzip; `-` is standard input. The file is read
 * again, a piece at a time, for every loop over the result, which can be bound to a name as it is. A file with one value
 * that is no list has one row.
 *
 * `format` follows from the extension when it is left out, else by the first bytes (Ion or JSON). Loops throw what the
 * file system throws, and LedgerError 'file/malformed' with the place in the file.
 */
export function readRows(path: string, format: InputFormat | undefined = formatOfPath(path)): Iterable<Value> {
  return {
    *[Symbol.iterator](): Generator<Value, undefined> {
      const content = openInput(path, format)
      if (content.kind === 'rows') yield* { [Symbol.iterator]: () => content.rows }
      else {
        const value = wholeValue(content)
        if (value.type === 'list') yield* value.items
        else yield value
      }
    },
  }
}
