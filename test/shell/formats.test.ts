import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatNames, resultFormat } from '../../src/shell/formats/formats.ts'
import { string, structOf } from '../../src/values/value.ts'

/** A control sequence, a C1 control, and a character that reorders the text after it. */
const hostile = 'a\x1b[31m\x9b1m\u202eb'

for (const name of formatNames) {
  test(`${name}: no control character of a value reaches a terminal`, () => {
    const format = resultFormat(name, { width: 80 })
    const rows = [structOf({ [hostile]: string(hostile) }), structOf({ [hostile]: string('b') })]
    const text = format.start() + format.values(rows) + format.end(true)
    assert.match(text, /b/)
    assert.equal(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]/.exec(text), null)
  })
}
