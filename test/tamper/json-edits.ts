import { downConvert } from '../../src/archive/export-json.ts'
import { string, struct, type Value } from '../../src/values/value.ts'
import { at, childrenOf, namesOf, pathsOf, spliced } from './tree.ts'

/** A text of JSON with a piece in it that only Ion has. */
export interface TypedText {
  readonly index: number
  readonly names: readonly string[]
  readonly variant: number
  readonly text: string
  /** A null as JSON has it, in a field more. */
  readonly isPlainNull: boolean
}

const marker = 'the piece that only Ion has'

/** Each value of some, annotated; a typed null in its place, and nulls in a field more. */
export function* typedTexts(
  values: readonly Value[],
  print: (value: Value) => string = downConvert,
): Generator<TypedText> {
  for (const [index, value] of values.entries())
    for (const path of pathsOf(value)) {
      const names = namesOf(value, path)
      for (const [variant, [put, piece]] of [...piecesFor(at(value, path) as Value)].entries()) {
        const text = print(spliced(value, path, put)).replace(`"${marker}"`, () => piece)
        // Inside Ion's text in JSON it is no JSON any more.
        if (!text.includes(marker)) yield { index, names, text, variant, isPlainNull: piece === 'null' }
      }
    }
}

/** What is put in a value's place, and the text that the marker in it stands for. */
function* piecesFor(target: Value): Generator<readonly [put: Value, piece: string]> {
  const mark = string(marker)
  yield [mark, `void::${downConvert(target)}`]
  yield [mark, 'null.int']
  yield [mark, 'note::null']
  if (target.type !== 'struct' || childrenOf(target).length === 0) return
  const wider = struct([...target.names, 'dataHash'], [...target.values, mark])
  for (const piece of ['null.blob', 'annulled::null', 'null']) yield [wider, piece]
}
