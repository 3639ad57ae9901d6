import { LedgerError } from '../base/errors.ts'
import { BinaryValueReader } from '../values/binary-value-reader.ts'
import { declareSymbols, LocalSymbolTable, type SymbolTable, symbolTableText } from '../values/symbols.ts'
import type { Revision } from './block.ts'
import { revisionFromIon } from './block-from-ion.ts'

/** Where a revision stands in its encoded block: so many bytes from the block's first byte on. */
export interface RevisionSlice {
  readonly offset: number
  readonly length: number
}

/**
 * Finds the revisions of an encoded block without decoding any: for an index that leads to one revision of a large
 * block. Throws LedgerError 'journal/malformed' or 'ion/malformed'.
 */
export function revisionSlices(block: Uint8Array): RevisionSlice[] {
  const { reader, symbols } = openBlock(block)
  const slices: RevisionSlice[] = []
  const blockEnd = enter(reader, block.length, 13)
  while (reader.at < blockEnd) {
    const name = symbols.textOf(reader.readVarUInt(blockEnd))
    if (name !== 'revisions') {
      skip(reader, blockEnd)
      continue
    }
    const listEnd = enter(reader, blockEnd, 11)
    while (reader.at < listEnd) {
      const offset = reader.at
      skip(reader, listEnd)
      slices.push({ offset, length: reader.at - offset })
    }
    break
  }
  return slices
}

/** The revision of an encoded block that stands at a slice of revisionSlices; decodes nothing else. */
export function decodeRevision(block: Uint8Array, slice: RevisionSlice): Revision {
  const { symbols } = openBlock(block)
  const reader = new BinaryValueReader(block, symbols, true, slice.offset)
  const value = reader.readValue(slice.offset + slice.length, 0)
  if (value === undefined) throw new LedgerError('journal/malformed', 'a revision is padding, expected a struct')
  return revisionFromIon(value)
}

/** A reader that stands at the block's struct, and the block's symbols. */
function openBlock(block: Uint8Array): { reader: BinaryValueReader; symbols: SymbolTable } {
  const afterVersionMarker = 4
  const declaring = new BinaryValueReader(block, new LocalSymbolTable(), false, afterVersionMarker)
  const declaration = declaring.readValue(block.length, 0)
  if (declaration?.type !== 'struct' || declaration.annotations?.[0] !== symbolTableText) {
    throw new LedgerError('journal/malformed', 'a block does not begin with a symbol table')
  }
  const symbols = declareSymbols(declaration, new LocalSymbolTable())
  return { reader: new BinaryValueReader(block, symbols, true, declaring.at), symbols }
}

/** Past the head of a container; returns where its content ends. */
function enter(reader: BinaryValueReader, end: number, typeCode: number): number {
  const descriptor = reader.bytes[reader.at] as number
  if (descriptor >> 4 !== typeCode) reader.fail('expected a container of another type')
  reader.at += 1
  return reader.readLength(descriptor, end)
}

function skip(reader: BinaryValueReader, end: number): void {
  if (reader.at >= end) reader.fail('expected a value')
  const descriptor = reader.bytes[reader.at] as number
  reader.at += 1
  reader.at = reader.readLength(descriptor, end)
}
