import { parseStatement } from '../src/syntax/parser.ts'
import { printStatement } from '../src/syntax/print-ast.ts'
import { StatementSplitter } from '../src/syntax/split.ts'

const statements: Readonly<Record<string, string>> = {
  'select by key': "SELECT * FROM Vehicle AS v WHERE v.VIN = '1N4AL11D75C109151'",
  'insert a document': `INSERT INTO VehicleRegistration VALUE { 'VIN': 'KM8SRDHF6EU074761', 'RegNum': 1722, 'State': 'WA',
    'PendingPenaltyTicketAmount': 130.75, 'Owners': { 'PrimaryOwner': { 'PersonId': '294jJ3YUoH1IEEm8GSabOs' },
    'SecondaryOwners': [ { 'PersonId': '5Ufgdlnj06gF5CWcOIu64s' } ] }, 'ValidFrom': \`2017-06-21T\` }`,
  'join, group, order': `SELECT p.tag || ':' || p.name AS tagname, AVG(p.age) AS average, COUNT(*) AS n
    FROM people AS p INNER JOIN @p.groups AS g ON g.id = p.id AND g.size BETWEEN 1 AND 10
    WHERE p.name LIKE 'A%' AND p.state IN ('a', 'b') GROUP BY p.tag || ':' || p.name HAVING COUNT(*) > 1
    ORDER BY average DESC LIMIT 10`,
}

/** Runs for about a second; gives calls a second. */
function rate(call: () => void): number {
  for (let warm = 0; warm < 2_000; warm += 1) call()
  let calls = 0
  const start = performance.now()
  while (performance.now() - start < 1_000) {
    for (let round = 0; round < 500; round += 1) call()
    calls += 500
  }
  return (calls / (performance.now() - start)) * 1_000
}

/** Statements parsed and printed a second, and how fast a script is cut. */
export async function run(): Promise<void> {
  const show = (what: string, perSecond: number, unit: string) =>
    console.log(`${what.padEnd(32)} ${Math.round(perSecond).toLocaleString('en').padStart(12)} ${unit}/s`)
  for (const [what, text] of Object.entries(statements)) {
    show(
      `parse: ${what}`,
      rate(() => parseStatement(text)),
      'statements',
    )
    const tree = parseStatement(text)
    show(
      `print: ${what}`,
      rate(() => printStatement(tree)),
      'statements',
    )
  }
  const chunk = Object.values(statements).join(';\n').concat(';\n').repeat(50)
  const splitter = new StatementSplitter()
  show('cut a script', rate(() => splitter.push(chunk)) * chunk.length, 'characters')
}
