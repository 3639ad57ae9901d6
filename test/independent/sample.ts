import { IndependentJournal, idOf } from './generator.ts'

const car = { table: 'Car', tableId: idOf('table Car') }
const note = { table: 'Note', tableId: idOf('table Note 2') }
const [a, b, c] = ['a', 'b', 'c'].map(idOf) as [string, string, string]

/** Values of every type; what JSON can give back, and what it can't. */
const typedData = '{vin:"a",price:90.25,since:2017-08-21,tags:["x","y"],big:123456789012345678901234567890,flag:true}'
const everyType =
  '{n:null,ni:null.int,b:false,i:-1,f:1.5e0,d:-0.50,t:2021-06-13T08:00:00.123Z,y:2021T,s:"é\\n",sym:sym,blob:{{AQID}},' +
  'clob:{{"clob"}},l:[1,[],{}],se:(a b),st:{deep:{deeper:[{x:unit::1.0}]}},ann:kg::5}'

/**
 * The life of a small ledger of QLDB: tables made, dropped and made again; documents changed, deleted and redacted; reads.
 * `isTypable`: a JSON export of it can be checked, for no data has a type that JSON can't give back.
 */
export function sampleJournal(
  isTypable = false,
  options: { coversHead?: boolean; strandId?: string } = {},
): IndependentJournal {
  const journal = new IndependentJournal(options)
  const coversHead = options.coversHead === true
  const hidden = coversHead ? 0 : 1
  if (coversHead) journal.append({ statements: ['SELECT 1'] })
  else journal.append({ withoutInfo: true })
  journal.append({ statements: ['SELECT * FROM information_schema.user_tables'] })
  journal.append({ statements: ['CREATE TABLE Car'], hidden })
  journal.append({ statements: ['CREATE INDEX ON Car (vin)'], hidden })
  journal.append({
    statements: ['INSERT INTO Car ?', 'SELECT * FROM Car', 'INSERT INTO Car VALUE ?'],
    changes: [
      { ...car, id: a, data: typedData },
      { ...car, id: b, data: isTypable ? '{vin:"b",price:42.20,owner:{name:"Ann"}}' : everyType },
      { ...car, id: c, data: `{vin:"c",text:"${'long '.repeat(60)}",list:[1,2,3]}`, statements: [2] },
    ],
  })
  journal.append({
    statements: ["UPDATE Car SET price = 1 WHERE vin = 'a'", "UPDATE Car SET price = 2 WHERE vin = 'c'"],
    changes: [
      { ...car, id: a, data: '{vin:"a",price:1,since:2017-08-21,tags:[]}' },
      { ...car, id: c, data: '{vin:"c",price:2}', statements: [1] },
    ],
  })
  journal.append({ statements: ["DELETE FROM Car WHERE vin = 'b'"], changes: [{ ...car, id: b }] })
  journal.append({ statements: ['CREATE TABLE Note'], hidden })
  journal.append({ statements: ['DROP TABLE Note'], hidden })
  journal.append({
    statements: ['CREATE TABLE Note', "INSERT INTO Note {'t': 'new'}"],
    hidden,
    changes: [{ ...note, id: idOf('n'), data: '{t:"new"}', statements: [1] }],
  })
  journal.append({
    statements: [`EXEC REDACT_REVISION 'the first of a'`],
    redacts: { sequenceNo: 4, id: a, tableId: car.tableId },
  })
  journal.append({
    statements: ['UPDATE Note SET t = ?'],
    changes: [{ ...note, id: idOf('n'), data: '{t:"newer",at:2021-06-13T08:00:01.000Z}' }],
  })
  return journal
}
