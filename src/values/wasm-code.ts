/**
 * As much of WebAssembly's binary format as a small module takes (WebAssembly specification 2.0, "Binary Format"): the
 * code of one function, instruction after instruction, and the module around the functions.
 */

const simdPrefix = 0xfd
export const i32Type = 0x7f
export const v128Type = 0x7b
const noResult = 0x40

/** Opcodes; those of 128-bit vectors stand after `simdPrefix`. */
export const wasmOps = {
  return: 0x0f,
  /** The first of two where a number is not 0, else the second. */
  select: 0x1b,
  equalZero: 0x45,
  equal: 0x46,
  notEqual: 0x47,
  lessSigned: 0x48,
  lessUnsigned: 0x49,
  greaterSigned: 0x4a,
  add: 0x6a,
  subtract: 0x6b,
  and: 0x71,
  or: 0x72,
  shiftLeft: 0x74,
  rotateLeft: 0x77,
} as const
export const simdOps = {
  load: 0x00,
  store: 0x0b,
  constant: 0x0c,
  shuffleBytes: 0x0d,
  equalBytes: 0x23,
  /** Whether any bit is one. */
  isAny: 0x53,
  /** The highest bits of the bytes, as a number. */
  highBits: 0x64,
  and: 0x4e,
  or: 0x50,
  xor: 0x51,
  /** Bits of the first where the third has ones, else of the second. */
  select: 0x52,
  shiftLeft: 0xab,
  shiftRight: 0xad,
  add: 0xae,
} as const

export class WasmCode {
  readonly bytes: number[] = []

  op(op: number): this {
    this.bytes.push(op)
    return this
  }

  simd(op: number, ...immediates: readonly number[]): this {
    this.bytes.push(simdPrefix, ...unsigned(op), ...immediates)
    return this
  }

  get(local: number): this {
    return this.#immediate(0x20, local)
  }

  set(local: number): this {
    return this.#immediate(0x21, local)
  }

  /** As `set`, the value stays. */
  tee(local: number): this {
    return this.#immediate(0x22, local)
  }

  constant(value: number): this {
    this.bytes.push(0x41, ...signed(value))
    return this
  }

  load32(offset: number): this {
    this.bytes.push(0x28, 2, ...unsigned(offset))
    return this
  }

  /** `alignment`: the exponent of two of what the address is a multiple of. */
  store32(offset: number, alignment = 2): this {
    this.bytes.push(0x36, alignment, ...unsigned(offset))
    return this
  }

  /** A byte as a number from 0 to 255. */
  loadByte(offset = 0): this {
    this.bytes.push(0x2d, 0, ...unsigned(offset))
    return this
  }

  loadSignedByte(offset = 0): this {
    this.bytes.push(0x2c, 0, ...unsigned(offset))
    return this
  }

  storeByte(offset = 0): this {
    this.bytes.push(0x3a, 0, ...unsigned(offset))
    return this
  }

  /** `alignment` as above. */
  loadVector(offset = 0, alignment = 4): this {
    return this.simd(simdOps.load, alignment, ...unsigned(offset))
  }

  storeVector(offset = 0, alignment = 4): this {
    return this.simd(simdOps.store, alignment, ...unsigned(offset))
  }

  /** A vector of that byte 16 times. */
  splatByte(byte: number): this {
    return this.simd(simdOps.constant, ...Array.from({ length: 16 }, () => byte))
  }

  call(index: number): this {
    return this.#immediate(0x10, index)
  }

  /** Runs `body`; again when that leaves a number other than 0. */
  loopWhile(body: () => void): this {
    this.bytes.push(0x03, noResult)
    body()
    this.bytes.push(0x0d, 0, 0x0b)
    return this
  }

  /** Takes a number: other than 0 runs `then`. */
  branch(then: () => void, otherwise?: () => void): this {
    this.bytes.push(0x04, noResult)
    then()
    if (otherwise !== undefined) {
      this.bytes.push(0x05)
      otherwise()
    }
    this.bytes.push(0x0b)
    return this
  }

  #immediate(op: number, value: number): this {
    this.bytes.push(op, ...unsigned(value))
    return this
  }
}

export interface WasmFunction {
  /** How many i32 it takes. */
  readonly parameters: number
  readonly givesNumber?: boolean
  /** Types of the locals after the parameters. */
  readonly locals: readonly number[]
  readonly code: WasmCode
}

/** A module over an imported memory (`e.m`) that exports its functions by these names, which are called by their place. */
export function wasmModule(functions: Readonly<Record<string, WasmFunction>>): Uint8Array {
  const all = Object.values(functions)
  const types = all.map(({ parameters, givesNumber = false }) => [
    ...[0x60, ...vector(Array.from({ length: parameters }, () => [i32Type]))],
    ...vector(givesNumber ? [[i32Type]] : []),
  ])
  const bodies = all.map(({ locals, code }) => sized([...vector(locals.map((type) => [1, type])), ...code.bytes, 0x0b]))
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, vector(types)),
    ...section(2, vector([[...text('e'), ...text('m'), 0x02, 0x00, 0x01]])),
    ...section(3, vector(all.map((_, index) => unsigned(index)))),
    ...section(7, vector(Object.keys(functions).map((name, index) => [...text(name), 0x00, ...unsigned(index)]))),
    ...section(10, vector(bodies)),
  ])
}

function section(id: number, content: readonly number[]): number[] {
  return [id, ...sized(content)]
}

function sized(content: readonly number[]): number[] {
  return [...unsigned(content.length), ...content]
}

function vector(items: readonly (readonly number[])[]): number[] {
  return [...unsigned(items.length), ...items.flat()]
}

function text(value: string): number[] {
  return sized([...Buffer.from(value)])
}

function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)]
}

function signed(value: number): number[] {
  return value >= -0x40 && value < 0x40 ? [value & 0x7f] : [(value & 0x7f) | 0x80, ...signed(value >> 7)]
}
