import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import * as limits from '../../src/base/limits.ts'
import { parseServeQuotas, serveQuotaNames } from '../../src/cli/flags/serve-quotas.ts'
import { projectRoot } from '../support/root.ts'

/** Limits that a client can reach, and the quota that sets each. */
const flagged: Readonly<Record<string, string>> = {
  statementCharactersMax: 'statement-characters',
  statementCharactersMaxWide: 'statement-characters',
  documentBytesMax: 'document-bytes',
  documentBytesMaxWide: 'document-bytes',
  parameterTextCharactersMax: 'document-bytes',
  parameterValuesMax: 'parameter-values',
  transactionDocumentsMax: 'transaction-documents',
  transactionRedactionsMax: 'transaction-redactions',
  transactionBytesMax: 'transaction-bytes',
  transactionBytesMaxWide: 'transaction-bytes',
  transactionAgeMsMax: 'transaction-seconds',
  sessionAgeMsMax: 'session-seconds',
  sessionsMax: 'sessions',
  activeTablesMax: 'active-tables',
  tablesMax: 'tables',
  tableIndexesMax: 'table-indexes',
  valueBytesMax: 'value-bytes',
  integerDigitsMax: 'number-digits',
  statementMemoryBytesMax: 'statement-memory',
  statementDiskBytesMax: 'statement-disk',
  statementParametersMax: 'statement-parameters',
  requestMembersMax: 'request-members',
  httpBodyBytesMax: 'request-bytes',
  controlBodyBytesMax: 'control-bytes',
  httpHeaderBytesMax: 'header-bytes',
  httpHeldBytesMax: 'held-bytes',
  turnBytesMin: 'turn-bytes',
  httpRequestMsMax: 'request-seconds',
  httpAnswerMsMax: 'fetch-seconds',
  httpIdleMsMax: 'idle-seconds',
  httpConnectionsMax: 'connections',
  addressConnectionsMax: 'address-connections',
  connectionRequestsMax: 'connection-requests',
  allStatementsMemoryBytesMax: 'all-statements-memory',
  serverSessionsMax: 'server-sessions',
  sessionRequestsMax: 'session-requests',
  unusedSessionMsMin: 'unused-session-seconds',
  openTransactionsMax: 'open-transactions',
}

/** The others of the code that serves clients, by the reason why no flag sets them. */
const reasons: Readonly<Record<string, readonly string[]>> = {
  "QLDB's or AWS's own figure, or the form of its identifiers: another one would make clients fail elsewhere": [
    'pageValuesMax',
    'tableNameCharactersMax',
    'ledgerNameCharactersMax',
    'signatureSkewMsMax',
    'presignedSecondsMax',
    'tagsMax',
    'tagKeyCharactersMax',
    'tagValueCharactersMax',
    'controlPageMax',
    'exportKeptMs',
  ],
  "keeps recursion inside the thread's stack, which is as it is": ['nestingDepthMax', 'documentDepthMax'],
  'keeps the time of one step that nothing interrupts short': [
    'chainOperandsMax',
    'clauseStepsMax',
    'likePatternCharactersMax',
    'numberDigitsMax',
    'integerBytesMax',
    'timestampFractionDigitsMax',
    'statisticsDigitsMax',
    'bodyPartsMin',
    'bodyPartBytesMin',
  ],
  'part of what arithmetic means: another figure would give other results': ['decimalPrecision', 'decimalExponentMax'],
  'refuses nothing: says how a message or notice is cut': [
    'pageBytesMax',
    'statementErrorsMax',
    'shownErrorsMax',
    'noticesMax',
    'noticeSitesMax',
    'contradictionPairsMax',
    'noticeHeaderCharactersMax',
    'errorHeaderCharactersMax',
    'noticeNameCharactersMax',
    'noticeReasonCharactersMax',
    'noticeNamesMax',
  ],
  'refuses nothing: beyond it the work is done another way': [
    'chargedTextCharactersMin',
    'overlayBytesMax',
    'overlayWorksMax',
    'sharedFlushMax',
    'conjunctsPlacedMax',
    'ledgerSymbolsMax',
    'readSetEntriesMax',
    'preparedStatementsMax',
    'preparedStatementCharactersMax',
    'foldedConstantBytesMax',
    'heldChunkBytes',
    'memoryStepBytes',
    'mergedRunsMax',
    'collectBytesMin',
    'spillChunkBytes',
    'spillRunChunkBytes',
    'spillPartitions',
    'spillShapesMax',
    'cachedBlocksMax',
    'indexBuildBatchDocuments',
    'ticksBetweenChecks',
    'cursorChunkBytesMax',
    'storeGroupWritesMax',
    'bodyBlockBytes',
    'turnSliceBytes',
    'turnSliceMsMin',
    'turnMsMax',
    'encodedAnswerBytesMin',
  ],
  'refuses nothing: says which thread does the work': [
    'homeBodyBytesMax',
    'homeRequestBytesMax',
    'homeRowBytesMax',
    'engineBusyMs',
    'writerBusyMs',
    'stillLongMs',
    'briefChecksMin',
    'briefItemsMax',
    'briefSourcesMax',
    'movedCommandsMax',
    'movedBytesMax',
    'engineNiceness',
    'idleHeapBytesMax',
    'sweepEveryMs',
  ],
  'a share of another limit, which a flag sets': ['valueMemoryShare', 'operatorMemoryShare', 'heldSmallShare'],
  'the last resort behind statement-memory and request-bytes: the thread ends and is replaced': [
    'engineHeapBytesMax',
    'writerHeapBytesMax',
    'decoderHeapBytesMax',
  ],
  "bounded by the store's files and lock table, which are made with it": [
    'storeBytesMax',
    'storeMapBytesMin',
    'storeGrowthMax',
    'storeChangeDiskBytes',
    'storeSnapshotsMax',
    'storePagesCheckedMax',
    'ledgersOpenMax',
  ],
  'a client that reaches it has no use for more: it never reads these results, or asks for the same export again': [
    'transactionResultsMax',
    'ledgerExportsMax',
    'clockSkewMsMax',
  ],
  'set by another flag of qldb serve: --threads, --drain-seconds': ['engineThreadsMax', 'drainMsMax'],
  'of imports, rebuilds and checks, which clients do not start': [
    'importBatchBytes',
    'verifyBatchBytes',
    'reportFindingsMax',
  ],
}

const engineFolders = ['values', 'syntax', 'plan', 'exec', 'ledger', 'protocol', 'server', 'store']
/** Of src/host, what serves; of src/cli/flags, what sets its limits. */
const serving = {
  'src/host':
    /^(service|server-|open-ledgers|ledger-registry|kept-exports|body-decoder|decode-bodies|statement-clock|json-file|write-export|quotas|yield-processor|collect-garbage)/,
  'src/cli/flags': /^(serve-|quota-args)/,
}

function engineSources(): string {
  const files = engineFolders.flatMap((folder) =>
    readdirSync(join(projectRoot, 'src', folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => join('src', folder, name)),
  )
  const served = Object.entries(serving).flatMap(([folder, names]) =>
    readdirSync(join(projectRoot, folder))
      .filter((name) => names.test(name))
      .map((name) => `${folder}/${name}`),
  )
  const paths = [...files, ...served, 'src/base/limit-error.ts', 'src/base/error-list.ts']
  return paths.map((path) => readFileSync(join(projectRoot, path), 'utf8')).join('\n')
}

test('every limit that a client of a server can reach has a quota, or a stated reason why it has none', () => {
  const used = new Set(engineSources().match(/\b[a-z]\w+\b/g))
  const reachable = Object.keys(limits).filter((name) => used.has(name))
  const excused = Object.values(reasons).flat()
  const known = new Set([...Object.keys(flagged), ...excused])
  assert.deepEqual(
    reachable.filter((name) => !known.has(name)),
    [],
  )
  const gone = [...known].filter((name) => !reachable.includes(name))
  assert.deepEqual(gone, [], 'listed here, but no such limit is used')
  assert.equal(known.size, Object.keys(flagged).length + excused.length, 'a limit is listed twice')
})

test('each of these quotas is taken by qldb serve and sets one limit, in its unit', () => {
  const none = JSON.stringify(parseServeQuotas([]))
  for (const [limit, name] of Object.entries(flagged)) {
    assert.ok(serveQuotaNames.includes(name), `${limit}: no quota ${name}`)
    const text = JSON.stringify(parseServeQuotas([`${name}=7`]))
    assert.notEqual(text, none, name)
    const unit = limit.includes('Ms') ? 7_000 : 7
    assert.match(text, new RegExp(`:${unit}[,}]`), `${name} sets ${limit}`)
  }
})

test('every name that qldb serve takes stands in the documentation', () => {
  const docs = ['serve.md', 'durability.md'].map((name) => readFileSync(join(projectRoot, 'docs', name), 'utf8')).join()
  const absent = serveQuotaNames.filter((name) => !docs.includes(`\`${name}\``) && !name.startsWith('answer-'))
  assert.deepEqual(absent, [])
})

test('numbers that a timer or the store could not take are refused, and near names of a server are suggested', () => {
  const refuses = (text: string, message: RegExp) =>
    assert.throws(
      () => parseServeQuotas([text]),
      (error: Error & { help?: string }) => message.test(`${error.message} ${error.help}`),
    )
  refuses('fetch-seconds=3000000', /from 1 to 2147483, found '3000000'/)
  refuses('open-transactions=4096', /from 1 to 4095, found '4096'/)
  refuses('conections=1', /no quota named 'conections' did you mean 'connections'\?/)
  assert.equal(parseServeQuotas(['request-bytes=64MiB']).server.http.bodyBytesMax, 64 * 1024 * 1024)
})
