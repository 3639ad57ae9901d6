// PartiQL over plain JavaScript objects: nothing is stored, nothing is converted by hand.
//   node examples/query-objects.mjs
import { evaluate, explain, LedgerError, parseIon, pictureAt, prepare, printIon, toJs } from 'qldb-shell'

const cars = [
  { vin: 'V1', make: 'Aster', year: 2014, price: parseIon('8200.50') },
  { vin: 'V2', make: 'Birch', year: 1998, price: parseIon('900.00') },
  { vin: 'V3', make: 'Aster', year: 2021, price: parseIon('31000.25'), tags: ['electric'] },
]
const owners = new Map([
  ['V1', 'Ann'],
  ['V3', 'Bob'],
])

// Decimals are added exactly and stay decimals.
const totals = evaluate('SELECT c.make, COUNT(*) AS n, SUM(c.price) AS total FROM cars AS c GROUP BY c.make', { cars })
console.log(printIon(totals))
console.log(toJs(totals, { decimals: 'number' }))

// A prepared query runs again and again; `?` takes parameters; a Map is a struct.
const newer = prepare(
  'SELECT c.vin, o AS owner FROM cars AS c, UNPIVOT owners AS o AT vin WHERE vin = c.vin AND c.year > ?',
  ['cars', 'owners'],
)
for (const row of newer.rows({ cars, owners }, [2015])) console.log(toJs(row))

console.log(explain('SELECT * FROM cars AS c WHERE c.year > 2000', ['cars']))

const faulty = 'SELECT c.vin FROM card AS c'
try {
  evaluate(faulty, { cars })
} catch (error) {
  if (!(error instanceof LedgerError) || error.span === undefined) throw error
  console.log(pictureAt(faulty, error.span, error.message).join('\n'))
  console.log(error.help)
}

/* prints:
$bag::[{make:"Aster",n:2,total:39200.75},{make:"Birch",n:1,total:900.00}]
[
  { make: 'Aster', n: 2, total: 39200.75 },
  { make: 'Birch', n: 1, total: 900 }
]
{ vin: 'V3', owner: 'Bob' }
select c.*
  filter c.year > 2000
    range over cars as c
1:19: No such variable named 'card'
  SELECT c.vin FROM card AS c
                    ^
did you mean 'cars'?
*/
