// A file of any size, a row at a time. Reads JSON Lines, JSON, Ion, CSV or TSV, also packed with gzip.
//   node examples/stream-file.mjs [FILE]
import { join } from 'node:path'
import { printIon, readRows, rows, toJs } from 'qldb-shell'

const path = process.argv[2] ?? join(import.meta.dirname, 'sales.csv')

// The file is read as far as rows are asked for: LIMIT leaves the rest unread.
for (const row of rows('SELECT * FROM sales LIMIT 2', { sales: readRows(path) })) console.log(printIon(row))

// Only the groups are held.
const query = `
  SELECT s.city, COUNT(*) AS sales, SUM(s.amount) AS amount, MAX(s.day) AS latest
  FROM sales AS s WHERE s.amount IS NOT NULL
  GROUP BY s.city ORDER BY amount DESC`
for (const row of rows(query, { sales: readRows(path) })) console.log(toJs(row, { decimals: 'string' }))

/* prints:
{day:"2024-01-02",city:"Linz",item:"tea, green",amount:4.20}
{day:"2024-01-02",city:"Graz",item:"coffee",amount:10.05}
{ city: 'Linz', sales: 2, amount: '14.00', latest: '2024-01-03' }
{ city: 'Graz', sales: 1, amount: '10.05', latest: '2024-01-02' }
{ city: 'Wels', sales: 1, amount: '3.95', latest: '2024-01-05' }
*/
