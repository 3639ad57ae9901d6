import {
  activeTablesMax,
  documentBytesMax,
  documentBytesMaxWide,
  integerDigitsMax,
  statementDiskBytesMax,
  statementMemoryBytesMax,
  statementCharactersMax,
  statementCharactersMaxWide,
  tableIndexesMax,
  tablesMax,
  transactionBytesMax,
  transactionBytesMaxWide,
  transactionDocumentsMax,
  transactionRedactionsMax,
  valueBytesMax,
} from '../base/limits.ts'

/** The bounds of one ledger's statements and transactions; each can be set (LedgerOptions.quotas). */
export interface LedgerQuotas {
  readonly statementCharacters: number
  /** Of one document, as Ion binary. */
  readonly documentBytes: number
  /** Values and annotations in the parameters of one statement. */
  readonly parameterValues: number
  /** Documents changed by one transaction. */
  readonly transactionDocuments: number
  /** Of all changes of one transaction, as Ion binary. */
  readonly transactionBytes: number
  readonly transactionRedactions: number
  readonly activeTables: number
  /** Dropped tables included. */
  readonly tables: number
  readonly tableIndexes: number
  /** Of one value that a statement makes, as Ion binary. */
  readonly valueBytes: number
  /** Digits of an integer that a statement computes; at most integerDigitsMax. */
  readonly numberDigits: number
  /** What one statement may hold (exec/statement-memory.ts). */
  readonly statementMemoryBytes: number
  /** Of its temporary files. */
  readonly statementDiskBytes: number
  /** How long a statement may work without giving a row. */
  readonly rowMs: number
}

/** QLDB's documented quotas. */
const strictQuotas: LedgerQuotas = {
  statementCharacters: statementCharactersMax,
  documentBytes: documentBytesMax,
  parameterValues: Number.POSITIVE_INFINITY,
  transactionDocuments: transactionDocumentsMax,
  transactionBytes: transactionBytesMax,
  transactionRedactions: transactionRedactionsMax,
  activeTables: activeTablesMax,
  tables: tablesMax,
  tableIndexes: tableIndexesMax,
  valueBytes: valueBytesMax,
  numberDigits: integerDigitsMax,
  statementMemoryBytes: statementMemoryBytesMax,
  statementDiskBytes: statementDiskBytesMax,
  rowMs: Number.POSITIVE_INFINITY,
}

/** As wide as the machine allows. */
const wideQuotas: LedgerQuotas = {
  statementCharacters: statementCharactersMaxWide,
  documentBytes: documentBytesMaxWide,
  parameterValues: Number.POSITIVE_INFINITY,
  transactionDocuments: Number.POSITIVE_INFINITY,
  transactionBytes: transactionBytesMaxWide,
  transactionRedactions: Number.POSITIVE_INFINITY,
  activeTables: Number.POSITIVE_INFINITY,
  tables: Number.POSITIVE_INFINITY,
  tableIndexes: Number.POSITIVE_INFINITY,
  valueBytes: valueBytesMax,
  numberDigits: integerDigitsMax,
  statementMemoryBytes: statementMemoryBytesMax,
  statementDiskBytes: statementDiskBytesMax,
  rowMs: Number.POSITIVE_INFINITY,
}

export function quotasOf(strictQldb: boolean, wanted: Partial<LedgerQuotas> = {}): LedgerQuotas {
  return { ...(strictQldb ? strictQuotas : wideQuotas), ...wanted }
}
