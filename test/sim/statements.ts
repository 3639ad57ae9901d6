import type { Dice } from './dice.ts'
import {
  type Answer,
  answer,
  type Document,
  type Fields,
  type Revision,
  type Row,
  type Statement,
  type Table,
  type Working,
} from './model.ts'

/** Every kind of statement, with what it has to do. Fields hold small numbers: `k` is looked up, `v` is changed. */

const noTable = { codes: ['semantic/no-such-variable', 'catalog/table-not-found'] }
export const tableNames = ['A', 'B', 'C', 'D']
const keysMax = 6

/** A statement that fits what the transaction sees, or just misses it. */
export function anyStatement(dice: Dice, working: Working, strandId: string): Statement {
  const active = working.activeTables
  if (active.length === 0) return createTable(dice.pick(tableNames))
  const table = dice.pick(active)
  // Now and then a name that may stand for nothing.
  const name = dice.percent(8) ? dice.pick(tableNames) : table.name
  const k = dice.below(keysMax)
  const makers: (readonly [number, () => Statement])[] = [
    [14, () => insert(name, someDocuments(dice))],
    [10, () => readByKey(name, k)],
    [6, () => insertUnlessThere(name, k)],
    [10, () => updateByKey(name, k)],
    [8, () => moveKey(name, k, dice.below(keysMax))],
    [4, () => addField(name, k, `x${dice.below(200)}`)],
    [6, () => byId(dice, table, 'read')],
    [6, () => byId(dice, table, 'update')],
    [4, () => byId(dice, table, 'delete')],
    [3, () => deleteByKey(name, k)],
    [4, () => scan(name)],
    [3, () => count(name)],
    [3, () => updateAll(name)],
    [3, () => join(name, dice.pick(tableNames))],
    [4, () => history(name)],
    [3, () => historyOf(dice, working)],
    [3, () => committed(name)],
    [2, () => userTables],
    [2, () => createTable(dice.pick(tableNames))],
    [1, () => dropTable(name)],
    [2, () => undropTable(dice, working)],
    [2, () => createIndex(name, dice.pick(['k', 'v']))],
    [6, () => refused(dice, name)],
    [4, () => redact(dice, working, table, strandId)],
  ]
  return dice.weighted(makers)()
}

export function createTable(name: string): Statement {
  return {
    text: `CREATE TABLE ${name}`,
    apply: (working, [row]) => {
      if (working.active(name) !== undefined) return { codes: ['catalog/table-exists'] }
      const id = idIn(row, 'tableId')
      working.define({ id, name, isActive: true, indexes: [], documents: new Map(), revisions: [] })
      return answer([{ tableId: id }])
    },
  }
}

function dropTable(name: string): Statement {
  return {
    text: `DROP TABLE ${name}`,
    apply: (working) => {
      const table = working.active(name)
      if (table === undefined) return noTable
      working.define({ ...table, isActive: false })
      return answer([{ tableId: table.id }])
    },
  }
}

function undropTable(dice: Dice, working: Working): Statement {
  const { id } = dice.pick([...working.tables.values()])
  return {
    text: `UNDROP TABLE "${id}"`,
    apply: (now) => {
      const table = now.tables.get(id)
      if (table === undefined) return noTable
      if (table.isActive || now.active(table.name) !== undefined) return { codes: ['catalog/table-exists'] }
      now.define({ ...table, isActive: true })
      return answer([{ tableId: id }])
    },
  }
}

export function createIndex(name: string, field: string): Statement {
  return {
    text: `CREATE INDEX ON ${name} (${field})`,
    apply: (working) => {
      const table = working.active(name)
      if (table === undefined) return noTable
      if (table.indexes.includes(field)) return { codes: ['catalog/index-exists'] }
      working.define({ ...table, indexes: [...table.indexes, field] })
      return answer([{ tableId: table.id }])
    },
  }
}

/** `indexId` was read before, in the same transaction. */
export function dropIndex(name: string, field: string, indexId: string): Statement {
  return {
    text: `DROP INDEX "${indexId}" ON ${name} WITH (purge = true)`,
    apply: (working) => {
      const table = working.active(name)
      if (table === undefined) return noTable
      working.define({ ...table, indexes: table.indexes.filter((one) => one !== field) })
      return answer([{ tableId: table.id }])
    },
  }
}

export const userTables: Statement = {
  text: `SELECT VALUE {'id': t.tableId, 'name': t.name, 'status': t.status, 'indexes': t.indexes}
    FROM information_schema.user_tables AS t`,
  apply: (working) =>
    answer(
      [...working.tables.values()].map(({ id, name, isActive, indexes }) => ({
        id,
        name,
        status: isActive ? 'ACTIVE' : 'INACTIVE',
        indexes: indexes.map((field) => `[${field}]`),
      })),
    ),
}

/** Rows of userTables without the ids of indexes, which nobody can foretell. */
export function withoutIndexIds(row: Row): Row {
  const { indexes, ...rest } = row as { indexes: { expr: string }[] }
  return { ...rest, indexes: indexes.map(({ expr }) => expr) }
}

export function insert(name: string, documents: readonly Fields[]): Statement {
  return {
    text: `INSERT INTO ${name} <<${documents.map((fields) => JSON.stringify(fields).replaceAll('"', "'")).join()}>>`,
    isBlind: true,
    apply: (working, rows) =>
      inTable(working, name, (table) => {
        const ids = documents.map((_, at) => idIn(rows[at], 'documentId'))
        for (const [at, id] of ids.entries()) working.put(table.id, id, documents[at] as Fields)
        return answer(ids.map((documentId) => ({ documentId })))
      }),
  }
}

/** Keeps `k` unique, as a client would: nothing is put in when one is there. */
function insertUnlessThere(name: string, k: number): Statement {
  return {
    text: `INSERT INTO ${name} (SELECT ${k} AS k, 0 AS v FROM <<0>> AS one
      WHERE NOT EXISTS (SELECT * FROM ${name} AS t WHERE t.k = ${k}))`,
    apply: (working, rows) =>
      inTable(working, name, (table) => {
        if (having(table, k).length > 0) return answer([])
        const documentId = idIn(rows[0], 'documentId')
        working.put(table.id, documentId, { k, v: 0 })
        return answer([{ documentId }])
      }),
  }
}

function readByKey(name: string, k: number): Statement {
  return query(`SELECT VALUE {'id': id, 'd': t} FROM ${name} AS t BY id WHERE t.k = ${k}`, name, (table) =>
    having(table, k).map(([id, { fields }]) => ({ id, d: fields })),
  )
}

function scan(name: string): Statement {
  return query(`SELECT VALUE {'id': id, 'd': t} FROM ${name} AS t BY id`, name, (table) =>
    [...table.documents].map(([id, { fields }]) => ({ id, d: fields })),
  )
}

function count(name: string): Statement {
  return query(`SELECT COUNT(*) AS n, SUM(t.v) AS total FROM ${name} AS t`, name, ({ documents }) => {
    const values = [...documents.values()].map(({ fields }) => fields['v'] as number)
    return [{ n: documents.size, total: values.length === 0 ? null : values.reduce((sum, v) => sum + v, 0) }]
  })
}

function join(name: string, other: string): Statement {
  return {
    text: `SELECT a.k AS k, b.v AS v FROM ${name} AS a, ${other} AS b WHERE a.k = b.k AND a.v = 1`,
    apply: (working) => {
      const right = working.active(other)
      if (right === undefined) return noTable
      return inTable(working, name, (left) => {
        const ones = [...left.documents.values()].filter(({ fields }) => fields['v'] === 1)
        const rows = ones.flatMap(({ fields: { k } }) =>
          having(right, k as number).map(([, { fields }]) => ({ k, v: fields['v'] })),
        )
        return answer(rows)
      })
    },
  }
}

function updateByKey(name: string, k: number): Statement {
  return change(`UPDATE ${name} SET v = v + 1 WHERE k = ${k}`, name, (table) => having(table, k), plusOne)
}

function updateAll(name: string): Statement {
  return change(`UPDATE ${name} SET v = v + 1`, name, (table) => [...table.documents], plusOne)
}

function moveKey(name: string, from: number, to: number): Statement {
  const text = `UPDATE ${name} SET k = ${to} WHERE k = ${from}`
  return change(
    text,
    name,
    (table) => having(table, from),
    (fields) => ({ ...fields, k: to }),
  )
}

function addField(name: string, k: number, field: string): Statement {
  const text = `UPDATE ${name} AS t SET t.${field} = t.v WHERE t.k = ${k}`
  return change(
    text,
    name,
    (table) => having(table, k),
    (fields) => ({ ...fields, [field]: fields['v'] as number }),
  )
}

function deleteByKey(name: string, k: number): Statement {
  return change(
    `DELETE FROM ${name} WHERE k = ${k}`,
    name,
    (table) => having(table, k),
    () => undefined,
  )
}

function byId(dice: Dice, table: Table, what: 'read' | 'update' | 'delete'): Statement {
  const known = [...table.documents.keys(), ...table.revisions.map(({ documentId }) => documentId)]
  const id = known.length === 0 ? '0123456789012345678901' : dice.pick(known)
  const { name } = table
  const itself = (now: Table): [string, Document][] => [...now.documents].filter(([one]) => one === id)
  if (what === 'read')
    return query(`SELECT VALUE t FROM ${name} AS t BY id WHERE id = '${id}'`, name, (now) =>
      itself(now).map(([, { fields }]) => fields),
    )
  if (what === 'delete')
    return change(`DELETE FROM ${name} AS t BY id WHERE id = '${id}'`, name, itself, () => undefined)
  return change(`UPDATE ${name} AS t BY id SET t.v = t.v + 1 WHERE id = '${id}'`, name, itself, plusOne)
}

const revisionFields = `{'id': h.metadata.id, 'version': h.metadata.version, 'txId': h.metadata.txId,
    'block': h.blockAddress.sequenceNo, 'data': h.data}`

function history(name: string): Statement {
  // Committed revisions alone: own writes have no block yet.
  return query(`SELECT VALUE ${revisionFields} FROM history(${name}) AS h`, name, ({ id }, working) =>
    revisionRows(working.base.get(id)?.revisions ?? []),
  )
}

/** By the table's id, which also finds dropped ones. */
function historyOf(dice: Dice, { base }: Working): Statement {
  const known = [...base.values()]
  if (known.length === 0) return userTables
  const table = dice.pick(known)
  const documentId = dice.percent(50) ? dice.pick(table.revisions)?.documentId : undefined
  const where = documentId === undefined ? '' : `WHERE h.metadata.id = '${documentId}'`
  return {
    text: `SELECT VALUE ${revisionFields} FROM history('${table.id}') AS h ${where}`,
    apply: (working) => {
      const revisions = working.base.get(table.id)?.revisions ?? []
      return answer(revisionRows(revisions.filter((one) => (documentId ?? one.documentId) === one.documentId)))
    },
  }
}

function revisionRows(revisions: readonly Revision[]): Row[] {
  return revisions.map(({ documentId, version, txId, block, fields, isRedacted }) => ({
    id: documentId,
    version,
    txId,
    block,
    ...(fields === undefined || isRedacted ? {} : { data: fields }),
  }))
}

function committed(name: string): Statement {
  const text = `SELECT VALUE {'id': c.metadata.id, 'version': c.metadata.version, 'data': c.data} FROM _ql_committed_${name} AS c`
  return query(text, name, ({ id }, working) =>
    [...(working.base.get(id)?.documents ?? [])].map(([documentId, { version, fields }]) => ({
      id: documentId,
      version,
      data: fields,
    })),
  )
}

/** Statements that fail, some of them halfway. */
function refused(dice: Dice, name: string): Statement {
  const [text, codes] = dice.pick([
    [`INSERT INTO ${name} <<{'k': 1, 'v': 1}, 5>>`, ['document/not-a-struct']],
    [`INSERT INTO ${name} <<{'k': 2, 'v': 1, 'bad': <<1>>}>>`, ['document/not-storable']],
    [`UPDATE ${name} SET`, ['parser/unexpected-end', 'parser/unexpected-token']],
    [`SELECT * FROM Nowhere`, ['semantic/no-such-variable']],
    [`DROP INDEX "0123456789012345678901" ON ${name} WITH (purge = true)`, ['catalog/index-not-found']],
  ] as const)
  return {
    text,
    apply: (working) => ({ codes: working.active(name) === undefined ? [...codes, ...noTable.codes] : codes }),
  }
}

function redact(dice: Dice, working: Working, table: Table, strandId: string): Statement {
  const revisions = working.base.get(table.id)?.revisions ?? []
  if (revisions.length === 0) return userTables
  const { documentId, version, block } = dice.pick(revisions)
  const blockAddress = { strandId, sequenceNo: block }
  return {
    text: `EXEC REDACT_REVISION \`{strandId:"${strandId}",sequenceNo:${block}}\`, '${table.id}', '${documentId}'`,
    apply: (now) => {
      const base = now.base.get(table.id)
      const revision = base?.revisions.find((one) => one.documentId === documentId && one.version === version)
      const isCurrent = base?.documents.get(documentId)?.version === version
      if (revision?.fields === undefined || isCurrent || revision.isRedacted || now.isRedacted(revision))
        return { codes: ['evaluator/invalid'] }
      now.redact(revision)
      return answer([{ blockAddress, tableId: table.id, documentId, version }])
    },
  }
}

function query(text: string, name: string, rows: (table: Table, working: Working) => readonly Row[]): Statement {
  return { text, apply: (working) => inTable(working, name, (table) => answer(rows(table, working))) }
}

function change(
  text: string,
  name: string,
  find: (table: Table) => readonly (readonly [string, Document])[],
  after: (fields: Fields) => Fields | undefined,
): Statement {
  return {
    text,
    apply: (working) =>
      inTable(working, name, (table) => {
        const found = find(table)
        for (const [id, { fields }] of found) {
          const changed = after(fields)
          if (changed === undefined) working.remove(table.id, id)
          else working.put(table.id, id, changed)
        }
        return answer(found.map(([documentId]) => ({ documentId })))
      }),
  }
}

function inTable(working: Working, name: string, act: (table: Table) => Answer): Answer {
  const table = working.active(name)
  return table === undefined ? noTable : act(table)
}

function having(table: Table, k: number): [string, Document][] {
  return [...table.documents].filter(([, { fields }]) => fields['k'] === k)
}

function plusOne(fields: Fields): Fields {
  return { ...fields, v: (fields['v'] as number) + 1 }
}

function someDocuments(dice: Dice): Fields[] {
  return Array.from({ length: 1 + dice.below(3) }, () => ({
    k: dice.below(keysMax),
    v: dice.below(3),
    [`y${dice.below(60)}`]: 1,
  }))
}

function idIn(row: Row, name: string): string {
  const id = (row as Record<string, unknown> | undefined)?.[name]
  return typeof id === 'string' ? id : 'none'
}
