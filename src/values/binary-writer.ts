import { LedgerError } from '../base/errors.ts'
import { integerBytesMax, nestingDepthMax } from '../base/limits.ts'
import { pushTimestampBody } from './binary-timestamp.ts'
import { ByteStack } from './byte-stack.ts'
import { toPartiqlIon } from './partiql-ion.ts'
import { firstLocalSymbol, type SymbolInterner, symbolsFieldId, symbolTableId, systemSymbols } from './symbols.ts'
import {
  type BlobValue,
  type BoolValue,
  type ClobValue,
  type DecimalValue,
  type FloatValue,
  type NullType,
  type NullValue,
  type StructValue,
  type TimestampValue,
  unknownSymbolText,
  type Value,
} from './value.ts'

/**
 * Ion 1.0 binary (Ion 1.0 specification, "Ion Binary Encoding"), written back to front: a value's length is known once
 * its content stands, so nothing is ever moved.
 */

/** Type codes of nulls; also the high nibble of every other type descriptor. */
export const typeCodes: Readonly<Record<NullType, number>> = {
  null: 0,
  bool: 1,
  int: 2,
  float: 4,
  decimal: 5,
  timestamp: 6,
  symbol: 7,
  string: 8,
  clob: 9,
  blob: 10,
  list: 11,
  sexp: 12,
  struct: 13,
}

/**
 * A whole stream: version marker, a symbol table when the value needs one, the value. What Ion has no form for is
 * written as partiql-ion.ts says. Throws LedgerError 'ion/nesting-too-deep', or 'value/out-of-range' for a text that
 * holds half a surrogate pair and for integers beyond integerBytesMax.
 */
export function encodeIon(value: Value): Uint8Array {
  const symbols = new OwnSymbols()
  return withStack((stack) => {
    new Writer(stack, symbols, nestingDepthMax).push(value, 0)
    pushSymbolTable(stack, symbols.texts)
    pushVersionMarker(stack)
  })
}

/** All values in one stream with one symbol table. */
export function encodeAllIon(values: readonly Value[]): Uint8Array {
  const symbols = new OwnSymbols()
  return withStack((stack) => {
    const writer = new Writer(stack, symbols, nestingDepthMax)
    for (let index = values.length - 1; index >= 0; index -= 1) writer.push(values[index] as Value, 0)
    pushSymbolTable(stack, symbols.texts)
    pushVersionMarker(stack)
  })
}

/**
 * A bare value whose symbols are those of `symbols`. When the interner takes no more texts (it answers 0), a whole
 * stream as encodeIon writes it: decodeLazy and decodeRaw tell the two apart by the version marker. `depthMax` bounds
 * nesting (documentDepthMax for what is to be wrapped). Throws as encodeIon does.
 */
export function encodeRaw(value: Value, symbols: SymbolInterner, depthMax = nestingDepthMax): Uint8Array {
  let isFull = false
  const bytes = withStack((stack) => {
    const writer = new Writer(stack, symbols, depthMax)
    writer.push(value, 0)
    isFull = writer.lacksSymbols
  })
  return isFull ? encodeIon(value) : bytes
}

/** A stack kept between calls; absent while it is in use, or after a call that threw. */
let spareStack: ByteStack | undefined

function withStack(write: (stack: ByteStack) => void): Uint8Array {
  const stack = spareStack ?? new ByteStack()
  spareStack = undefined
  write(stack)
  const bytes = stack.take()
  spareStack = stack
  return bytes
}

function pushVersionMarker(stack: ByteStack): void {
  stack.pushByte(0xea)
  stack.pushByte(0x00)
  stack.pushByte(0x01)
  stack.pushByte(0xe0)
}

/** `$ion_symbol_table::{symbols:[…]}`; nothing when there are no texts. */
function pushSymbolTable(stack: ByteStack, texts: readonly string[]): void {
  if (texts.length === 0) return
  const end = stack.size
  for (let index = texts.length - 1; index >= 0; index -= 1) pushText(stack, texts[index] as string, 0x80)
  stack.pushHeader(0xb0, stack.size - end)
  stack.pushVarUInt(symbolsFieldId)
  stack.pushHeader(0xd0, stack.size - end)
  stack.pushVarUInt(symbolTableId)
  stack.pushVarUInt(1)
  stack.pushHeader(0xe0, stack.size - end)
}

const systemIds: ReadonlyMap<string, number> = new Map(systemSymbols.map((text, id) => [text, id]))

/** The symbols of one stream, in the order they are asked for. */
class OwnSymbols implements SymbolInterner {
  readonly texts: string[] = []
  readonly #ids = new Map<string, number>()

  idOf(text: string): number {
    const known = this.#ids.get(text) ?? systemIds.get(text)
    if (known !== undefined) return known
    const id = firstLocalSymbol + this.texts.length
    this.texts.push(text)
    this.#ids.set(text, id)
    return id
  }
}

function pushText(stack: ByteStack, text: string, code: number): void {
  const size = stack.pushText(text)
  if (size === -1)
    throw new LedgerError('value/out-of-range', 'a text with half a surrogate pair has no form in Ion binary')
  stack.pushHeader(code, size)
}

class Writer {
  /** Whether the interner turned a text away; what was written is then of no use. */
  lacksSymbols = false
  readonly #stack: ByteStack
  readonly #symbols: SymbolInterner
  readonly #depthMax: number

  constructor(stack: ByteStack, symbols: SymbolInterner, depthMax: number) {
    this.#stack = stack
    this.#symbols = symbols
    this.#depthMax = depthMax
  }

  push(value: Value, depth: number): void {
    const { annotations } = value
    if (annotations === undefined) this.#pushBare(value, depth)
    else this.#pushAnnotated(value, annotations, depth)
  }

  #pushAnnotated(value: Value, annotations: readonly string[], depth: number): void {
    const stack = this.#stack
    const end = stack.size
    this.#pushBare(value, depth)
    const annotationsEnd = stack.size
    for (let index = annotations.length - 1; index >= 0; index -= 1)
      stack.pushVarUInt(this.#idOf(annotations[index] as string))
    stack.pushVarUInt(stack.size - annotationsEnd)
    stack.pushHeader(0xe0, stack.size - end)
  }

  #idOf(text: string): number {
    if (text === unknownSymbolText) return 0
    const id = this.#symbols.idOf(text)
    if (id === 0) this.lacksSymbols = true
    return id
  }

  #pushBare(value: Value, depth: number): void {
    switch (value.type) {
      case 'string':
        pushText(this.#stack, value.value, 0x80)
        break
      case 'int':
        pushInt(this.#stack, value.value)
        break
      case 'struct':
        this.#pushStruct(value, depth)
        break
      case 'list':
        this.#pushItems(value.items, 0xb0, depth)
        break
      case 'sexp':
        this.#pushItems(value.items, 0xc0, depth)
        break
      case 'symbol':
        this.#stack.pushHeader(0x70, this.#stack.pushUInt(this.#idOf(value.value)))
        break
      case 'missing':
      case 'bag':
      case 'map':
      case 'date':
      case 'time':
      case 'interval':
        this.push(toPartiqlIon(value), depth)
        break
      default:
        pushScalar(this.#stack, value)
    }
  }

  #pushStruct(value: StructValue, depth: number): void {
    const stack = this.#stack
    const inner = this.#checkDepth(depth)
    const end = stack.size
    const { names, values } = value
    for (let index = names.length - 1; index >= 0; index -= 1) {
      this.push(values[index] as Value, inner)
      stack.pushVarUInt(this.#idOf(names[index] as string))
    }
    stack.pushHeader(0xd0, stack.size - end)
  }

  #pushItems(items: readonly Value[], code: number, depth: number): void {
    const inner = this.#checkDepth(depth)
    const end = this.#stack.size
    for (let index = items.length - 1; index >= 0; index -= 1) this.push(items[index] as Value, inner)
    this.#stack.pushHeader(code, this.#stack.size - end)
  }

  #checkDepth(depth: number): number {
    if (depth < this.#depthMax) return depth + 1
    throw new LedgerError('ion/nesting-too-deep', `the value nests more than ${this.#depthMax} levels deep`)
  }
}

type PlainScalar = NullValue | BoolValue | FloatValue | DecimalValue | TimestampValue | ClobValue | BlobValue

function pushScalar(stack: ByteStack, value: PlainScalar): void {
  const end = stack.size
  switch (value.type) {
    case 'null':
      stack.pushByte((typeCodes[value.nullType] << 4) | 0x0f)
      break
    case 'bool':
      stack.pushByte(value.value ? 0x11 : 0x10)
      break
    case 'float':
      pushFloat(stack, value.value)
      break
    case 'decimal':
      pushDecimalBody(stack, value)
      stack.pushHeader(0x50, stack.size - end)
      break
    case 'timestamp':
      pushTimestampBody(stack, value)
      stack.pushHeader(0x60, stack.size - end)
      break
    case 'clob':
    case 'blob':
      stack.pushBytes(value.bytes)
      stack.pushHeader(value.type === 'clob' ? 0x90 : 0xa0, value.bytes.length)
      break
    default:
      value satisfies never
  }
}

function pushInt(stack: ByteStack, value: number | bigint): void {
  if (typeof value === 'number') {
    const isNegative = value < 0
    stack.pushHeader(isNegative ? 0x30 : 0x20, stack.pushUInt(isNegative ? -value : value))
    return
  }
  const isNegative = value < 0n
  stack.pushHeader(isNegative ? 0x30 : 0x20, checkIntegerSize(stack.pushBigUInt(isNegative ? -value : value)))
}

function checkIntegerSize(size: number): number {
  if (size <= integerBytesMax) return size
  throw new LedgerError('value/out-of-range', `an integer of ${size} bytes is larger than ${integerBytesMax}`)
}

/** Four bytes where those hold the very number. */
function pushFloat(stack: ByteStack, value: number): void {
  if (Object.is(value, 0)) stack.pushByte(0x40)
  else if (Number.isNaN(value) || Math.fround(value) === value) {
    stack.pushFloat32(value)
    stack.pushByte(0x44)
  } else {
    stack.pushFloat64(value)
    stack.pushByte(0x48)
  }
}

/** Exponent and coefficient: nothing for 0d0, no coefficient for other zeros that have no sign. */
export function pushDecimalBody(stack: ByteStack, value: DecimalValue): void {
  const { coefficient, exponent, negativeZero } = value
  const end = stack.size
  if (coefficient === 0n) {
    if (negativeZero) stack.pushByte(0x80)
    else if (exponent === 0) return
  } else stack.pushInt(coefficient)
  checkIntegerSize(stack.size - end)
  stack.pushVarInt(exponent + 0)
}
