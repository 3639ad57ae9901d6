import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import {
  CreateLedgerCommand,
  DeleteLedgerCommand,
  DescribeJournalS3ExportCommand,
  ExportJournalToS3Command,
  type ExportJournalToS3CommandInput,
  InvalidParameterException,
  ListJournalS3ExportsCommand,
  ListJournalS3ExportsForLedgerCommand,
  ResourceNotFoundException,
  UpdateLedgerCommand,
} from '@aws-sdk/client-qldb'
import { parseAllIon } from '../../src/values/text-reader.ts'
import { controlClient, nodeDriver, simEnvNow, startWire } from './wire-server.ts'

async function open(t: TestContext, root = folderFor(t)) {
  const server = await startWire(t, { exportDirectory: root })
  const client = controlClient(t, server.url)
  const driver = nodeDriver(t, server)
  const run = (statement: string) => driver.executeLambda((executor) => executor.execute(statement))
  return { server, client, root, run }
}

function folderFor(t: TestContext): string {
  const root = mkdtempSync(join(tmpdir(), 'qldb-export-'))
  t.after(() => rmSync(root, { recursive: true, force: true }))
  return root
}

function wish(nowMs: number, changes: Partial<ExportJournalToS3CommandInput> = {}): ExportJournalToS3CommandInput {
  return {
    Name: 'fleet',
    RoleArn: 'arn:aws:iam::000000000000:role/export',
    InclusiveStartTime: new Date(0),
    ExclusiveEndTime: new Date(nowMs),
    S3ExportConfiguration: {
      Bucket: 'backup',
      Prefix: 'fleet/daily/',
      EncryptionConfiguration: { ObjectEncryptionType: 'SSE_S3' },
    },
    ...changes,
  }
}

type Client = ReturnType<typeof controlClient>

async function exported(client: Client, input: ExportJournalToS3CommandInput) {
  const { ExportId } = await client.send(new ExportJournalToS3Command(input))
  for (;;) {
    const { ExportDescription } = await client.send(new DescribeJournalS3ExportCommand({ Name: 'fleet', ExportId }))
    if (ExportDescription?.Status !== 'IN_PROGRESS') return ExportDescription
  }
}

test('an export may end soon, and its first manifest says what was asked for', async (t) => {
  const { server, client, root, run } = await open(t)
  await run('CREATE TABLE T')
  const end = server.env.nowMs() + 20_000
  const Prefix = 'x'.repeat(128)
  const place = { ...wish(end).S3ExportConfiguration, Prefix } as NonNullable<
    ExportJournalToS3CommandInput['S3ExportConfiguration']
  >
  const described = await exported(client, wish(end, { S3ExportConfiguration: place }))
  assert.equal(described?.Status, 'COMPLETED')
  assert.ok(server.env.nowMs() >= end - 1_000)
  const names = readdirSync(join(root, 'backup'), { recursive: true, encoding: 'utf8' })
  const manifest = names.find((name) => name.endsWith('.started.manifest')) as string
  const text = readFileSync(join(root, 'backup', manifest), 'utf8')
  assert.match(text, /bucket:"backup"/)
  assert.match(text, /objectEncryptionType:"SSE_S3"/)
  assert.match(text, /prefix:"x{128}"/)
})

const filesIn = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ion|json|manifest)$/.test(name))
    .sort()

describe("journal exports through Amazon's client", () => {
  test('the journal lands in the folder of the bucket, in the layout of an export', async (t) => {
    const { server, client, root, run } = await open(t)
    await run('CREATE TABLE T')
    await run("INSERT INTO T {'a': 1}")
    server.env.advance(1000)
    const described = await exported(client, wish(server.env.nowMs()))
    assert.equal(described?.Status, 'COMPLETED')
    assert.equal(described?.LedgerName, 'fleet')
    assert.equal(described?.OutputFormat, 'ION_TEXT')
    assert.equal(described?.S3ExportConfiguration?.Prefix, 'fleet/daily/')
    const names = filesIn(join(root, 'backup'))
    const id = described?.ExportId
    assert.equal(names.filter((name) => name.startsWith(`fleet/daily/${id}.`)).length, 2, names.join(', '))
    const [data] = names.filter((name) => /^fleet\/daily\/\d{4}\/\d{2}\/\d{2}\/\d{2}\/\w{22}\.0-2\.ion$/.test(name))
    const blocks = parseAllIon(readFileSync(join(root, 'backup', data ?? ''), 'utf8'))
    assert.equal(blocks.length, 3)
  })

  test('a window of time, in JSON; the same again takes the place of the first', async (t) => {
    const { server, client, root, run } = await open(t)
    server.env.advance(60_000)
    const middle = server.env.nowMs()
    await run('CREATE TABLE T')
    server.env.advance(1000)
    const place = wish(server.env.nowMs(), { InclusiveStartTime: new Date(middle), OutputFormat: 'JSON' })
    await exported(client, place)
    await exported(client, place)
    const blocks = filesIn(join(root, 'backup')).filter((name) => name.endsWith('.json'))
    assert.equal(blocks.length, 1)
    assert.match(blocks[0] as string, /\.1-1\.json$/)
    assert.equal(JSON.parse(readFileSync(join(root, 'backup', blocks[0] as string), 'utf8')).blockAddress.sequenceNo, 1)
    const listed = await client.send(new ListJournalS3ExportsCommand({}))
    assert.equal(listed.JournalS3Exports?.length, 2)
    const paged = await client.send(new ListJournalS3ExportsForLedgerCommand({ Name: 'fleet', MaxResults: 1 }))
    assert.equal(paged.JournalS3Exports?.length, 1)
    assert.ok(paged.NextToken)
  })

  test('nothing is written outside of the folder, and what is not offered is said', async (t) => {
    const { server, client, root } = await open(t)
    const now = server.env.nowMs()
    const place = (changes: object) => ({
      S3ExportConfiguration: { ...(wish(now).S3ExportConfiguration as object), ...changes } as never,
    })
    for (const changes of [
      place({ Bucket: '..' }),
      place({ Bucket: 'a/b' }),
      place({ Prefix: '../' }),
      place({ Prefix: '/etc/' }),
      place({ Prefix: 'a/../../b' }),
      place({ Prefix: '.exports/' }),
      place({ EncryptionConfiguration: { ObjectEncryptionType: 'SSE_KMS' } }),
      { ExclusiveEndTime: new Date(now + 60_000) },
      place({ Prefix: 'x'.repeat(129) }),
      { InclusiveStartTime: new Date(now), ExclusiveEndTime: new Date(now) },
    ]) {
      const failed = client.send(new ExportJournalToS3Command(wish(now, changes)))
      await assert.rejects(failed, InvalidParameterException, JSON.stringify(changes))
    }
    assert.deepEqual(readdirSync(root), ['.exports'])
    const absent = new DescribeJournalS3ExportCommand({ Name: 'fleet', ExportId: '0'.repeat(22) })
    await assert.rejects(client.send(absent), ResourceNotFoundException)
    const plain = await startWire(t)
    const refused = controlClient(t, plain.url).send(new ExportJournalToS3Command(wish(plain.env.nowMs())))
    await assert.rejects(refused, /started without a folder/)
  })

  test('a server that starts again knows the exports; one that was cut off counts as cancelled', async (t) => {
    const root = folderFor(t)
    const first = await open(t, root)
    const described = await exported(first.client, wish(first.server.env.nowMs()))
    const file = join(root, '.exports', `${described?.ExportId}.json`)
    const record = JSON.parse(readFileSync(file, 'utf8'))
    const cut = { ...record, id: '1'.repeat(22), status: 'IN_PROGRESS' }
    writeFileSync(join(root, '.exports', `${cut.id}.json`), JSON.stringify(cut))
    const env = simEnvNow()
    const again = await startWire(t, { exportDirectory: root }, env)
    const client = controlClient(t, again.url)
    const statuses = async () =>
      ((await client.send(new ListJournalS3ExportsCommand({}))).JournalS3Exports ?? []).map(({ Status }) => Status)
    assert.deepEqual((await statuses()).sort(), ['CANCELLED', 'COMPLETED'])
    env.advance(8 * 24 * 3_600_000)
    assert.deepEqual(await statuses(), [])
    assert.deepEqual(readdirSync(join(root, '.exports')), [])
  })

  test('a ledger that is deleted takes its exports under way along', async (t) => {
    const { server, client, run } = await open(t)
    await client.send(new CreateLedgerCommand({ Name: 'other', PermissionsMode: 'ALLOW_ALL' }))
    await run('CREATE TABLE T')
    for (let n = 0; n < 100; n += 1) await run(`INSERT INTO T {'a': ${n}}`)
    server.env.advance(1000)
    await client.send(new UpdateLedgerCommand({ Name: 'fleet', DeletionProtection: false }))
    await client.send(new ExportJournalToS3Command(wish(server.env.nowMs())))
    await client.send(new DeleteLedgerCommand({ Name: 'fleet' }))
    const { JournalS3Exports } = await client.send(new ListJournalS3ExportsCommand({}))
    assert.match(JournalS3Exports?.[0]?.Status ?? '', /^(CANCELLED|COMPLETED)$/)
  })
})
