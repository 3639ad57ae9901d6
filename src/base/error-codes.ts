/**
 * Who must act on an error.
 * - `input`: the user's statement or argument is wrong
 * - `conflict`: another transaction was first; trying again may help
 * - `expired`: a transaction or session outlived its time
 * - `limit`: a named bound was reached
 * - `unavailable`: a ledger, file or endpoint can't be reached or opened
 * - `corrupt`: stored data is not what was written
 * - `cancelled`: the user stopped it
 * - `unsupported`: well formed, but not built
 */
export type ErrorKind =
  | 'input'
  | 'conflict'
  | 'expired'
  | 'limit'
  | 'unavailable'
  | 'corrupt'
  | 'cancelled'
  | 'unsupported'

/**
 * Code → [kind, is trying again worth it, what it means, what to do]. One row for each code, sorted by layer. docs/errors.md
 * and `help CODE` are printed from it.
 */
export const codes = {
  'ion/malformed': ['input', false, 'text or bytes are not Ion', 'look at the place that is named'],
  'ion/nesting-too-deep': ['limit', false, 'an Ion value nests deeper than the limit', 'flatten it'],
  'value/out-of-range': [
    'input',
    false,
    'a number, date or text is outside what its type holds',
    'use a value within the range that is named',
  ],
  'value/type-mismatch': [
    'input',
    false,
    'an operator got a value of a type that it does not take',
    'CAST it, or look at the data',
  ],
  'value/cannot-compare': [
    'input',
    false,
    'two values of types that have no order were compared',
    'compare like with like',
  ],
  'value/cannot-cast': ['input', false, 'CAST has no result for this value', 'look at the value that is named'],
  'value/division-by-zero': ['input', false, 'a division or modulo by zero', 'guard it with CASE or NULLIF'],
  'value/interval-overflow': [
    'input',
    false,
    'the years or days of an interval have more digits than its type has',
    'CAST it to an interval of more digits',
  ],

  'lexer/invalid-character': ['input', false, 'a character that starts no token', 'remove it, or quote it'],
  'lexer/unterminated': ['input', false, 'a string, quoted name, Ion literal or comment has no end', 'close it'],
  'lexer/invalid-literal': [
    'input',
    false,
    'a number or literal is written wrongly',
    'write it as the message expects',
  ],
  'lexer/invalid-ion': ['input', false, 'the Ion in backticks is malformed', 'look at the place inside'],
  'parser/unexpected-token': [
    'input',
    false,
    'a word or sign that may not stand there',
    'the message says what was expected',
  ],
  'parser/unexpected-end': ['input', false, 'the statement ends too early', 'complete it, or remove the last word'],
  'parser/unsupported': ['unsupported', false, 'a form that is recognized but not implemented', 'see the help line'],
  'parser/nesting-too-deep': ['limit', false, 'the statement nests deeper than the limit', 'split it'],
  'parser/invalid': ['input', false, 'the parts are right, their combination is not', 'the message says why'],

  'semantic/no-such-variable': [
    'input',
    false,
    'no table, alias or field source has that name',
    'see the suggestion, or `show tables`',
  ],
  'semantic/duplicate-variable': ['input', false, 'two aliases of one FROM have the same name', 'rename one'],
  'semantic/no-such-function': ['input', false, 'no function has that name', '`help functions` lists them'],
  'semantic/argument-count': [
    'input',
    false,
    'a function got too many or too few arguments',
    'give as many as the message says',
  ],
  'semantic/invalid': ['input', false, 'the statement makes no sense as written', 'the message says why'],
  'semantic/not-in-qldb': [
    'unsupported',
    false,
    '`--strict-qldb` is on and QLDB did not have this',
    'leave it out, or turn that off',
  ],
  'semantic/unsupported': ['unsupported', false, 'recognized but not implemented', 'see docs/partiql.md'],

  'evaluator/invalid': ['input', false, 'a value that a clause or function cannot take', 'the message names it'],
  'evaluator/type-mismatch': [
    'input',
    false,
    'a function got a value of a type that it does not take',
    'CAST it, or look at the data',
  ],
  'evaluator/unbound-parameter': ['input', false, 'a `?` has no value', 'give as many parameters as there are `?`'],
  'evaluator/unused-parameter': [
    'input',
    false,
    'more parameters than the statement has `?`',
    'give as many parameters as there are `?`',
  ],
  'evaluator/no-such-path': [
    'input',
    false,
    'a change targets a path that the document does not have',
    'create the parts above it first',
  ],
  'evaluator/missing-value': [
    'input',
    false,
    'a change would store MISSING',
    'correct the name, or write what to store instead: COALESCE(path, NULL)',
  ],
  'evaluator/limit': [
    'limit',
    false,
    'a value, or the work for one statement, exceeds a limit',
    'read less at once; `--quota` sets most limits',
  ],

  'catalog/table-exists': ['input', false, 'an active table has that name', 'choose another name, or DROP it'],
  'catalog/table-not-found': ['input', false, 'no active table has that name or id', '`show tables`'],
  'catalog/index-not-found': [
    'input',
    false,
    'the table has no index with that id',
    'read information_schema.user_tables',
  ],
  'catalog/index-exists': ['input', false, 'the field already has an index', 'nothing'],
  'catalog/invalid-name': [
    'input',
    false,
    'a name that a table or field may not have',
    'letters, digits and _, no digit first',
  ],
  'catalog/limit': [
    'limit',
    false,
    'as many tables or indexes as the quota allows',
    "raise it with `--quota`; `--strict-qldb` sets QLDB's quotas",
  ],
  'document/not-a-struct': ['input', false, 'only a struct can be a document', "wrap the value: {'value': …}"],
  'document/not-storable': [
    'input',
    false,
    'the document holds what Ion cannot: a bag, MISSING, a DATE or TIME',
    'store a list or a timestamp',
  ],
  'document/ambiguous': [
    'input',
    false,
    'the document has exactly the fields that the journal hashes for this transaction, so it could be passed off as those',
    'add a field, or leave one out',
  ],
  'document/too-large': ['limit', false, 'the document is larger than the limit', 'split it'],
  'statement/too-large': [
    'limit',
    false,
    'the statement is longer than the limit',
    'use parameters, or several statements',
  ],
  'statement/too-long': [
    'limit',
    false,
    'a statement ran longer than a shared thread allows; a server moves it to another thread',
    'nothing',
  ],

  'transaction/conflict': [
    'conflict',
    true,
    'another transaction changed what this one read, and committed first',
    'run it again; the help line names the read',
  ],
  'transaction/expired': ['expired', false, 'the transaction lived longer than 30 seconds', 'do less in one'],
  'transaction/not-open': ['input', false, 'no transaction is open', '`begin` one'],
  'transaction/already-open': ['input', false, 'a session has at most one transaction', 'commit or abort it'],
  'transaction/digest-mismatch': [
    'input',
    false,
    'the client and the ledger disagree on what was sent',
    'run the transaction again',
  ],
  'transaction/too-large': [
    'limit',
    false,
    'the changes of one transaction exceed the limit',
    'commit in smaller parts',
  ],
  'transaction/reads-only': [
    'input',
    false,
    'a statement that writes, in a transaction that was begun for reading',
    'begin one that may write',
  ],
  'transaction/brief-only': [
    'input',
    false,
    'a statement that may take long or must not run twice, in a transaction for short ones; a server moves it to another thread',
    'nothing',
  ],
  'transaction/unknown-outcome': [
    'unavailable',
    false,
    'it is unknown whether the commit took place',
    'look at the data before you repeat it',
  ],
  'session/not-found': ['expired', true, 'the ledger does not know the session', 'drivers open another one'],
  'session/expired': ['expired', true, 'the session outlived its time', 'drivers open another one'],
  'session/limit': ['limit', false, 'too many sessions at once', 'close some'],
  'page/invalid-token': ['input', false, 'a page token that is no longer valid', 'run the statement again'],
  'request/invalid': ['input', false, 'a request breaks the protocol', 'the message names the member'],

  'ledger/not-found': ['unavailable', false, 'no ledger has that name here', '`--create` creates it'],
  'ledger/exists': ['input', false, 'the ledger already exists', 'choose another name'],
  'ledger/invalid-name': [
    'input',
    false,
    'a name that a ledger may not have',
    '1 to 32 letters, digits and single hyphens',
  ],
  'ledger/closed': ['unavailable', false, 'the ledger was closed, or is being rebuilt', 'open it again'],
  'ledger/format-too-new': ['unavailable', false, 'stored by a newer version of this program', 'use that version'],
  'ledger/format-too-old': [
    'unavailable',
    false,
    'stored by an older version of this program',
    'export it with that version, import it with this one',
  ],
  'ledger/foreign': ['unavailable', false, 'the directory or store holds something else', 'name another directory'],
  'ledger/incomplete': ['unavailable', false, 'the import into this ledger is unfinished', 'run the import again'],
  'ledger/read-only': ['input', false, 'an imported ledger takes no changes', 'import it with `--writable`'],
  'store/unavailable': [
    'unavailable',
    false,
    'the storage cannot be opened or written',
    "the message has the system's reason",
  ],
  'store/full': ['unavailable', true, 'the disk is full; nothing was written', 'free space and try again'],
  'store/corrupt': ['corrupt', false, 'the storage is damaged', '`qldb verify`; restore from a copy or an export'],
  'journal/hash-mismatch': [
    'corrupt',
    false,
    'a block, revision or chain hash does not match',
    'the block was changed after it was written',
  ],
  'journal/gap': ['corrupt', false, 'blocks are missing', 'look for the missing file'],
  'journal/malformed': ['corrupt', false, 'not in the form of a block', 'the message names the field'],
  'export/incomplete': ['input', false, 'files or blocks of an export are missing', 'download it again'],
  'export/not-found': ['input', false, 'no export files there', 'name the folder or its files'],
  'export/limit': ['limit', false, 'a part of an export is larger than the limit', 'the message names the limit'],
  'journal/no-revision': ['input', false, 'the journal has no such revision', 'look the document up with history()'],
  'proof/malformed': ['input', false, 'a file is not a proof or digest', 'the message names what was expected'],
  'proof/unrecognized': [
    'input',
    false,
    'a file holds nothing that can be verified',
    'give a proof, receipt, revision, block, stream record or export',
  ],
  'proof/not-comparable': [
    'input',
    false,
    'proof and digest belong to different ledgers or times',
    'take both from one ledger',
  ],
  'proof/refuted': [
    'corrupt',
    false,
    'the proof does not lead to the digest',
    'the revision, the proof or the digest was changed',
  ],
  'proof/foreign-digest': [
    'input',
    false,
    'the digest belongs to another ledger',
    'give the digest that was saved of this ledger',
  ],

  'format/no-column': [
    'input',
    false,
    'a later row of a large result has a field that CSV has no column for',
    'name the fields in SELECT, or take `jsonl`',
  ],

  'endpoint/unreachable': ['unavailable', true, 'the endpoint does not answer', 'is it running, is the address right?'],
  'endpoint/refused': ['input', false, 'the endpoint refused the request', 'the message is its own'],
  'endpoint/failed': ['unavailable', true, 'the endpoint failed', 'try again'],
  'endpoint/timed-out': [
    'unavailable',
    false,
    'the endpoint did not finish an answer in time',
    'is it a QLDB endpoint? `--quota answer-seconds` waits longer',
  ],
  'endpoint/redirected': [
    'unavailable',
    false,
    'the endpoint redirects to another address',
    'give the address that it redirects to',
  ],
  'endpoint/malformed-answer': [
    'unavailable',
    false,
    'the answer does not follow the protocol',
    'is it a QLDB endpoint?',
  ],
  'endpoint/no-journal': [
    'unsupported',
    false,
    'the endpoint offers no digests, blocks or proofs',
    'ask where the ledger is',
  ],
  'endpoint/credentials': ['unavailable', false, 'no AWS credentials were found', 'set a profile or the variables'],

  'usage/invalid-argument': ['input', false, 'a flag or argument is wrong', '`--help`'],
  'usage/unknown-command': ['input', false, 'no command has that name', '`help`'],
  'config/invalid': ['input', false, 'the configuration file is wrong', 'the message names the key'],
  'file/unreadable': ['unavailable', false, 'a file cannot be read', "the message has the system's reason"],
  'file/unwritable': ['input', false, 'output or a file cannot be written', "the message has the system's reason"],
  'file/not-text': ['input', false, 'a script is not UTF-8', 'convert it'],
  'file/exists': ['input', false, 'the file already exists', 'choose another name'],
  'file/malformed': ['input', false, 'a data file is not in its format', 'the message names the line or place'],
  'cancelled/by-user': ['cancelled', false, 'you stopped it', 'nothing'],
} as const satisfies Record<string, readonly [ErrorKind, boolean, string, string]>

export type ErrorCode = keyof typeof codes

export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(codes, text)
}
