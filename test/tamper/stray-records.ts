import { int, list, string, structOf, type Value } from '../../src/values/value.ts'
import { withRevisionHash } from './recompute.ts'
import { changesOf, childrenOf, field, withField } from './tree.ts'

/** Records that nobody wrote into the stream, each whole by itself. */
export function* strayRecordsOf(records: readonly Value[]): Generator<readonly [what: string, record: Value]> {
  const details = records.filter((record) => field(field(record, 'payload'), 'revision') !== undefined)
  for (const record of details) {
    const payload = field(record, 'payload') as Value
    const revision = field(payload, 'revision') as Value
    const shown = (changed: Value) =>
      withField(record, 'payload', withField(payload, 'revision', withRevisionHash(changed)))
    const [metadata, address] = [field(revision, 'metadata') as Value, field(revision, 'blockAddress') as Value]
    const where = `block ${numberIn(address)}, version ${numberIn(metadata)}`
    const other = structOf({ balance: int(999_999) })
    yield [`${where}, with other data`, shown(withField(withField(revision, 'dataHash', undefined), 'data', other))]
    const stranger = withField(metadata, 'id', string('S'.repeat(22)))
    yield [`${where}, of another document`, shown(withField(revision, 'metadata', stranger))]
    const later = withField(metadata, 'version', int(numberIn(metadata) + 1))
    yield [`${where}, of the next version`, shown(withField(revision, 'metadata', later))]
    for (const sequenceNo of [numberIn(address) + 1, 9_000]) {
      const moved = withField(revision, 'blockAddress', withField(address, 'sequenceNo', int(sequenceNo)))
      yield [`${where}, moved to block ${sequenceNo}`, shown(moved)]
    }
    const forged = shown(withField(withField(revision, 'dataHash', undefined), 'data', other))
    yield [`${where}, as a record of control`, withField(forged, 'recordType', string('CONTROL'))]
  }
  for (const record of records) {
    const payload = field(record, 'payload') as Value
    const info = field(payload, 'transactionInfo')
    if (info === undefined) continue
    const where = `block ${numberIn(field(payload, 'blockAddress') as Value)}`
    const [time] = changesOf(field(payload, 'blockTimestamp') as Value)
    yield [`${where} again, at another time`, withField(record, 'payload', withField(payload, 'blockTimestamp', time))]
    const bare = withField(info, 'statements', list(childrenOf(field(info, 'statements') ?? list([])).slice(1)))
    yield [
      `${where} again, with fewer statements`,
      withField(record, 'payload', withField(payload, 'transactionInfo', bare)),
    ]
  }
}

/** The number of a block, or of a version. */
function numberIn(value: Value): number {
  const found = field(value, 'sequenceNo') ?? field(value, 'version')
  return found?.type === 'int' ? Number(found.value) : -1
}
