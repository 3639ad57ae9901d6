import { assert } from './assert.ts'

/**
 * Every bound of the program, its unit in its name. Where QLDB documented a quota, the figure is that quota
 * ("Quotas and limits in Amazon QLDB", developer guide). A quota that only `--strict-qldb` applies says so.
 */

/** Values in one result page. Seen in qldb-rs (src/cursor.rs); never documented. */
export const pageValuesMax = 200
/** Ion bytes in one result page; a page always holds at least one value. Ours: QLDB's own figure is unknown. */
export const pageBytesMax = 4 * 1024 * 1024

/** A statement's text, in characters. Strict only; see statementCharactersMaxWide. */
export const statementCharactersMax = 100_000
/** A statement's text when no quota of QLDB is asked for. */
export const statementCharactersMaxWide = 64 * 1024 * 1024
/** A document or parameter as Ion binary. Strict only. */
export const documentBytesMax = 128 * 1024
/** A document or parameter when no quota of QLDB is asked for. */
export const documentBytesMaxWide = 256 * 1024 * 1024
/** A parameter as Ion text, in characters. Strict only. */
export const parameterTextCharactersMax = 1024 * 1024
/** Results of one transaction with pages left to fetch. Ours: each holds its place in the snapshot. */
export const transactionResultsMax = 1_000
/** Documents inserted, updated or deleted in one transaction. Strict only. */
export const transactionDocumentsMax = 40
/** Revisions redacted in one transaction. Strict only. */
export const transactionRedactionsMax = 1
/** All changes of one transaction. Strict only. */
export const transactionBytesMax = 4 * 1024 * 1024
/** All changes of one transaction when no quota of QLDB is asked for; they are held in memory until the commit. */
export const transactionBytesMaxWide = 1024 * 1024 * 1024
/** A transaction's life from its start, as the server measures it. */
export const transactionAgeMsMax = 30_000
/** A session's life, whatever it does. QLDB: 13 to 17 minutes. */
export const sessionAgeMsMax = 17 * 60 * 1000
/** How long a session stays unused before a new one may take its place, when there are no others. Ours. */
export const unusedSessionMsMin = 10_000
/** Sessions open at once on one ledger. */
export const sessionsMax = 1500

/** Active tables of one ledger. Strict only. */
export const activeTablesMax = 20
/** Tables of one ledger, dropped ones included. Strict only. */
export const tablesMax = 40
/** Indexes of one table. Strict only. */
export const tableIndexesMax = 5
/** A table's name. */
export const tableNameCharactersMax = 128
/** A ledger's name. */
export const ledgerNameCharactersMax = 32

/**
 * Operands of one chain of operators or predicates (`a + b + c …`, AND, OR, `a = b IS NULL …`, UNION): a chain is no nest, so
 * that its length costs memory alone, about a kilobyte an operand.
 */
export const chainOperandsMax = 100_000
/** Sources of one FROM clause, bindings of one LET and windows of one SELECT: each is a step over the one before. */
export const clauseStepsMax = 1_000

/** How deep expressions, statements, paths and Ion containers may nest. Keeps recursion inside the stack. */
export const nestingDepthMax = 500
/** How deep a stored document may nest: blocks and result rows wrap it in a few containers more. */
export const documentDepthMax = nestingDepthMax - 16

/**
 * One value that a statement makes, as Ion binary: texts, lists, bags, structs and rows. A value in which another occurs
 * many times takes little memory, but all of this once it is written, compared or hashed.
 */
export const valueBytesMax = 256 * 1024 * 1024

/** One value takes at most this share of its statement's memory: an operation has its operands and its result at once. */
export const valueMemoryShare = 1 / 4
/** A text that an operation makes counts as memory of the statement from this length on. */
export const chargedTextCharactersMin = 64 * 1024
/** A LIKE pattern: it is taken apart into its characters. */
export const likePatternCharactersMax = 1024 * 1024

/** Conditions of one WHERE or ON that are each placed near their sources; of more, the last ones are placed as one. */
export const conjunctsPlacedMax = 256

/** Errors that are gathered about one statement; at so many the search for more ends. */
export const statementErrorsMax = 100
/** Errors of one statement that are shown beside the first; the rest are counted. */
export const shownErrorsMax = 10

/** Notices about one statement. */
export const noticesMax = 3
/** Paths, comparisons and other operations, of each kind, of one statement that are watched for notices; the rest get none. */
export const noticeSitesMax = 256
/** Pairs of conditions, joined by AND or OR, that are looked at for a contradiction. */
export const contradictionPairsMax = noticeSitesMax * noticeSitesMax
/** Characters of the header that carries notices; room for noticesMax of them, all escaped. */
export const noticeHeaderCharactersMax = 8 * 1024
/** Characters of the header that carries an error's help; the other errors of the statement go when they do not fit. */
export const errorHeaderCharactersMax = 8 * 1024
/** Characters of a name or a piece of a statement in a notice; what is longer is cut. */
export const noticeNameCharactersMax = 64
/** Characters of the reason in a notice about a type error. */
export const noticeReasonCharactersMax = 160
/** Field names that are remembered of one struct's documents, to suggest one of them. */
export const noticeNamesMax = 256

/** Digits of a number written in Ion text: reading and printing them costs more than linear time. */
export const numberDigitsMax = 100_000
/** Bytes of an integer or a decimal's coefficient in Ion binary; holds numberDigitsMax digits. */
export const integerBytesMax = 41_600
/** Digits of a timestamp's fraction of a second. */
export const timestampFractionDigitsMax = 1_000

/** Digits that decimal arithmetic keeps, as PartiQL 0.2's MathContext does. */
export const decimalPrecision = 38
/** The largest exponent, up or down, that arithmetic may give a decimal: a 32-bit scale, as in PartiQL 0.2. */
export const decimalExponentMax = 2_147_483_647
/**
 * Digits of an integer that arithmetic and conversions may give: `1d1000000000` must not fill the memory, and one operation
 * on so many digits takes milliseconds. As many as can be read and stored (numberDigitsMax).
 */
export const integerDigitsMax = 100_000

/** Digits between the largest and the smallest of the exact numbers that STDDEV and VARIANCE add up. */
export const statisticsDigitsMax = 1_000

/** Field names and symbols in a ledger's shared symbol dictionary; beyond it a document carries its own. */
export const ledgerSymbolsMax = 65_536

/** Documents, or index look-ups, of one table that a transaction remembers singly; beyond it the whole table is read. */
export const readSetEntriesMax = 65_536
/** Parsed and planned statements that a ledger keeps for the next run of the same text. */
export const preparedStatementsMax = 256
/** Texts longer than that, in characters, are not kept: they hold data and do not come again. */
export const preparedStatementCharactersMax = 4_096
/** Bytes of a value that is computed while planning and kept in the plan. */
export const foldedConstantBytesMax = 4_096
/** Bytes of values that are held in one piece of memory, for rows that come out in another order. */
export const heldChunkBytes = 64 * 1024
/**
 * Memory that one statement's rows, groups, keys and values may hold, estimated from their sizes, in bytes. Sorts, groups,
 * DISTINCT, set operations, joins and windows that need more spill to temporary files; anything else fails. In a server;
 * elsewhere see statementMemoryShare.
 */
export const statementMemoryBytesMax = 256 * 1024 * 1024
/** Outside a server: the share of the memory that the process may use, and of V8's heap limit; the smaller counts. */
export const statementMemoryShare = 1 / 4
export const statementHeapShare = 1 / 2
/** Outside a server: what `--quota statement-memory` may give one statement at most, as a share of V8's heap limit. */
export const statementHeapShareMax = 3 / 4
/** What a statement may hold however small V8's heap is. */
export const statementMemoryBytesMin = 4 * 1024 * 1024
/**
 * A statement that spills has its garbage collected when it gave back so many bytes, a quarter of its limit, and more than
 * it holds: V8 would let them stand beside the next ones.
 */
export const collectBytesMin = 8 * 1024 * 1024
/** Bytes of temporary files that one statement may hold at once. */
export const statementDiskBytesMax = 64 * 1024 * 1024 * 1024
/** The share of a statement's memory that each of its operators gets, however much the others hold. */
export const operatorMemoryShare = 1 / 16
/** Bytes that a statement takes at a time from the memory that all statements share. */
export const memoryStepBytes = 256 * 1024
/** Sorted runs of a temporary file that are merged at once; each has a buffer. */
export const mergedRunsMax = 64
/** Bytes of a temporary file that are read or written at a time; runs that are merged read less. */
export const spillChunkBytes = 256 * 1024
export const spillRunChunkBytes = 32 * 1024
/** Partitions, by the hash of their keys, of rows whose keys had no room in memory; a power of two. Each has a buffer. */
export const spillPartitions = 32
/** Lists of field names, and symbol tables, that a temporary file's reader shares among rows. */
export const spillShapesMax = 1_000
/** Decoded blocks that a transaction keeps while it reads history. */
export const cachedBlocksMax = 64
/** Documents looked at in one go while an index is built, or keys removed while one is dropped; bounds the memory. */
export const indexBuildBatchDocuments = 1_000
/** How many rows are worked on between two looks at whether the user has cancelled. */
export const ticksBetweenChecks = 256

/** Retries of a conflicting or dead transaction, as Amazon's drivers do (DefaultRetryConfig). */
export const transactionRetriesMax = 4
/** The longest back-off between two tries: random() times min(this, 10 * 2^attempt). */
export const retryDelayMsMax = 5_000

/** How long reaching an endpoint may take. Ours. */
export const endpointConnectMsMax = 10_000
/** How long one command's answer may take; a transaction lives half as long. Ours. */
export const endpointAnswerMsMax = 60_000
/**
 * How long an endpoint has to answer that a transaction was aborted or a session ended: nothing depends on it, since an endpoint
 * forgets both by itself. Ours.
 */
export const endpointFarewellMsMax = 5_000
/** Bytes of one answer of an endpoint, as JSON; it is held in memory. A page of QLDB's has some 200 documents of 128 KiB. */
export const endpointAnswerBytesMax = 256 * 1024 * 1024
/** Ledgers that an endpoint may list. */
export const listedLedgersMax = 100_000
/** Pages without a value that an endpoint may answer one after the other. */
export const endpointEmptyPagesMax = 100

/** A result of up to so many values is kept until its commit has succeeded; a larger one streams. */
export const resultBufferValuesMax = 1_000
/** The same bound in Ion bytes, whichever is reached first. */
export const resultBufferBytesMax = 8 * 1024 * 1024

/** Columns of a result shown as a table; with more, each row becomes a block of lines. */
export const tableColumnsMax = 64

/** Bytes of an input file that are read at a time. */
export const inputChunkBytes = 256 * 1024
/** Bytes of one row of an input file: a line of JSON Lines, a record of CSV, an element of a JSON array, an Ion value. */
export const inputRowBytesMax = 256 * 1024 * 1024
/** Field name sequences that a reader of input files shares among rows; beyond it each row has names of its own. */
export const inputShapesMax = 10_000

/** Fields of a row of a file that are found without decoding them; a row with more is decoded whole. */
export const rowFieldsScannedMax = 1_000
/** How deep lists and objects in such a field of JSON may nest; deeper ones are decoded with their row. */
export const jsonScannedDepthMax = 32

/** A table that is not for a terminal pads its columns up to this width; longer cells stand out. In columns. */
export const tablePaddingColumnsMax = 200

/** How deep scripts may include scripts. */
export const includeDepthMax = 16
/** Bytes of a configuration, key, certificate, profile or checkpoint file; it is held in memory, and a device has no end. */
export const settingsFileBytesMax = 16 * 1024 * 1024
/** Bytes of a proof or digest file, and of the history's; all of it becomes one text, of which V8's longest is a little more. */
export const evidenceBytesMax = 512 * 1024 * 1024 - 64
/** Lines kept in the shell's history. */
export const historyEntriesMax = 10_000
/** An entry of the history's file, in UTF-16 units. */
export const historyEntryUnitsMax = 65_536

assert(documentBytesMax * transactionDocumentsMax > transactionBytesMax, 'both transaction bounds must be checked')
assert(integerBytesMax * 8 > numberDigitsMax * Math.log2(10), 'every number that can be read as text fits in binary')
assert(resultBufferValuesMax > pageValuesMax, 'the buffer holds more than one page')

/** The largest that a ledger's data file can be. */
export const storeBytesMax = 1024 * 1024 * 1024 * 1024
/**
 * Virtual memory set aside for a ledger's data file while it is open, at the least; no memory is used by it. A process has
 * room for some 2,000 of these, and LMDB's library ends it when there is none (ledgersOpenMax).
 */
export const storeMapBytesMin = 64 * 1024 * 1024 * 1024
/** How much larger than it is a data file may grow until it is reopened. */
export const storeGrowthMax = 4
/** What one change of a commit may take on disk beside its value: two pages of the data file. An estimate, ours. */
export const storeChangeDiskBytes = 8 * 1024
/** Ledgers that a thread of a server holds open. */
export const ledgersOpenMax = 1_000
/** Pages of the data file that are looked at before it is opened, from the roots down: all of a small file. */
export const storePagesCheckedMax = 64
/** Snapshots of one ledger held at once by all its processes (each takes 64 bytes in the lock file). */
export const storeSnapshotsMax = 4096
/** Writes that may share one flush to disk; bounds how long the first of them waits. */
export const storeGroupWritesMax = 256
/** Memory that the entries of a scan share. A row that is kept alone keeps as much, so it is copied out first. */
export const cursorChunkBytesMax = 16 * 1024

/** One block of an export, as it lies in its file, unpacked; also one value of a file that is loaded. It is held in memory. */
export const exportBlockBytesMax = 256 * 1024 * 1024
/** Symbols that one binary file may declare in all; hostile tables must not fill the memory. */
export const exportSymbolsMax = 1_000_000
/** Export files read at once because their blocks overlap. */
export const exportOpenFilesMax = 64
/** Blocks looked ahead of a missing one in its own file, for files whose blocks are not in order. */
export const exportReorderBlocksMax = 64
/** Bytes of the same. */
export const exportReorderBytesMax = 64 * 1024 * 1024
/** Blocks of a stream that have gone, of whose records hashes are kept, 16 bytes each: one that comes again is known. */
export const streamRememberedBlocksMax = 100_000
/** Blocks of a stream's records held until the ones before them have come. */
export const streamPendingBlocksMax = 4_096
/** Bytes of the same. */
export const streamPendingBytesMax = 256 * 1024 * 1024
/** A record that the Kinesis producer library has packed others into; Kinesis took records of up to 1 MiB, later 10. */
export const aggregatedRecordBytesMax = 16 * 1024 * 1024
/** An export file is closed when it has grown beyond this; a block is never split. */
export const exportFileBytes = 16 * 1024 * 1024
/** Values in one file of evidence, at every depth: each takes some 300 bytes of memory, and as little as two of the file. */
export const evidenceValuesMax = 1_000_000
/** The same in one block of an export in text, so that a check takes no more than about 1 GiB. */
export const exportBlockValuesMax = 3_000_000
/** Documents whose versions are followed while an export is checked without a ledger; the rest go unchecked, said so. */
export const exportDocumentsMax = 1_000_000
/** Ways of giving a JSON revision its Ion types back that are tried before it counts as not checkable. */
export const jsonGuessesMax = 262_144
/**
 * The same of a revision that stands alone: one that fits none of so many, when there are no more, was changed. Twenty numbers
 * that were decimals or floats have 2^20 readings.
 */
export const jsonLoneGuessesMax = 1_100_000
/** Bytes of a document that one guess counts for: each hashes much of it again, so that larger ones have fewer guesses. */
export const jsonGuessBytes = 1_024
/** Failed guesses, of all documents of an export together, after which fewer are made for each: some minutes of work. */
export const jsonGuessesWastedMax = 20_000_000
/** How deep a receipt, revision or block may be wrapped in other structs and lists, and values looked at on the way. */
export const envelopeDepthMax = 32
export const envelopeValuesMax = 1_000_000
/** Findings that a report shows one by one; all are counted. */
export const reportFindingsMax = 200
/** Fields that no hash covers are named one by one in a report up to so many. */
export const uncoveredNamesMax = 100
/**
 * Memory of the changes of an import or a rebuild that share one durable write, in bytes: what many blocks change is
 * written once for all of them. The write itself takes as much again.
 */
export const importBatchBytes = 96 * 1024 * 1024
/** The same of derived data that a verification computes in a temporary folder. */
export const verifyBatchBytes = 96 * 1024 * 1024
/** Threads that hash the blocks of a journal, beside the one that reads them and follows the chain. */
export const hashThreadsMax = 4

/** The body of one HTTP request. Ours: a statement's parameters together. */
export const httpBodyBytesMax = 32 * 1024 * 1024
/** Memory for bodies is set aside in blocks of so many bytes: no step over a body takes longer than one. */
export const bodyBlockBytes = 64 * 1024
/** A read of so many bytes from a connection waits for its turn, and is passed on in slices. */
export const turnBytesMin = 2 * 1024
/** Bytes of such a slice. */
export const turnSliceBytes = 8 * 1024
/** A connection with a slice or a read that took so long waits for its turn next time, too. */
export const turnSliceMsMin = 1
/** How long slices, and new connections, are worked on in one turn of the event loop; one of each at the least. */
export const turnMsMax = 5
/**
 * Parts in which a body may come, each of which costs the thread that speaks HTTP some microseconds: so many, and one more
 * for every bodyPartBytesMin. HTTP's chunks may be as small as a byte.
 */
export const bodyPartsMin = 1_000
export const bodyPartBytesMin = 512
/** A body that the thread that speaks HTTP parses itself; a larger one is parsed in a thread of its own. */
export const homeBodyBytesMax = 64 * 1024
/** The body of a request to the control plane. */
export const controlBodyBytesMax = 64 * 1024
/** Members and items of the JSON of one request. */
export const requestMembersMax = 100_000
/** Parameters of one statement. */
export const statementParametersMax = 10_000
/** Values and annotations in the parameters of one statement at an endpoint; each takes some 70 bytes of memory. */
export const parameterValuesMax = 1_000_000
/** Values of a page, in bytes, from which on the thread that ran the statement makes the answer's JSON. */
export const encodedAnswerBytesMin = 256 * 1024
/** V8's heap of the thread that parses large bodies. */
export const decoderHeapBytesMax = 256 * 1024 * 1024
/** Request line and headers of one HTTP request. */
export const httpHeaderBytesMax = 16 * 1024
/** Bodies being read and answers not yet taken, of all connections together; beyond it requests are refused. */
export const httpHeldBytesMax = 128 * 1024 * 1024
/** The share of it that bodies and answers of up to homeBodyBytesMax have for themselves. */
export const heldSmallShare = 1 / 4
/** Connections of one server. */
export const httpConnectionsMax = 4096
/** Connections from one address; the rest of a server's stays for others. */
export const addressConnectionsMax = 1024
/** Requests that a connection may send before the first of them is answered. Clients send one; a few send some. */
export const connectionRequestsMax = 32
/** How long the whole of a request may take to arrive. */
export const httpRequestMsMax = 30_000
/** How long a connection may stay without a request. Longer than the pools of the SDKs keep theirs. */
export const httpIdleMsMax = 75_000
/** How long a client may take to fetch an answer. */
export const httpAnswerMsMax = 60_000
/** Requests of one session that wait for their turn; one is at work. Beyond it they are refused. */
export const sessionRequestsMax = 16
/** Sessions of one server, over all its ledgers. */
export const serverSessionsMax = 10_000
/** Transactions open at once on one server, over all its ledgers; each may hold a snapshot. */
export const openTransactionsMax = 3_000
/** How far the clock of a request's signature may be from the server's: AWS's own figure. */
export const signatureSkewMsMax = 5 * 60 * 1000
/** The longest life of a presigned address: AWS's own figure. */
export const presignedSecondsMax = 7 * 24 * 60 * 60
/** How long a server that is stopped waits for open transactions. */
export const drainMsMax = 10_000
/** How long it then waits for its ledgers to close: a process that holds a ledger's lock may have been stopped. */
export const closeMsMax = 5_000
/** Threads that run statements for a server, so that a long one does not hold up the others. */
export const engineThreadsMax = 4
/** A statement that runs for so long is a long one, and the engine thread that runs it is held up. */
export const engineBusyMs = 20
/**
 * How far threads for long statements and large bodies stand back when processors are short: the share of one that a
 * thread gets beside another is then a quarter, enough to leave a lock soon.
 */
export const engineNiceness = 5
/** Memory of all statements of a server together, estimated as that of one (statementMemoryBytesMax), in bytes. */
export const allStatementsMemoryBytesMax = 384 * 1024 * 1024
/** V8's heap of a thread that has nothing to do; with more in use, garbage is collected. */
export const idleHeapBytesMax = 96 * 1024 * 1024
/** Looks at the time that a short statement has before it may be stopped: fewer mean that it was the machine that was busy. */
export const briefChecksMin = 16
/** V8's heap of a thread that runs long statements; one that needs more ends, with its statement. */
export const engineHeapBytesMax = 512 * 1024 * 1024
/** The same of the thread in which all that write are served, and only what is short. */
export const writerHeapBytesMax = 256 * 1024 * 1024
/** A session whose statements were long begins where long ones run, until all of a transaction's took less than this. */
export const stillLongMs = 100
/** Commands of a transaction that the thread that speaks HTTP keeps, to have them run again by another engine. */
export const movedCommandsMax = 100
/** Bytes of their statements and parameters. A larger transaction moves to another thread. */
export const movedBytesMax = 64 * 1024
/** The same of one request: reading and planning a long statement takes time that can't be cut short. */
export const homeRequestBytesMax = 8 * 1024
/** Columns of a statement that may share a thread with others; one with more runs in a thread for long statements. */
export const briefItemsMax = 64
/** Tables of the same. */
export const briefSourcesMax = 4
/** A row that the thread that speaks HTTP reads and encodes itself, in bytes; a larger one is read in another thread. */
export const homeRowBytesMax = 256 * 1024
/** How long a statement may run in the thread that all writers share before it is moved to another. */
export const writerBusyMs = 50
/** Ledgers, exports and the like in one answer of the control plane. */
export const controlPageMax = 100
/** Tags of one resource, and their lengths. */
export const tagsMax = 50
export const tagKeyCharactersMax = 128
export const tagValueCharactersMax = 256

assert(openTransactionsMax < storeSnapshotsMax, 'every open transaction may hold a snapshot')
/** How often a server looks for transactions and sessions whose time has run out. */
export const sweepEveryMs = 1_000
/** Journal exports of one ledger under way at once. */
export const ledgerExportsMax = 2
/**
 * How far ahead the end of an export may be: clocks differ, and SDKs round to seconds. The export waits until that time has
 * come.
 */
export const clockSkewMsMax = 30_000
/** How long the control plane tells of an export: QLDB's 7 days. */
export const exportKeptMs = 7 * 24 * 60 * 60 * 1000

/** Writes of a ledger over a log that share one flush: more would make the first of them wait for the last. Ours. */
export const sharedFlushMax = 256

/** Bytes that follow from blocks and that memory alone holds, before they are written into the cache. Ours. */
export const overlayBytesMax = 1024 * 1024

/** Writes of which the same holds: so many blocks are applied again after a kill. Ours. */
export const overlayWorksMax = 256
