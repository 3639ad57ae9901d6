import type { Expected } from './qldb-corpus.ts'

/**
 * How the statements of the QLDB corpus are set up, and what a statement whose source only describes its result has to
 * give: in the corpus both are prose. Entries go by their numbers in the file. In texts `$document:T`, `$table:T`,
 * `$index:T` and `$address:T` stand for the first id of that kind that the ledger under test gave out, and for the
 * address of the block of the table's first revision.
 */
export interface Setup {
  /** Tables and their documents, as Ion text. A number stands for the expected rows of that entry. */
  readonly tables?: Readonly<Record<string, readonly (string | number)[]>>
  /** Tables that the statement names and that are not to be there. */
  readonly without?: readonly string[]
  /** Run before, each in a transaction of its own: statements, or numbers of entries. */
  readonly before?: readonly (string | number)[]
  /** The entry's expected rows are revisions of one document of its table: they are written in that order. */
  readonly revisions?: true
  /** In place of the entry's own, which are prose. */
  readonly params?: readonly string[]
  /** The statement is run with each of these, in a ledger of its own, as its parameter; `$each` stands for it. */
  readonly each?: readonly string[]
  /** Texts of the entry → what stands for them here. */
  readonly names?: Readonly<Record<string, string>>
  /** Beside, or in place of, what the entry expects. */
  readonly expected?: Expected & { readonly readIos?: number }
  /** When the ledger is made; `daysBetween` later the statement is run. */
  readonly startMs?: number
}

const vin = '1N4AL11D75C109151'
const registration = '{VIN:"1N4AL11D75C109151",City:"Seattle",Owners:{PrimaryOwner:{PersonId:"p1"},SecondaryOwners:[]}}'
const people = [
  '{FirstName:"Raul",LastName:"Lewis",GovId:"LEWISR261LL"}',
  '{FirstName:"Rosemarie",LastName:"Holloway",GovId:"P626-168-229-765"}',
  '{FirstName:"Ann",GovId:"111-22-3333",Address:"here"}',
]
const one: Expected = { count: 1 }

/** What stands in a table that no setup mentions. */
export const documents: Readonly<Record<string, readonly (string | number)[]>> = {
  Accounts: ['{AccountId:"$id",Balances:[]}'],
  Contact: ['{contactId:"123",mobile:"1"}'],
  Customer: ['{customerId:1,email:"matt@test.com"}'],
  Address: ['{customerId:1,town:"x"}'],
  Deal: ['{dealId:"y",status:"a"}'],
  DriversLicense: ['{LicenseNumber:"LOGANB486CG",PersonId:"p1"}', '{LicenseNumber:"744 849 301",PersonId:"p2"}'],
  JavaTestTable: ['{ColumnName:"SingleDocumentValue"}', '{ColumnName:1}'],
  LandRegistration: ['{SurveyNo:"12"}', '{SurveyNo:"13"}'],
  NodeTestTable: ['{Name:"SingleDocumentValue"}'],
  Person: people,
  QldbWallet: ['{accountId:"a",balance:300}', '{accountId:"b",balance:1}'],
  TBL: ['{id:"i",name:"Jeremias",age:42}', '{id:"j",name:"Humberto",age:20}'],
  Vehicle: [
    `{VIN:"${vin}",Year:2011,Color:"Silver"}`,
    '{VIN:"KM8SRDHF6EU074761",Year:2020,Color:"Blue"}',
    '{VIN:"other",Color:"Red"}',
  ],
  VehicleRegistration: [57],
  app_users: ['{name:"Bill",email:"b@x",groups:[{name:"best_golfers_ever"},{name:"other"}]}', '{name:"Cy"}'],
  cats: ['{name:"Tom"}', '{name:"Kit"}'],
  kv: ['{i:{{AAEC}}}', '{i:{{AQID}}}'],
  tx: ['{i:{{AAEC}},data:{{}}}', '{i:{{AQID}}}'],
}

const everyType = [
  'true',
  '5',
  '1.50',
  '2.5e0',
  '2020-01-02T03:04:05.006+01:00',
  '"text"',
  'symbol',
  '{{AAEC}}',
  '{{"clob"}}',
  '[1,[2]]',
  '(a + 1)',
  '{a:1,b:{c:2}}',
  'note::5',
  'a::b::{c:1}',
  'note::[1]',
]
const everyNull = 'bool int decimal float timestamp string symbol blob clob list sexp struct'
  .split(' ')
  .map((type) => `null.${type}`)

export const setups: Readonly<Record<number, Setup>> = {
  // Drivers' integration tests.
  2: { tables: { T: [] }, before: ['CREATE TABLE Gone', 'DROP TABLE Gone'], expected: { rows: ['{name:"T"}'] } },
  3: { tables: { T: [] }, before: ['CREATE TABLE Gone', 'DROP TABLE Gone'], names: { '<table name>': 'T' } },
  4: { before: ['CREATE TABLE GoIntegrationTestTable'] },
  6: {
    tables: { NodeTestTable: [] },
    before: [5],
    expected: { rows: ['{indexId:any_string,expr:"[Name]",status:"ONLINE"}'] },
  },
  7: {
    tables: { IntegTable: [] },
    before: ['CREATE INDEX ON IntegTable (Name)'],
    expected: { rows: ['{indexId:any_string,expr:"[Name]",status:"ONLINE"}'] },
  },
  8: { tables: { NodeTestTable: [] } },
  13: { tables: { NodeTestTable: ['{Name:"MultipleDocumentValue1"}', '{Name:"MultipleDocumentValue2"}', '{Name:3}'] } },
  15: { before: [19] },
  17: { tables: { NodeTestTable: ['{col:1}', '{col:2}', '{col:3}'] }, expected: { readIos: 1092 } },
  18: { tables: { PythonIntegrationTestTable: ['{ID:1}', '{ID:2}', '{ID:3}'] }, expected: { readIos: 1092 } },
  19: { tables: { NodeTestTable: ['{Name:1}', '{Name:2}'] } },
  20: { tables: { NodeTestTable: ['{Name:0}'] } },
  21: { tables: { NodeTestTable: ['{Name:0}'] } },
  22: { without: ['NonExistentTable'] },
  28: {
    each: everyNull,
    tables: { IonTypes: ['{Name:$each}', '{Name:1}'] },
    params: [],
    expected: { rows: ['$each'] },
  },
  29: { each: everyType, tables: { IonTypes: ['{Name:$each}', '{Name:"no"}'] }, expected: { rows: ['$each'] } },
  30: { each: [...everyType, ...everyNull] },
  39: { tables: { A: [], B: [] }, before: ['DROP TABLE A'], expected: { rows: ['42', '42'] } },
  // The developer guide.
  53: { tables: { T: [] }, before: ['DROP TABLE T'], names: { '5PLf9SXwndd63lPaSIa0O6': '$table:T' } },
  54: { before: [50] },
  61: {
    tables: { VehicleRegistration: [] },
    before: [50, 49],
    // Indexes are ready at once here; the source shows the second one BUILDING.
    names: { BUILDING: 'ONLINE' },
  },
  63: { before: [62] },
  64: { before: [62] },
  65: { before: [62, 64] },
  60: {
    before: ["UPDATE DriversLicense AS d SET d.PersonId = '$document:Person' WHERE d.PersonId = 'p1'"],
    names: { '1CWScY2qHYI9G88C2SjvtH': '$document:Person' },
    expected: {
      rows: [
        '{LicenseNumber:"LOGANB486CG",PersonId:"$document:Person",FirstName:"Raul",LastName:"Lewis",GovId:"LEWISR261LL",pid:any_string}',
      ],
    },
  },
  66: {
    tables: { VehicleRegistration: [registration] },
    expected: {
      rows: [
        `{blockAddress:{strandId:any_string,sequenceNo:any_int},hash:any_blob,data:${registration},metadata:{id:any_string,version:0,txTime:any_timestamp,txId:any_string}}`,
      ],
    },
  },
  67: { before: ['DELETE FROM VehicleRegistration'], expected: { count: 2 } },
  68: { startMs: Date.UTC(2019, 5, 5, 12), before: ['DELETE FROM VehicleRegistration'], expected: { count: 2 } },
  70: {
    expected: {
      rows: [
        '{VIN:"1N4AL11D75C109151",LicensePlateNumber:"LEWISR261LL",State:"WA",City:"Seattle",Owners:{PrimaryOwner:{PersonId:"294jJ3YUoH1IEEm8GSabOs"},SecondaryOwners:[{PersonId:"5Ufgdlnj06gF5CWcOIu64s"}]}}',
      ],
    },
  },
  73: { tables: { VehicleRegistration: [] }, before: [55, 74] },
  75: { tables: { VehicleRegistration: [] }, before: [55, 74] },
  76: { tables: { VehicleRegistration: [] }, before: [55] },
  80: { expected: one },
  81: { before: [77], expected: one },
  82: { before: [77], expected: one },
  84: { expected: one },
  86: { expected: one },
  93: {
    tables: { VehicleRegistration: [registration, '{VIN:"b"}'] },
    expected: { rows: [`{VIN:"${vin}",PrimaryOwner:"p1"}`, '{VIN:"b",PrimaryOwner:null}'] },
  },
  95: {
    tables: { T: ['{a:1}'] },
    before: ['UPDATE T SET a = 2'],
    names: {
      '{strandId:"JdxjkR9bSYB5jMHWcI464T", sequenceNo:17}': '$address:T',
      '5PLf9SXwndd63lPaSIa0O6': '$table:T',
      ADR2Ll1fGsU4Jr4EqTdnQF: '$document:T',
      '<n>': '0',
    },
  },
  96: { before: [50], expected: { count: 1, readIos: 1 } },
  97: { before: [50], expected: { count: 1, readIos: 1 } },
  98: { before: [50], expected: { count: 2, readIos: 2 } },
  99: { expected: { count: 1, readIos: 1 } },
  100: { expected: { count: 3, readIos: 3 } },
  101: { before: [51], expected: { rows: ['{_1:3}'], readIos: 3 } },
  103: { expected: one },
  105: { expected: { rows: ['{_1:221.00}'] } },
  108: { before: [50, 49], expected: { count: 1, readIos: 2 } },
  188: { expected: one },
  189: { expected: one },
  190: { tables: { Prices: ['{LicenseFee:1}', '{LicenseFee:2.50}', '{}'] }, expected: { rows: ['{_1:1.75}'] } },
  // Sample applications.
  191: { each: ['[{a:1},{a:2}]'], expected: { count: 2 } },
  193: { expected: { rows: [people[0] as string] } },
  205: {
    tables: { VehicleRegistration: [registration] },
    params: ['"p1"'],
    expected: { rows: [`{Vehicle:{VIN:"${vin}",Year:2011,Color:"Silver"}}`] },
  },
  206: {
    tables: { VehicleRegistration: [registration] },
    params: ['"p1"'],
    expected: { rows: [`{v:{VIN:"${vin}",Year:2011,Color:"Silver"}}`] },
  },
  207: {
    tables: { VehicleRegistration: [registration] },
    expected: { rows: ['{PrimaryOwner:{PersonId:"p1"},version:0}'] },
  },
  209: {
    expected: { rows: ['{blockAddress:{strandId:any_string,sequenceNo:any_int},id:"$document:VehicleRegistration"}'] },
    tables: { VehicleRegistration: ['{VIN:"KM8SRDHF6EU074761"}'] },
  },
  211: { expected: { rows: ['{id:"$document:Person"}'] } },
  213: { tables: { VehicleRegistration: [] }, names: { '<tableId>': '$table:VehicleRegistration' } },
  216: {
    tables: { T: ['{a:1}'] },
    before: ['UPDATE T SET a = 2'],
    params: ['$address:T'],
    names: { '<tableId>': '$table:T', '<documentId>': '$document:T' },
    expected: {
      rows: [
        '{blockAddress:{strandId:any_string,sequenceNo:any_int},tableId:any_string,documentId:any_string,version:0}',
      ],
    },
  },
  218: { each: [...everyType, ...everyNull] },
  226: { tables: { T: [] }, expected: { rows: ['{name:"T",tableId:any_string}'] } },
  227: { expected: { count: 2 } },
  228: { tables: { Docs: ['{_k:"key1"}'] }, expected: { rows: ['{data:{_k:"key1"},version:0}'] } },
  231: { tables: { Docs: ['{_k:"key1"}'] }, expected: { rows: ['{id:"$document:Docs",version:0}'] } },
  232: { names: { '<txId>': '$transaction:Docs' } },
  233: { names: { '<txId>': '$transaction:Docs' } },
  234: { names: { '19': '$sequenceNo:Docs' } },
  235: { startMs: Date.UTC(2021, 5, 13, 7), revisions: true, names: { G3Oi84WQpSA3ppyitpjObh: '$document:Docs' } },
  236: { before: ['UPDATE Docs SET a = 2'], expected: { count: 2 } },
  239: { names: { '<id>': '$id' } },
  242: { tables: { qualitydata: ['{ID:"x"}', '{ID:"y"}'] }, expected: one },
  244: { params: ['["$document:Person","no"]'], expected: one },
  249: { tables: { Person: ['{a:1}', '{a:2}', '{a:3}', '{a:4}', '{a:5}'] }, expected: { readIos: 5 } },
  250: { expected: { readIos: 1 } },
  251: { tables: { Person: ['{name:Ian}'] }, expected: { readIos: 1 } },
  252: { tables: { T: [] }, expected: { rows: ['"T"'] } },
  253: {
    tables: { T: [] },
    before: ['DROP TABLE T'],
    expected: { rows: ['{tableId:any_string,name:"T",indexes:[],status:"INACTIVE"}'] },
  },
  255: { tables: { Person: ['{a:1}'] }, expected: { rows: ['{a:1,r_id:any_string}'] } },
  256: { expected: { rows: ['{id:"i",name:"Jeremias"}', '{id:"j",name:"Humberto"}'] } },
  257: { expected: { rows: ['{id:"i",name:"Jeremias",age:42}', '{id:"j",name:"Humberto",age:20}'] } },
  263: { expected: one },
  264: {
    tables: { app_users: [documents['app_users']?.[0] as string] },
    expected: { rows: [documents['app_users']?.[0] as string] },
  },
  269: {
    before: ['CREATE INDEX ON app_users (name)'],
    tables: { app_users: [] },
    expected: { rows: ['{indexId:any_string,expr:"[name]",status:"ONLINE"}'] },
  },
  270: {
    tables: { users: ['{name:"Bill",email:"b@x"}', '{name:"Cy",email:"c@x"}'] },
    expected: { rows: ['{userId:"$document:users",userName:"Bill",userEmail:"b@x"}'] },
  },
  276: { tables: { account: ['{balance:5}'] } },
  277: {
    tables: { tests: [] },
    before: [
      "INSERT INTO tests << {'assetId': 4, 'subTitle':'QLDB', 'description':'Amazon Quantum Ledger Database'} >>",
    ],
  },
  278: { tables: { Movies: ['{Name:"Terminator2",Rank:33,Producer:"Gale Ann Hurd",Rating:9}'] } },
  280: { before: [279] },
  281: { revisions: true },
  283: { tables: { example: [] }, before: [282] },
  284: { tables: { example: [] }, before: [282] },
  285: { tables: { example: [] }, before: [282] },
  286: { tables: { example: [] }, before: [282] },
  289: { before: ['CREATE INDEX ON table_name (a)'] },
  292: { without: ['nothing'] },
  293: { expected: { rows: ['{_1:1}'] } },
  295: { params: Array.from({ length: 40 }, (_, position) => `{n:${position}}`) },
  297: { tables: { seq: ['{s:1}', '{s:3}', '{}'] }, expected: { rows: ['{_1:3}'] } },
  299: {
    tables: { tx: ['{i:1,data:2,complete:true}'], seq: [] },
    before: ["INSERT INTO seq << {'s': 1, 'docid': '$document:tx'}, {'s': 4, 'docid': '$document:tx'} >>"],
    expected: { rows: ['{s:1,i:1,data:2}'] },
  },
  300: { expected: { count: 1 }, params: ['{{AAEC}}', '{{}}'] },
  303: { expected: { rows: ['{countHashes:0}'] } },
  304: { tables: { Contract: ['{id:"$id",a:1}'] }, names: { '<id>': '$id' }, expected: { rows: ['{id:"$id",a:1}'] } },
  306: { tables: { Contract: ['{id:"$id",a:1}'] }, names: { '<id>': '$id' } },
  308: { tables: { accounts: ['{a:1}'] }, expected: { rows: ['{a:1,_id:"$document:accounts"}'] } },
  309: { tables: { accounts: ['{items:[]}'] } },
  311: {
    tables: { deposits: ['{account:"x",amount:1.50}', '{account:"x",amount:2.25}', '{account:"y",amount:9}'] },
    expected: { rows: ['{total:3.75}'] },
  },
  313: { tables: { wallets: ['{a:1}'] }, expected: { rows: ['{a:1,meta_id:any_string}'] } },
  315: { tables: { wallets: ['{id:"$id"}'] }, names: { '<id>': '$id' } },
  317: { tables: { T: ['{a:1}'] }, names: { '5PLf9SXwndd63lPaSIa0O6': '$table:T' }, expected: one },
  318: { expected: { rows: ['{id:"$document:LandRegistration"}'] } },
  319: { expected: one },
  322: { expected: { rows: ['{_1:1}'] } },
  323: { expected: { rows: ['{_1:1}'] } },
  326: { without: ['AuditEvents'] },
  330: {
    tables: {
      Customer: [
        '{customerId:1,address:[{nickname:"home",houseNo:20,street:"Bute Street",city:"Cardiff"},{nickname:"work",houseNo:21}]}',
      ],
    },
  },
  332: { expected: { count: 0 } },
  333: { tables: { Licence: [] } },
  339: { tables: { Employees: ['{id:1,jobs:[]}'] } },
  340: {
    before: Array.from({ length: 40 }, (_, n) => [
      `CREATE TABLE T${n}`,
      ...(n >= 19 ? [`DROP TABLE T${n}`] : []),
    ]).flat(),
  },
}

/** What the dialect without --strict-qldb gives instead, being PartiQL's. */
export const inPartiql: Readonly<Record<number, Expected>> = {
  // A sub-query without a row is MISSING, and it may read tables.
  93: { rows: [`{VIN:"${vin}",PrimaryOwner:"p1"}`, '{VIN:"b"}'] },
  94: { rows: [`{VIN:"${vin}"}`, '{VIN:"KM8SRDHF6EU074761"}'] },
  // A function of MISSING is MISSING, and so is what a type error gives.
  115: { rows: ['{}'] },
  119: { rows: ['{}'] },
  130: { rows: ['{}'] },
  161: { rows: ['{}'] },
  166: { rows: ['{}'] },
  // Any expression is a statement.
  248: { error: { type: 'BadRequestException', code: '432', message: "No such variable named 'Person'" } },
  // No quota on tables, and clauses that QLDB lacked.
  340: { count: 1 },
  341: { count: 3 },
  342: { count: 3 },
}
