interface StatementHelp {
  readonly forms: readonly string[]
  /** A statement for the vehicle registration sample; absent where it would need an id. */
  readonly example?: string
}

/** What `help <statement>` shows: the forms of docs/partiql.md, "Statements". */
export const statementHelps: Readonly<Record<string, StatementHelp>> = {
  select: {
    forms: [
      'SELECT [DISTINCT] * | expression [AS name], … | VALUE expression',
      'FROM table [AS a] [BY id], table2 [AS b] | a.list AS c [AT position] | history(table [, from [, to]]) AS h …',
      '[WHERE condition] [GROUP BY …] [HAVING …] [ORDER BY …] [LIMIT n] [OFFSET n]',
    ],
    example:
      "SELECT r.City, p.PersonId FROM VehicleRegistration AS r, r.Owners.SecondaryOwners AS p WHERE r.State = 'WA'",
  },
  insert: {
    forms: [
      'INSERT INTO table VALUE document',
      'INSERT INTO table << document, … >> | SELECT … | (field, …) VALUES (expression, …), …',
      '[ON CONFLICT (field, …) DO NOTHING | DO UPDATE EXCLUDED | DO REPLACE EXCLUDED | DO UPDATE SET …]',
    ],
    example: "INSERT INTO Vehicle VALUE {'VIN': 'X1', 'Year': 2024, 'Make': 'Fiat'}",
  },
  upsert: {
    forms: ['UPSERT INTO table document ON CONFLICT (field, …)'],
    example: "UPSERT INTO Vehicle {'VIN': 'WVWZZZ1KZ8W386752', 'Color': 'Red'} ON CONFLICT (VIN)",
  },
  replace: {
    forms: ['REPLACE INTO table document ON CONFLICT (field, …)'],
    example: "REPLACE INTO Vehicle {'VIN': 'WVWZZZ1KZ8W386752', 'Color': 'Red'} ON CONFLICT (VIN)",
  },
  update: {
    forms: [
      'UPDATE table [AS a] [BY id] SET path = expression, … [WHERE condition]',
      'UPDATE table [AS a] INSERT INTO a.list VALUE expression [AT position] [WHERE condition]',
      'UPDATE table [AS a] REMOVE a.path [WHERE condition]',
    ],
    example: "UPDATE Vehicle AS v SET v.Color = 'Red' WHERE v.VIN = 'WVWZZZ1KZ8W386752'",
  },
  from: {
    forms: ['FROM table AS a [, a.list AS b] [WHERE condition] SET … | INSERT INTO … | REMOVE …'],
    example: "FROM Vehicle AS v WHERE v.VIN = 'WVWZZZ1KZ8W386752' SET v.Color = 'Blue'",
  },
  delete: {
    forms: ['DELETE FROM table [AS a] [BY id] [WHERE condition]'],
    example: "DELETE FROM Vehicle WHERE VIN = 'JH2RC4462XM200583'",
  },
  create: {
    forms: ['CREATE TABLE name', 'CREATE INDEX ON table (field)'],
    example: 'CREATE INDEX ON Vehicle (Make)',
  },
  drop: { forms: ['DROP TABLE name', 'DROP INDEX "indexId" ON table WITH (purge = true)'] },
  undrop: { forms: ['UNDROP TABLE "tableId"'] },
  exec: {
    forms: ["EXEC REDACT_REVISION `{strandId: \"…\", sequenceNo: …}`, 'tableId', 'documentId'"],
  },
  explain: {
    forms: ['EXPLAIN statement', 'EXPLAIN ANALYZE SELECT …'],
    example: "EXPLAIN SELECT * FROM Vehicle WHERE VIN = 'WVWZZZ1KZ8W386752'",
  },
}

/** The help of the statement whose first word it is, with or without more of it; undefined for any other topic. */
export function statementHelp(topic: string): string | undefined {
  const word = topic.trim().split(/\s+/)[0]?.toLowerCase() ?? ''
  const help = Object.hasOwn(statementHelps, word) ? statementHelps[word] : undefined
  if (help === undefined) return undefined
  const lines = [...help.forms]
  if (help.example !== undefined) lines.push('', `for example: ${help.example};`)
  return lines.join('\n')
}
