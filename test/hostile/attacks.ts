import { type RawAttack, rawAttacks } from './raw-attacks.ts'

/**
 * What one client may send to stop a server: statements and requests, each with the name that the report shows. `setup`
 * has made the tables `Light` (ten documents, indexed on `n`) and `Wide` (5,000 documents).
 */
export type Attack =
  | { readonly name: string; readonly statements: readonly string[]; readonly parameters?: () => readonly string[] }
  | { readonly name: string; readonly body: () => string; readonly repeat?: number }
  | { readonly name: string; readonly idleConnections: number }
  | RawAttack

const chain = (steps: number, op: string, first: string): string => {
  const lets = [`${first} AS x0`]
  for (let step = 1; step <= steps; step += 1) lets.push(`x${step - 1}${op}x${step - 1} AS x${step}`)
  return lets.join(', ')
}

const rows = (digits: number, alias: string): string => {
  const ten = '<<0,1,2,3,4,5,6,7,8,9>>'
  return Array.from({ length: digits }, (_, at) => `${ten} AS ${alias}${at}`).join(', ')
}

const body = (command: object): string => JSON.stringify({ SessionToken: 'A'.repeat(64), ...command })
const transaction = 'A'.repeat(22)
const execute = (statement: string, more: object = {}): string =>
  body({ ExecuteStatement: { TransactionId: transaction, Statement: statement, ...more } })

const numbers: readonly Attack[] = [
  {
    name: 'products that double 26 times',
    statements: [`SELECT VALUE 1 FROM [1] AS n LET ${chain(26, '*', '99999999999')} WHERE x26 > 0`],
  },
  {
    name: 'sums of strings that double 40 times',
    statements: [`SELECT VALUE CHAR_LENGTH(x40) FROM [1] AS n LET ${chain(40, '||', "'abcdefgh'")}`],
  },
  {
    name: 'lists that double 30 times',
    statements: [
      `SELECT VALUE x30 FROM [1] AS n LET [1] AS x0, ${Array.from({ length: 30 }, (_, at) => `[x${at}, x${at}] AS x${at + 1}`).join(', ')}`,
    ],
  },
  {
    name: 'products in a condition of a change',
    statements: [
      `DELETE FROM Light AS t WHERE EXISTS(SELECT 1 FROM [1] AS n LET ${chain(26, '*', '99999999999')} WHERE x26 < 0)`,
    ],
  },
  {
    name: 'a pattern that backtracks',
    statements: [
      `SELECT VALUE 1 FROM Wide AS w WHERE '${'a'.repeat(3000)}' LIKE '${'%a'.repeat(300)}b'`,
      `SELECT VALUE 1 FROM [1] AS n WHERE '${'ab'.repeat(1500)}' LIKE '${'%a_'.repeat(400)}%c'`,
    ],
  },
]

const rowBombs: readonly Attack[] = [
  { name: 'count of 10^9 rows', statements: [`SELECT COUNT(*) FROM ${rows(9, 'a')}`] },
  {
    name: 'DISTINCT of 10^9 rows',
    statements: [`SELECT DISTINCT a0, a1, a2, a3, a4, a5, a6, a7, a8 FROM ${rows(9, 'a')}`],
  },
  {
    name: 'GROUP BY of 10^9 rows',
    statements: [
      `SELECT a0, a1, a2, a3, a4, a5, a6, COUNT(*) AS c FROM ${rows(9, 'a')} GROUP BY a0, a1, a2, a3, a4, a5, a6`,
    ],
  },
  { name: 'GROUP AS of 10^9 rows', statements: [`SELECT a0, g FROM ${rows(9, 'a')} GROUP BY a0 GROUP AS g`] },
  { name: 'ORDER BY of 10^9 rows', statements: [`SELECT a0, a8 FROM ${rows(9, 'a')} ORDER BY a8, a0`] },
  {
    name: 'window over 10^9 rows',
    statements: [`SELECT ROW_NUMBER() OVER (ORDER BY a0) AS r FROM ${rows(9, 'a')}`],
  },
  {
    name: 'UNION of 10^9 rows',
    statements: [`SELECT a0, a8 FROM ${rows(9, 'a')} UNION SELECT b0, b8 FROM ${rows(9, 'b')}`],
  },
  {
    name: 'a list of 10^9 rows in one value',
    statements: [`[(SELECT VALUE [a0, a1, a2] FROM ${rows(9, 'a')})]`],
  },
  {
    name: 'recursion without an end',
    statements: [
      'WITH RECURSIVE t (n) AS (SELECT 1 FROM [1] AS o UNION ALL SELECT n + 1 FROM t) SELECT COUNT(*) FROM t',
    ],
  },
  {
    name: 'a table joined with itself',
    statements: ['SELECT COUNT(*) FROM Wide AS a, Wide AS b, Wide AS c WHERE a.n + b.n + c.n = -1'],
  },
  {
    name: 'all of a table changed by a condition that takes long',
    statements: [`UPDATE Wide AS w SET w.x = 1 WHERE (SELECT COUNT(*) FROM ${rows(5, 'a')}) = w.n`],
  },
  {
    name: 'an INSERT of 10^7 documents',
    statements: [`INSERT INTO Wide (SELECT a0 AS n FROM ${rows(7, 'a')})`],
  },
]

const texts: readonly Attack[] = [
  { name: 'a statement of 30 MB', body: () => execute(`SELECT * FROM [${'1,'.repeat(15_000_000)}1] AS n`), repeat: 9 },
  { name: 'a statement of 90,000 characters', statements: [`SELECT VALUE [${'1,'.repeat(45_000)}1] FROM [1] AS n`] },
  { name: 'a flat chain of ORs', statements: [`SELECT * FROM Light WHERE n = 0${' OR n = 1'.repeat(9_000)}`] },
  { name: 'parentheses', statements: [`SELECT VALUE ${'('.repeat(40_000)}1${')'.repeat(40_000)} FROM [1] AS n`] },
  {
    name: 'open brackets',
    statements: [`${'['.repeat(7_000)}`, `${'(SELECT '.repeat(900)}`, `${'{a:'.repeat(2_000)}`],
  },
  {
    name: 'CASE in CASE',
    statements: [`SELECT VALUE ${'CASE WHEN true THEN '.repeat(300)}1${' END'.repeat(300)} FROM [1] AS n`],
  },
  {
    name: 'joins of 200 tables',
    statements: [
      `SELECT * FROM ${Array.from({ length: 200 }, (_, at) => `Light AS t${at}`).join(', ')} WHERE t0.n = 11`,
    ],
  },
]

const bodies: readonly Attack[] = [
  {
    name: '1.5 million unknown keys',
    body: () => `{${Array.from({ length: 1_500_000 }, (_, at) => `"key${at}":0`).join(',')},"StartTransaction":{}}`,
    repeat: 3,
  },
  {
    name: '100,000 parameters',
    body: () => execute('SELECT 1', { Parameters: Array.from({ length: 100_000 }, () => ({ IonBinary: '4AEA6iEB' })) }),
    repeat: 3,
  },
  { name: '10 million empty lists', body: () => `{"x":[${'[],'.repeat(10_000_000)}[]]}` },
  { name: '30 MB of white space', body: () => `{${' '.repeat(30_000_000)}"StartTransaction":{}}` },
  { name: '30 MB of escapes', body: () => `{"x":"${'\\"'.repeat(15_000_000)}"}` },
  {
    name: '30 MB of base64',
    body: () => execute('SELECT 1', { Parameters: [{ IonBinary: 'AAAA'.repeat(7_500_000) }] }),
    repeat: 3,
  },
  { name: '20 MB of brackets', body: () => '['.repeat(20_000_000) },
  {
    name: 'a parameter of 20 MB of Ion text',
    statements: ['SELECT VALUE ? FROM [1] AS n'],
    parameters: () => [`[${'1,'.repeat(10_000_000)}1]`],
  },
  {
    name: 'a parameter of digits',
    statements: ['SELECT VALUE ? * ? FROM [1] AS n'],
    parameters: () => ['9'.repeat(100_000), '9'.repeat(100_000)],
  },
  {
    name: 'a parameter that nests',
    statements: ['SELECT VALUE ? FROM [1] AS n'],
    parameters: () => ['['.repeat(5_000_000)],
  },
  {
    name: 'a parameter of 5 million annotations',
    statements: ['SELECT VALUE ? FROM [1] AS n'],
    parameters: () => [`${'a::'.repeat(5_000_000)}1`],
  },
  {
    name: 'a parameter with an exponent of 10^9',
    statements: ['SELECT VALUE ? + 1 FROM [1] AS n', 'SELECT VALUE CAST(? AS INT) FROM [1] AS n'],
    parameters: () => ['1d1000000000'],
  },
]

const connections: readonly Attack[] = [{ name: '10,000 idle connections', idleConnections: 10_000 }]

export const attacks: readonly Attack[] = [...numbers, ...rowBombs, ...texts, ...bodies, ...connections, ...rawAttacks]
