import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { dom, load } from 'ion-js'
import {
  evaluate,
  fromDom,
  ionEquals,
  isDom,
  openLedger,
  parseIon,
  prepare,
  printIon,
  type ResultForm,
  rows,
  toDom,
  toValue,
} from '../../src/index.ts'
import { ionValue } from '../support/ion-values.ts'

/** Symbols without a text, and exponents that ion-js reads as other numbers. */
const isBeyondIonJs = (text: string) => /\$0(?![0-9])|[0-9]d-?[0-9]{9}|:[0-9]{2}\.[0-9]{13}/.test(text)

test('a value and its DOM value are the same, or toDom refuses', () => {
  fc.assert(
    fc.property(ionValue, (value) => {
      const text = printIon(value)
      let found: dom.Value
      try {
        found = toDom(value)
      } catch (error) {
        assert.match((error as Error).message, /^ion-js cannot hold this value exactly: /)
        assert.ok(isBeyondIonJs(text), `refused: ${text}`)
        return
      }
      assert.ok(isDom(found))
      assert.ok(ionEquals(fromDom(found), value), text)
    }),
    { numRuns: 500 },
  )
})

test('exponents, unknown symbols and long fractions that ion-js would change are refused', () => {
  for (const text of ['1d-4465731519089711', '$0', 'a::{b:[$0]}', '{$0:1}'])
    assert.throws(() => toDom(parseIon(text)), { code: 'value/type-mismatch' }, text)
})

test('PartiQL values that Ion lacks come back from the DOM', () => {
  for (const text of ['<<1, 1>>', "DATE '2020-01-02'", "TIME '10:11:12.50'", '[MISSING]', 'MISSING']) {
    const value = evaluate(text)
    assert.deepEqual(printIon(fromDom(toDom(value))), printIon(value), text)
    assert.equal(fromDom(toDom(value)).type, value.type, text)
  }
})

test('DOM values are taken at any depth, whatever their fields are called', () => {
  const text = '{constructor:1,writeTo:2,type:"int",value:3,annotations:[],getType:x,get:2020-01-01,__proto__:null.int}'
  const struct = load(text) as dom.Value
  assert.equal(printIon(toValue(struct)), text)
  assert.equal(
    printIon(toValue([{ a: struct }, new Set([dom.Value.from('x', ['y'])])])),
    `[{a:${text}},$bag::[y::"x"]]`,
  )
  for (const one of [
    'null.list',
    'null.struct',
    'a::[1,2]',
    '(a b)',
    '"s"',
    'sym',
    '1.50',
    '-0.',
    '1e0',
    '{{aGk=}}',
    '{{"hi"}}',
  ])
    assert.equal(printIon(toValue(load(one) as dom.Value)), printIon(parseIon(one)), one)
})

test('a DOM list is bound as the list it is, annotations included', () => {
  const list = load('mine::[1,2]') as dom.Value
  assert.equal(printIon(evaluate('xs', { xs: list })), 'mine::[1,2]')
  assert.equal(printIon(evaluate('SELECT VALUE x + 1 FROM xs AS x', { xs: list })), '$bag::[2,3]')
})

test('queries give results in the form that is asked for', () => {
  const [first] = rows('SELECT VALUE x FROM xs AS x', { xs: [1.5] }, { results: 'dom' })
  assert.equal(first?.numberValue(), 1.5)
  assert.equal(evaluate('2.50', {}, { results: 'dom' }).decimalValue()?.toString(), '2.50')
  assert.deepEqual(prepare('{a: 1}', [], { results: 'js' }).evaluate(), { a: 1 })
  for (const run of [evaluate, rows])
    assert.throws(() => run('1', {}, { results: 'json' as ResultForm }), {
      code: 'usage/invalid-argument',
      message: "results are value, dom, js, found 'json'",
    })
})

test('a ledger takes DOM values and gives them; a row that the DOM cannot hold changes nothing', async () => {
  const ledger = await openLedger()
  try {
    await ledger.execute('CREATE TABLE Car')
    await ledger.execute('INSERT INTO Car ?', [load('{vin:V1,price:4.50,sold:2020-01-01T10:00-08:00}') as dom.Value])
    const [car] = await ledger.execute('SELECT c.* FROM Car AS c', [], { results: 'dom' })
    assert.equal(car?.get('price')?.decimalValue()?.toString(), '4.50')
    assert.equal(printIon(toValue(car)), '{vin:V1,price:4.50,sold:2020-01-01T10:00-08:00}')
    const found = await ledger.transaction(
      async (transaction) => {
        const result = await transaction.execute('SELECT VALUE c.vin FROM Car AS c WHERE c.price = ?', [
          dom.Value.from(4.5),
        ])
        return result.toArray()
      },
      { results: 'js' },
    )
    assert.deepEqual(found, ['V1'])
    const deep = ledger.execute(
      'UPDATE Car AS c SET c.price = ? RETURNING MODIFIED NEW *',
      [parseIon('1d-4465731519089711')],
      { results: 'dom' },
    )
    await assert.rejects(deep, /ion-js cannot hold this value exactly/)
    assert.deepEqual(
      (await ledger.execute('SELECT VALUE c.price FROM Car AS c')).map((value) => printIon(value)),
      ['4.50'],
    )
  } finally {
    await ledger.close()
  }
})
