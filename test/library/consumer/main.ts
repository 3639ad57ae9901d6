// A project that uses the package as published: compiled with its declarations, then run. See ../package.test.ts.
import { dom } from 'ion-js'
import {
  type Bindings,
  type DecimalValue,
  type EmbeddedLedger,
  evaluate,
  int,
  type JsResult,
  type JsValue,
  LedgerError,
  openLedger,
  parse,
  print,
  printIon,
  type Query,
  prepare,
  type Statement,
  structOf,
  toJs,
  type Value,
} from 'qldb-shell'
import { startLedgerServer } from 'qldb-shell/fixture'

const bindings: Bindings = { cars: [{ name: 'Aster', price: 4.5 }], n: 2n, more: new Set<JsValue>([1, 'x']) }
const value: Value = evaluate('SELECT VALUE c.price * n FROM cars AS c', bindings, { typing: 'strict' })
if (value.type !== 'bag') throw new Error(value.type)
const first: Value | undefined = value.items[0]
console.log(first === undefined ? 'nothing' : printIon(first))

const query: Query = prepare('SELECT VALUE x FROM xs AS x', ['xs'])
for (const row of query.rows({ xs: [structOf({ a: int(1) })] })) {
  const js: JsResult = toJs(row)
  console.log(js)
}

const statement: Statement = parse('select a from b')
console.log(print(statement))

const price: JsResult = toJs(evaluate('0.10 + 0.20'))
console.log((price as DecimalValue).coefficient)

async function main(): Promise<void> {
  const ledger: EmbeddedLedger = await openLedger({ directory: process.argv[2] as string, name: 'consumer' })
  await ledger.execute('CREATE TABLE T')
  const total: JsResult = await ledger.transaction(async (transaction) => {
    await transaction.execute('INSERT INTO T ?', [structOf({ n: int(40) })])
    const result = await transaction.execute('SELECT VALUE n + 2 FROM T')
    const [sum] = await result.toArray()
    return sum === undefined ? undefined : toJs(sum)
  })
  console.log(total)
  const car: dom.Value = dom.Value.from({ price: 4.5 }, ['car'])
  const [price]: dom.Value[] = await ledger.execute('SELECT VALUE CAST(? .price AS DECIMAL(5, 2)) FROM T', [car], {
    results: 'dom',
  })
  console.log(price?.decimalValue()?.toString(), car.getAnnotations()[0])
  await ledger.close()
}

const plain: JsResult = evaluate('0.10 + 4.40', {}, { results: 'js' })
console.log(printIon(plain as DecimalValue))

main().catch((error: unknown) => {
  console.error(error instanceof LedgerError ? error.code : error)
  process.exitCode = 1
})

export const start: () => Promise<{ readonly endpoint: string }> = () => startLedgerServer()

export function refused() {
  // @ts-expect-error a function stands for no value
  return evaluate('f', { f: () => 1 })
}
