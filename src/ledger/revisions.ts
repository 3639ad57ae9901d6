import { derivedVersion } from './catalog.ts'
import {
  type DocumentPlace,
  documentKey,
  documentNumberOfKey,
  documentRange,
  documentRevisionRange,
  revisionKey,
  revisionRange,
  versionOfRevisionKey,
} from './keys.ts'
import {
  decodeRevisionRecord,
  type Reader,
  type RevisionRecord,
  revisionOfDocument,
  versionOfDocument,
} from './records.ts'

/**
 * The revisions of documents: the current one lies in the document's record, those before it and deletions in records
 * of their own.
 */
export interface FoundRevision {
  readonly documentNumber: number
  readonly record: RevisionRecord
}

/** A document's revision of that version; undefined when there is none. */
export function revisionOf(
  reader: Pick<Reader, 'get'>,
  { tableNumber, documentNumber }: DocumentPlace,
  version: number,
): RevisionRecord | undefined {
  const current = reader.get(documentKey(tableNumber, documentNumber))
  if (current !== undefined && version !== derivedVersion && versionOfDocument(current) === version)
    return decodeRevisionRecord(revisionOfDocument(current))
  const superseded = reader.get(revisionKey(tableNumber, documentNumber, version))
  return superseded && decodeRevisionRecord(superseded)
}

/** The version that a document had after a block; undefined when it was not there yet. */
export function versionAsOf(reader: Reader, place: DocumentPlace, sequenceNo: number): number | undefined {
  const current = reader.get(documentKey(place.tableNumber, place.documentNumber))
  if (current !== undefined && versionOfDocument(current) !== derivedVersion) {
    if (decodeRevisionRecord(revisionOfDocument(current)).sequenceNo <= sequenceNo) return versionOfDocument(current)
  }
  for (const [key, value] of reader.range({ ...documentRevisionRange(place), reverse: true }))
    if (decodeRevisionRecord(value).sequenceNo <= sequenceNo) return versionOfRevisionKey(key)
  return undefined
}

/** One document's revisions, by version. */
export function* revisionsOfDocument(reader: Reader, place: DocumentPlace): Generator<FoundRevision> {
  const { tableNumber, documentNumber } = place
  for (const [, value] of reader.range(documentRevisionRange(place)))
    yield { documentNumber, record: decodeRevisionRecord(value) }
  const current = currentRevision(reader.get(documentKey(tableNumber, documentNumber)))
  if (current !== undefined) yield { documentNumber, record: current }
}

/** A table's revisions: by document in the order of insertion, then by version. */
export function* revisionsOfTable(reader: Reader, tableNumber: number): Generator<FoundRevision> {
  const documents = reader.range(documentRange(tableNumber))[Symbol.iterator]()
  try {
    let document = documents.next()
    for (const [key, value] of reader.range(revisionRange(tableNumber))) {
      const documentNumber = documentNumberOfKey(key)
      for (
        ;
        document.done !== true && documentNumberOfKey(document.value[0]) < documentNumber;
        document = documents.next()
      )
        yield* found(document.value)
      yield { documentNumber, record: decodeRevisionRecord(value) }
    }
    for (; document.done !== true; document = documents.next()) yield* found(document.value)
  } finally {
    documents.return?.()
  }
}

function* found([key, value]: readonly [Uint8Array, Uint8Array]): Generator<FoundRevision> {
  const record = currentRevision(value)
  if (record !== undefined) yield { documentNumber: documentNumberOfKey(key), record }
}

function currentRevision(document: Uint8Array | undefined): RevisionRecord | undefined {
  if (document === undefined || versionOfDocument(document) === derivedVersion) return undefined
  return decodeRevisionRecord(revisionOfDocument(document))
}
