import { LedgerError } from '../base/errors.ts'
import { nestingDepthMax } from '../base/limits.ts'
import { pushDecimalBody, typeCodes } from './binary-writer.ts'
import { pushTimestampBody } from './binary-timestamp.ts'
import { ByteStack, hashBegin, hashEnd, hashEscape } from './byte-stack.ts'
import { toPartiqlIon } from './partiql-ion.ts'
import { sha256, sha256Bytes } from './sha256.ts'
import { Sha256Lanes } from './sha256-lanes.ts'
import { type StructValue, unknownSymbolText, type Value } from './value.ts'

/**
 * Ion Hash with SHA-256 (Ion Hash specification 1.0): the same for values that are identical in the Ion data model,
 * whatever their encoding or the order of their fields. A value's bytes are pushed back to front.
 */

/**
 * The 32 bytes of a value's hash. What Ion has no form for counts as partiql-ion.ts writes it. Throws LedgerError
 * 'ion/nesting-too-deep', or 'value/out-of-range' for half a surrogate pair.
 */
export function ionHash(value: Value): Uint8Array {
  return withStack((stack) => pushValue(stack, value, 0))
}

/** ionHash of a string without annotations. */
export function ionHashOfString(text: string): Uint8Array {
  return withStack((stack) => pushText(stack, text, 0x80))
}

/** The hash of one field of a struct, which hashOfFields joins. */
export function hashOfField(struct: StructValue, index: number): Uint8Array {
  return withStack((stack) => pushField(stack, struct, index, 1))
}

/** ionHash of a struct without annotations, from the hashes of its fields in ascending order of their bytes. */
export function hashOfFields(sorted: readonly Uint8Array[]): Uint8Array {
  const bytes = Buffer.allocUnsafe(3 + 2 * sha256Bytes * sorted.length)
  let at = bytes.writeUInt8(hashBegin, 0)
  at = bytes.writeUInt8(0xd0, at)
  for (const hash of sorted) {
    for (const byte of hash) {
      if (byte === hashBegin || byte === hashEnd || byte === hashEscape) bytes[at++] = hashEscape
      bytes[at++] = byte
    }
  }
  bytes[at] = hashEnd
  return sha256(bytes.subarray(0, at + 1))
}

/** A stack kept between calls; absent while it is in use, or after a call that threw. */
let spareStack: ByteStack | undefined

function withStack(push: (stack: ByteStack) => void): Uint8Array {
  const stack = spareStack ?? new ByteStack()
  spareStack = undefined
  push(stack)
  stack.digestSince(0)
  const bytes = stack.take()
  spareStack = stack
  return bytes
}

function pushValue(stack: ByteStack, value: Value, depth: number): void {
  const { annotations } = value
  if (annotations === undefined) {
    pushBare(stack, value, depth)
    return
  }
  stack.pushByte(hashEnd)
  pushBare(stack, value, depth)
  for (let index = annotations.length - 1; index >= 0; index -= 1) pushSymbol(stack, annotations[index] as string)
  stack.pushByte(0xe0)
  stack.pushByte(hashBegin)
}

function pushBare(stack: ByteStack, value: Value, depth: number): void {
  switch (value.type) {
    case 'missing':
    case 'bag':
    case 'map':
    case 'date':
    case 'time':
    case 'interval':
      pushValue(stack, toPartiqlIon(value), depth)
      return
    case 'string':
      pushText(stack, value.value, 0x80)
      return
    case 'symbol':
      pushSymbol(stack, value.value)
      return
  }
  stack.pushByte(hashEnd)
  const size = stack.size
  let qualifier: number
  switch (value.type) {
    case 'struct':
      pushFields(stack, value, checkDepth(depth + 1))
      qualifier = 0xd0
      break
    case 'list':
    case 'sexp':
      pushItems(stack, value.items, checkDepth(depth + 1))
      qualifier = value.type === 'list' ? 0xb0 : 0xc0
      break
    default:
      qualifier = pushRepresentation(stack, value)
      stack.escapeSince(size)
  }
  stack.pushByte(qualifier)
  stack.pushByte(hashBegin)
}

type PlainScalar = Exclude<
  Value,
  { type: 'missing' | 'bag' | 'map' | 'date' | 'time' | 'interval' | 'string' | 'symbol' | 'struct' | 'list' | 'sexp' }
>

/** The representation of a scalar; returns its type qualifier. */
function pushRepresentation(stack: ByteStack, value: PlainScalar): number {
  switch (value.type) {
    case 'null':
      return (typeCodes[value.nullType] << 4) | 0x0f
    case 'bool':
      return value.value ? 0x11 : 0x10
    case 'int': {
      const isNegative = value.value < 0
      if (typeof value.value === 'number') stack.pushUInt(Math.abs(value.value))
      else stack.pushBigUInt(isNegative ? -value.value : value.value)
      return isNegative ? 0x30 : 0x20
    }
    case 'float':
      if (!Object.is(value.value, 0)) stack.pushFloat64(Number.isNaN(value.value) ? Number.NaN : value.value)
      return 0x40
    case 'decimal':
      pushDecimalBody(stack, value)
      return 0x50
    case 'timestamp':
      pushTimestampBody(stack, value)
      return 0x60
    case 'clob':
      stack.pushBytes(value.bytes)
      return 0x90
    case 'blob':
      stack.pushBytes(value.bytes)
      return 0xa0
    default:
      return value satisfies never
  }
}

function pushItems(stack: ByteStack, items: readonly Value[], depth: number): void {
  for (let index = items.length - 1; index >= 0; index -= 1) pushValue(stack, items[index] as Value, depth)
}

/** A struct has no order: each field is hashed separately, and the hashes are sorted. */
function pushFields(stack: ByteStack, value: StructValue, depth: number): void {
  const { names } = value
  const size = stack.size
  structsHashed += 1
  const lanes = names.length > 1 && structsHashed > structsBeforeLanes ? fieldLanes() : undefined
  const room = lanes === undefined ? 0 : lanes.bytes.length - lanesAt - names.length * sha256Bytes
  if (lanes !== undefined && room > blockBytes) pushFieldsInLanes(stack, value, depth, lanes)
  else {
    for (let index = 0; index < names.length; index += 1) {
      const fieldSize = stack.size
      pushField(stack, value, index, depth)
      stack.digestSince(fieldSize)
    }
  }
  stack.sortDigests(names.length)
  stack.escapeSince(size)
}

function pushField(stack: ByteStack, { names, values }: StructValue, index: number, depth: number): void {
  pushValue(stack, values[index] as Value, depth)
  pushSymbol(stack, names[index] as string)
}

/** So many structs are hashed before lanes are made: a program that ends after a few documents is spared that. */
const structsBeforeLanes = 64
const laneMemoryBytes = 64 * 1024
const blockBytes = 64
/** A message takes so much more at most, for its padding and up to where the next can begin. */
const paddingBytesMax = 72
let structsHashed = 0
let madeLanes: Sha256Lanes | undefined
/** What of the lanes' memory is taken by the fields of the structs around the one that is hashed. */
let lanesAt = 0

/** Undefined where they are no gain. */
function fieldLanes(): Sha256Lanes | undefined {
  madeLanes ??= new Sha256Lanes(laneMemoryBytes)
  lanesAt = Math.max(lanesAt, madeLanes.start)
  return madeLanes.isParallel ? madeLanes : undefined
}

/** Pushes the digests of the fields; several are computed at once. */
function pushFieldsInLanes(stack: ByteStack, value: StructValue, depth: number, lanes: Sha256Lanes): void {
  const count = value.names.length
  const digestsAt = lanesAt
  lanesAt = (digestsAt + count * sha256Bytes + blockBytes - 1) & -blockBytes
  try {
    for (let index = 0; index < count; index += 1) {
      const fieldSize = stack.size
      pushField(stack, value, index, depth)
      const to = digestsAt + index * sha256Bytes
      const length = stack.size - fieldSize
      if (lanesAt + length + paddingBytesMax > lanes.bytes.length) {
        stack.digestSince(fieldSize)
        stack.moveSince(fieldSize, lanes.bytes, to)
      } else {
        stack.moveSince(fieldSize, lanes.bytes, lanesAt)
        lanesAt = lanes.add(lanesAt, length, to)
      }
    }
    lanes.run()
    stack.pushRange(lanes.bytes, digestsAt, digestsAt + count * sha256Bytes)
  } finally {
    lanesAt = digestsAt
  }
}

/** A symbol, annotation or field name; one without a known text has a qualifier of its own. */
function pushSymbol(stack: ByteStack, text: string): void {
  if (text === unknownSymbolText) {
    stack.pushByte(hashEnd)
    stack.pushByte(0x71)
    stack.pushByte(hashBegin)
  } else pushText(stack, text, 0x70)
}

function pushText(stack: ByteStack, text: string, qualifier: number): void {
  stack.pushByte(hashEnd)
  const size = stack.size
  if (stack.pushText(text) === -1)
    throw new LedgerError('value/out-of-range', 'a text with half a surrogate pair has no form in Ion binary')
  stack.escapeSince(size)
  stack.pushByte(qualifier)
  stack.pushByte(hashBegin)
}

function checkDepth(depth: number): number {
  if (depth <= nestingDepthMax) return depth
  throw new LedgerError('ion/nesting-too-deep', `the value nests more than ${nestingDepthMax} levels deep`)
}
