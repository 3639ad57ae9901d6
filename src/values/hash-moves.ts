import { hashBegin, hashEnd, hashEscape } from './byte-stack.ts'
import { i32Type, simdOps, v128Type, WasmCode, type WasmFunction, wasmOps } from './wasm-code.ts'

/**
 * How bytes are put together to be hashed, within one memory: as WebAssembly that moves 16 at a time, and as plain code,
 * which says what the other does.
 */
export interface HashMoves {
  /**
   * Copies bytes to `to` with Ion Hash's escapes. Gives where the copy ends, with two more bits: `hasHighBit` for a byte
   * that is not ASCII, `hasQuestion` for a question mark. Up to 15 bytes after the copy may be overwritten.
   */
  escape(from: number, end: number, to: number): number
  /** Copies two hashes in QLDB's order (compareHashes of join-hashes.ts), the smaller first. */
  pair(left: number, right: number, to: number): void
  /** Whether two hashes differ: 0 or 1. */
  differ(one: number, other: number): number
}

export const hasHighBit = 1 << 30
export const hasQuestion = 1 << 29
const hashBytes = 32
const vectorBytes = 16
const question = 0x3f

export class PlainHashMoves implements HashMoves {
  readonly #bytes: Uint8Array

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  escape(from: number, end: number, to: number): number {
    const bytes = this.#bytes
    let put = to
    let flags = 0
    for (let at = from; at < end; at += 1) {
      const byte = bytes[at] as number
      if (byte === hashBegin || byte === hashEnd || byte === hashEscape) {
        bytes[put] = hashEscape
        put += 1
      }
      bytes[put] = byte
      put += 1
      if (byte > 0x7f) flags |= hasHighBit
      else if (byte === question) flags |= hasQuestion
    }
    return put | flags
  }

  pair(left: number, right: number, to: number): void {
    const bytes = this.#bytes
    let isOrdered = false
    for (let index = hashBytes - 1; index >= 0; index -= 1) {
      const one = ((bytes[left + index] as number) << 24) >> 24
      const other = ((bytes[right + index] as number) << 24) >> 24
      if (one === other) continue
      isOrdered = one < other
      break
    }
    bytes.copyWithin(to, isOrdered ? left : right, (isOrdered ? left : right) + hashBytes)
    bytes.copyWithin(to + hashBytes, isOrdered ? right : left, (isOrdered ? right : left) + hashBytes)
  }

  differ(one: number, other: number): number {
    const bytes = this.#bytes
    for (let index = 0; index < hashBytes; index += 1) if (bytes[one + index] !== bytes[other + index]) return 1
    return 0
  }
}

/** 16 bytes of ones and 16 of zeros: what begins at 16 - n has n ones first. */
export const maskBytes = Uint8Array.from({ length: 2 * vectorBytes }, (_, index) => (index < vectorBytes ? 0xff : 0))

/** The same as WebAssembly, `maskAt` being where maskBytes lie. */
export function hashMoves(maskAt: number): Record<keyof HashMoves, WasmFunction> {
  return {
    escape: { parameters: 3, givesNumber: true, locals: escapeLocals, code: escapeCode(maskAt) },
    pair: { parameters: 3, locals: [i32Type, i32Type], code: pairCode() },
    differ: { parameters: 2, givesNumber: true, locals: [], code: differCode() },
  }
}

const escapeLocals = [v128Type, v128Type, v128Type, i32Type, i32Type]

function escapeCode(maskAt: number): WasmCode {
  const code = new WasmCode()
  const [from, end, to, piece, all, questions, count, byte] = [0, 1, 2, 3, 4, 5, 6, 7]
  code.get(from).get(end).op(wasmOps.lessUnsigned)
  const copyBytes = () => {
    code.loopWhile(() => {
      code.get(from).loadByte().tee(byte).constant(hashBegin).op(wasmOps.equal)
      for (const mark of [hashEscape, hashEnd]) code.get(byte).constant(mark).op(wasmOps.equal).op(wasmOps.or)
      code.branch(() => code.get(to).constant(hashEscape).storeByte().get(to).constant(1).op(wasmOps.add).set(to))
      code.get(to).get(byte).storeByte().get(to).constant(1).op(wasmOps.add).set(to)
      code.get(from).constant(1).op(wasmOps.add).set(from)
      code.get(count).constant(1).op(wasmOps.subtract).tee(count)
    })
  }
  const copyAtOnce = () => {
    code.get(to).get(piece).storeVector(0, 0)
    code.get(to).get(count).op(wasmOps.add).set(to)
    code.get(from).get(count).op(wasmOps.add).set(from)
  }
  code.branch(() => {
    code.loopWhile(() => {
      code.get(end).get(from).op(wasmOps.subtract).tee(count).constant(vectorBytes)
      code.get(count).constant(vectorBytes).op(wasmOps.lessUnsigned).op(wasmOps.select).set(count)
      code
        .get(from)
        .loadVector(0, 0)
        .constant(maskAt + vectorBytes)
        .get(count)
        .op(wasmOps.subtract)
        .loadVector(0, 0)
      code.simd(simdOps.and).tee(piece).get(all).simd(simdOps.or).set(all)
      code.get(piece).splatByte(question).simd(simdOps.equalBytes).get(questions).simd(simdOps.or).set(questions)
      code.get(piece).splatByte(hashBegin).simd(simdOps.equalBytes)
      for (const mark of [hashEscape, hashEnd])
        code.get(piece).splatByte(mark).simd(simdOps.equalBytes).simd(simdOps.or)
      code.simd(simdOps.isAny).branch(copyBytes, copyAtOnce)
      code.get(from).get(end).op(wasmOps.lessUnsigned)
    })
  })
  code.get(to)
  code
    .get(all)
    .simd(simdOps.highBits)
    .constant(0)
    .op(wasmOps.notEqual)
    .constant(30)
    .op(wasmOps.shiftLeft)
    .op(wasmOps.or)
  code.get(questions).simd(simdOps.isAny).constant(29).op(wasmOps.shiftLeft).op(wasmOps.or)
  return code
}

function pairCode(): WasmCode {
  const code = new WasmCode()
  const [left, right, to, index, difference] = [0, 1, 2, 3, 4]
  code.constant(hashBytes).set(index)
  code.loopWhile(() => {
    code.get(index).constant(1).op(wasmOps.subtract).set(index)
    code.get(left).get(index).op(wasmOps.add).loadSignedByte()
    code.get(right).get(index).op(wasmOps.add).loadSignedByte().op(wasmOps.subtract).tee(difference)
    code.op(wasmOps.equalZero).get(index).constant(0).op(wasmOps.greaterSigned).op(wasmOps.and)
  })
  code.get(difference).constant(0).op(wasmOps.lessSigned).op(wasmOps.equalZero)
  code.branch(() => code.get(left).get(right).set(left).set(right))
  for (const [hash, at] of [
    [left, 0],
    [right, hashBytes],
  ] as const) {
    code.get(to).get(hash).loadVector(0, 0).storeVector(at, 0)
    code
      .get(to)
      .get(hash)
      .loadVector(vectorBytes, 0)
      .storeVector(at + vectorBytes, 0)
  }
  return code
}

function differCode(): WasmCode {
  const code = new WasmCode()
  for (const at of [0, vectorBytes]) code.get(0).loadVector(at, 0).get(1).loadVector(at, 0).simd(simdOps.xor)
  return code.simd(simdOps.or).simd(simdOps.isAny)
}
