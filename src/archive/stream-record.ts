/** The fields that a stream's records have ("QLDB stream records" in the developer guide). */
export const recordNames: ReadonlySet<string> = new Set(['qldbStreamArn', 'recordType', 'payload'])

/** Of the payload of REVISION_DETAILS. */
export const detailNames: ReadonlySet<string> = new Set(['tableInfo', 'revision', 'blockAddress'])

/** Of the payload of CONTROL. */
export const controlNames: ReadonlySet<string> = new Set(['controlRecordType'])

/** Of one of revisionSummaries in BLOCK_SUMMARY. */
export const summaryNames: ReadonlySet<string> = new Set(['hash', 'documentId'])
