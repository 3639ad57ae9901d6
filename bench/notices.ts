import { realEnv } from '../src/host/real-env.ts'
import { Driver } from '../src/driver/driver.ts'
import { createLocalTransport } from '../src/driver/local-transport.ts'
import { Ledger } from '../src/ledger/ledger.ts'
import { createHandler } from '../src/server/handler.ts'
import { createMemoryStore } from '../src/store/memory-store.ts'
import { int, list, string, structOf } from '../src/values/value.ts'
import { type Figure, medians, printFigures } from './support.ts'

const documents = 6_000
const rounds = 11

const statements = [
  {
    what: 'filter scan, 3 fields',
    text: "SELECT v.VIN FROM V AS v WHERE v.State = 'S07' AND v.Mileage < 100000",
    runs: 4,
  },
  { what: 'projection of 4 fields', text: 'SELECT v.VIN, v.State, v.Mileage, v.Owner.Name FROM V AS v', runs: 2 },
  {
    what: 'group by, count and sum',
    text: 'SELECT v.State, COUNT(*) AS n, SUM(v.Mileage) AS m FROM V AS v GROUP BY v.State',
    runs: 3,
  },
  { what: 'order by', text: 'SELECT v.VIN FROM V AS v ORDER BY v.Mileage', runs: 1 },
  { what: 'join by hash', text: 'SELECT COUNT(*) AS n FROM V AS v JOIN P AS p ON v.Owner.Id = p.Id', runs: 2 },
  { what: 'point read by an index', text: "SELECT v.State FROM V AS v WHERE v.VIN = 'VIN00042'", runs: 1_000 },
  { what: 'a misspelt field, scanned without success', text: 'SELECT v.VIN FROM V AS v WHERE v.Stat = 1', runs: 4 },
  { what: 'a field of another table only', text: 'SELECT v.VIN FROM V AS v WHERE v.Age = 1', runs: 4 },
]

/** Processor time of statements whose client asked for notices, beside the same without, by turns in one ledger. */
export async function run(): Promise<void> {
  const ledger = await Ledger.open(createMemoryStore(), realEnv, { name: 'bench', strictQldb: false })
  const handler = createHandler({ open: async () => ledger }, realEnv)
  const driver = new Driver(createLocalTransport(handler.send, 'bench'), 'bench', realEnv)
  await fill(driver)
  const figures: Figure[] = []
  for (const { what, text, runs } of statements) {
    const timed = (takesNotices: boolean) => async () => {
      const before = process.cpuUsage()
      for (let at = 0; at < runs; at += 1) {
        await driver.execute(async (transaction) => {
          const result = await transaction.execute(text, [], { takesNotices })
          for await (const _ of result) void _
        })
      }
      const { user, system } = process.cpuUsage(before)
      return (user + system) / 1000 / runs
    }
    // The first round of each is for the compiler.
    await timed(true)()
    await timed(false)()
    const [value = 0, baselineValue = 0] = await medians(rounds, [timed(true), timed(false)])
    figures.push({ what, value, unit: 'ms of processor time', baseline: 'without notices', baselineValue })
  }
  printFigures(figures)
  await driver.close()
  await ledger.close()
}

async function fill(driver: Driver): Promise<void> {
  const insert = (table: string, count: number, make: (index: number) => ReturnType<typeof structOf>) =>
    driver.execute(async (transaction) => {
      const rows = Array.from({ length: count }, (_, index) => make(index))
      await transaction.execute(`INSERT INTO ${table} ?`, [list(rows)])
    })
  for (const text of ['CREATE TABLE V', 'CREATE TABLE P', 'CREATE INDEX ON V (VIN)']) {
    await driver.execute(async (transaction) => void (await transaction.execute(text)))
  }
  for (let batch = 0; batch < documents; batch += 2_000) {
    await insert('V', 2_000, (index) => vehicle(batch + index))
  }
  await insert('P', 1_000, (index) => structOf({ Id: string(`P${index}`), Age: int(20 + (index % 50)) }))
}

function vehicle(index: number) {
  return structOf({
    VIN: string(`VIN${String(index).padStart(5, '0')}`),
    State: string(`S${String(index % 50).padStart(2, '0')}`),
    Mileage: int((index * 7_919) % 200_000),
    Make: string('Some make'),
    Model: string('Some model'),
    Color: string('red'),
    Owner: structOf({ Id: string(`P${index % 1_000}`), Name: string(`Somebody ${index}`) }),
  })
}
