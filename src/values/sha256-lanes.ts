import { hash } from 'node:crypto'
import { type HashMoves, hashMoves, maskBytes, PlainHashMoves } from './hash-moves.ts'
import { initialState, roundConstants, sha256Into } from './sha256.ts'
import { i32Type, simdOps, v128Type, WasmCode, wasmModule, wasmOps } from './wasm-code.ts'

/**
 * SHA-256 of many short messages at once: four lanes of a 128-bit vector each work on a message of their own. The code is
 * WebAssembly made here when it is first asked for; where that can't run, each message is hashed on its own.
 *
 * Measured: 78 ns for a block of 64 bytes, where a call of node:crypto takes 480 ns and hashes it in 33 ns or, on a
 * processor without instructions for SHA-256, 117 ns.
 */

const lanes = 4
const blockBytes = 64
const vectorBytes = 16
const jobWords = 3
/** Longer messages are left to node:crypto, which is faster from there on. */
const laneBytesMax = 10 * blockBytes
/** Jobs that are held before they are run. */
const jobsMax = 2048

/** Where things are in the memory of an instance. */
const constantsAt = 0
const stateAt = constantsAt + roundConstants.length * vectorBytes
const lanesAt = stateAt + 8 * vectorBytes
const maskAt = lanesAt + lanes * vectorBytes
const jobsAt = maskAt + maskBytes.length
const freeAt = Math.ceil((jobsAt + jobsMax * jobWords * 4) / blockBytes) * blockBytes
const pageBytes = 64 * 1024

/** Memory to write messages to, and their hashing. */
export class Sha256Lanes {
  /** All memory; what is before `start` is not the caller's. */
  readonly bytes: Uint8Array
  readonly start = freeAt
  readonly #words: Int32Array
  /** For putting messages together in the memory. */
  readonly moves: HashMoves
  readonly #run: Run | undefined
  #jobs = 0

  /** `byteLength`: of the memory from `start` on, at least. `isPlain`: without WebAssembly. */
  constructor(byteLength: number, isPlain = false) {
    const pages = Math.ceil((freeAt + byteLength) / pageBytes)
    const instance = isPlain ? undefined : instantiate(pages)
    const memory = instance?.memory ?? new ArrayBuffer(pages * pageBytes)
    this.bytes = new Uint8Array(memory)
    this.#words = new Int32Array(memory)
    this.#run = instance?.exports.run
    this.moves = instance?.exports ?? new PlainHashMoves(this.bytes)
  }

  /**
   * Adds a message that stands in the memory; `start` must be a multiple of 64. Its digest is put at `to`, at the latest
   * by `run`; until then the memory up to the returned place belongs to it (the padding takes 9 to 72 bytes).
   */
  add(start: number, length: number, to: number): number {
    const end = start + length
    if (length > laneBytesMax) {
      this.bytes.set(hash('sha256', this.bytes.subarray(start, end), 'buffer'), to)
      return start
    }
    const paddedEnd = (end + 9 + blockBytes - 1) & -blockBytes
    this.#pad(end, paddedEnd, length)
    if (this.#jobs === jobsMax) this.run()
    const at = jobsAt / 4 + this.#jobs * jobWords
    const words = this.#words
    words[at] = start
    words[at + 1] = (paddedEnd - start) >> 6
    words[at + 2] = to
    this.#jobs += 1
    return paddedEnd
  }

  /** Whether four are hashed at once. */
  get isParallel(): boolean {
    return this.#run !== undefined
  }

  /** Hashes all messages added since the last time. */
  run(): void {
    const count = this.#jobs
    this.#jobs = 0
    if (this.#run !== undefined) this.#run(jobsAt, count)
    else this.#runPlain(count)
  }

  /** FIPS 180-4, section 5.1.1: a one, zeros, and the length in bits. */
  #pad(end: number, paddedEnd: number, length: number): void {
    const { bytes } = this
    bytes[end] = 0x80
    let at = end + 1
    for (; (at & 3) !== 0; at += 1) bytes[at] = 0
    const words = this.#words
    for (; at < paddedEnd; at += 4) words[at >> 2] = 0
    bytes[paddedEnd - 2] = length >> 5
    bytes[paddedEnd - 1] = (length << 3) & 0xff
  }

  #runPlain(count: number): void {
    for (let job = 0; job < count; job += 1) {
      const at = jobsAt / 4 + job * jobWords
      const [start, blocks, to] = this.#words.subarray(at, at + jobWords) as unknown as [number, number, number]
      const end = start + blocks * blockBytes
      const length = ((this.bytes[end - 2] as number) << 5) | ((this.bytes[end - 1] as number) >> 3)
      sha256Into(this.bytes, start, start + length, this.bytes, to)
    }
  }
}

type Run = (jobs: number, count: number) => void

interface Instance {
  readonly memory: ArrayBuffer
  readonly exports: HashMoves & { readonly run: Run }
}

/** What is used of the global of that name. */
interface WebAssemblyApi {
  readonly Memory: new (options: { initial: number; maximum: number }) => { readonly buffer: ArrayBuffer }
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (module: object, imports: object) => { readonly exports: Instance['exports'] }
}

/** Null: it can't be compiled here. */
let compiled: object | null | undefined

function instantiate(pages: number): Instance | undefined {
  const api = (globalThis as { WebAssembly?: WebAssemblyApi }).WebAssembly
  if (compiled === undefined) compiled = api === undefined ? null : compile(api)
  if (compiled === null || api === undefined) return undefined
  const memory = new api.Memory({ initial: pages, maximum: pages })
  const { exports } = new api.Instance(compiled, { e: { m: memory } })
  const words = new Int32Array(memory.buffer)
  for (const [round, constant] of roundConstants.entries()) words.fill(constant, round * lanes, (round + 1) * lanes)
  new Uint8Array(memory.buffer).set(maskBytes, maskAt)
  return { memory: memory.buffer, exports }
}

function compile(api: WebAssemblyApi): object | null {
  try {
    return new api.Module(
      wasmModule({
        compress: { parameters: lanes, locals: compressLocals, code: compressCode() },
        run: { parameters: 2, locals: [i32Type, i32Type, i32Type, i32Type, i32Type], code: runCode() },
        ...hashMoves(maskAt),
      }),
    )
  } catch {
    return null
  }
}

/** Locals of compress, after the addresses of the four lanes' blocks: a to h, the schedule, and what is passing. */
const workingAt = lanes
const scheduleAt = workingAt + 8
const firstTemporary = scheduleAt + 16
const secondTemporary = firstTemporary + 1
const thirdTemporary = firstTemporary + 2
const roundLocal = firstTemporary + 3
const compressLocals = [...Array.from({ length: 8 + 16 + 3 }, () => v128Type), i32Type]

/** compress(block0, block1, block2, block3): one block of each lane into the state; FIPS 180-4, section 6.2.2. */
function compressCode(): WasmCode {
  const code = new WasmCode()
  for (let word = 0; word < 8; word += 1)
    code
      .constant(stateAt)
      .loadVector(word * vectorBytes)
      .set(workingAt + word)
  for (let quarter = 0; quarter < 4; quarter += 1) pushTransposedLoad(code, quarter)
  let names = Array.from({ length: 8 }, (_, index) => workingAt + index)
  for (let round = 0; round < 16; round += 1)
    names = pushRound(code, names, round, () => code.constant(constantsAt).loadVector(round * vectorBytes))
  code.constant(16 * vectorBytes).set(roundLocal)
  code.loopWhile(() => {
    for (let round = 0; round < 16; round += 1) {
      pushSchedule(code, round)
      names = pushRound(code, names, round, () => code.get(roundLocal).loadVector(constantsAt + round * vectorBytes))
    }
    code
      .get(roundLocal)
      .constant(16 * vectorBytes)
      .op(wasmOps.add)
      .tee(roundLocal)
    code.constant(roundConstants.length * vectorBytes).op(wasmOps.lessUnsigned)
  })
  for (let word = 0; word < 8; word += 1) {
    code.constant(stateAt).get(workingAt + word)
    code
      .constant(stateAt)
      .loadVector(word * vectorBytes)
      .simd(simdOps.add)
      .storeVector(word * vectorBytes)
  }
  return code
}

const reversedWords = [3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12]

/** Words of two vectors by number, 0 to 3 the first's, 4 to 7 the second's. */
function pushWords(code: WasmCode, left: number, right: number, words: readonly number[]): WasmCode {
  const bytes = words.flatMap((word) => [word * 4, word * 4 + 1, word * 4 + 2, word * 4 + 3])
  return code
    .get(left)
    .get(right)
    .simd(simdOps.shuffleBytes, ...bytes)
}

/** Four words of each lane, turned so that a vector has the same word of all lanes. */
function pushTransposedLoad(code: WasmCode, quarter: number): void {
  const [x, y, z, w] = [0, 1, 2, 3].map((lane) => scheduleAt + quarter * 4 + lane) as [number, number, number, number]
  for (const [lane, local] of [x, y, z, w].entries()) {
    code
      .get(lane)
      .loadVector(quarter * vectorBytes)
      .set(local)
    code
      .get(local)
      .get(local)
      .simd(simdOps.shuffleBytes, ...reversedWords)
      .set(local)
  }
  pushWords(code, x, y, [0, 4, 1, 5]).set(firstTemporary)
  pushWords(code, z, w, [0, 4, 1, 5]).set(secondTemporary)
  pushWords(code, x, y, [2, 6, 3, 7]).set(thirdTemporary)
  pushWords(code, z, w, [2, 6, 3, 7]).set(w)
  pushWords(code, firstTemporary, secondTemporary, [0, 1, 4, 5]).set(x)
  pushWords(code, firstTemporary, secondTemporary, [2, 3, 6, 7]).set(y)
  pushWords(code, thirdTemporary, w, [0, 1, 4, 5]).set(z)
  pushWords(code, thirdTemporary, w, [2, 3, 6, 7]).set(w)
}

/** The exclusive or of a local rotated right by each of `rotations`, and shifted right by `shift`. */
function pushMixed(code: WasmCode, local: number, rotations: readonly number[], shift?: number): void {
  const pieces = rotations.flatMap((bits) => [
    [simdOps.shiftRight, bits],
    [simdOps.shiftLeft, 32 - bits],
  ])
  if (shift !== undefined) pieces.push([simdOps.shiftRight, shift])
  for (const [index, [op, bits]] of (pieces as [number, number][]).entries()) {
    code.get(local).constant(bits).simd(op)
    if (index > 0) code.simd(simdOps.xor)
  }
}

/** One round; the locals stay where they are, and take other names: those that are returned. */
function pushRound(code: WasmCode, names: readonly number[], round: number, constant: () => void): number[] {
  const [a, b, c, d, e, f, g, h] = names as [number, number, number, number, number, number, number, number]
  code.get(h)
  pushMixed(code, e, [6, 11, 25])
  code.simd(simdOps.add).get(f).get(g).get(e).simd(simdOps.select).simd(simdOps.add)
  constant()
  code
    .simd(simdOps.add)
    .get(scheduleAt + round)
    .simd(simdOps.add)
    .set(firstTemporary)
  code.get(d).get(firstTemporary).simd(simdOps.add).set(d)
  code.get(firstTemporary)
  pushMixed(code, a, [2, 13, 22])
  code.simd(simdOps.add).get(a).get(b).simd(simdOps.and)
  code.get(c).get(a).get(b).simd(simdOps.or).simd(simdOps.and).simd(simdOps.or).simd(simdOps.add).set(h)
  return [h, a, b, c, d, e, f, g]
}

/** The schedule's next word, in the place of the one of 16 rounds ago. */
function pushSchedule(code: WasmCode, round: number): void {
  const word = (distance: number) => scheduleAt + ((round + distance) & 15)
  code.get(word(0))
  pushMixed(code, word(1), [7, 18], 3)
  code.simd(simdOps.add).get(word(9)).simd(simdOps.add)
  pushMixed(code, word(14), [17, 19], 10)
  code.simd(simdOps.add).set(word(0))
}

/** Locals of run. */
const [jobLocal, waitingLocal, laneLocal, unfinishedLocal, valueLocal, columnLocal, wordLocal] = [0, 1, 2, 3, 4, 5, 6]
/** A lane's words: the address of its next block, how many are left (-1: it is idle), where its digest goes. */
const [laneBlock, laneLeft, laneTo] = [0, 4, 8]

/** run(jobs, count): keeps the lanes busy; a job is an address, a number of blocks, and where its digest goes. */
function runCode(): WasmCode {
  const code = new WasmCode()
  code
    .get(waitingLocal)
    .tee(unfinishedLocal)
    .op(wasmOps.equalZero)
    .branch(() => code.op(wasmOps.return))
  pushForEachLane(code, () => pushNextJob(code))
  code.loopWhile(() => {
    for (let lane = 0; lane < lanes; lane += 1) code.constant(lanesAt).load32(lane * vectorBytes + laneBlock)
    code.call(0)
    pushForEachLane(code, () => {
      code.get(laneLocal).load32(laneLeft).tee(valueLocal).constant(0).op(wasmOps.greaterSigned)
      code.branch(() => pushStepOfLane(code))
    })
    code.get(unfinishedLocal)
  })
  return code
}

function pushForEachLane(code: WasmCode, body: () => void): void {
  code.constant(lanesAt).set(laneLocal).constant(stateAt).set(columnLocal)
  code.loopWhile(() => {
    body()
    code.get(laneLocal).constant(vectorBytes).op(wasmOps.add).set(laneLocal)
    code.get(columnLocal).constant(4).op(wasmOps.add).tee(columnLocal)
    code.constant(stateAt + vectorBytes).op(wasmOps.lessUnsigned)
  })
}

function pushStepOfLane(code: WasmCode): void {
  code.get(laneLocal).get(laneLocal).load32(laneBlock).constant(blockBytes).op(wasmOps.add).store32(laneBlock)
  code.get(laneLocal).get(valueLocal).constant(1).op(wasmOps.subtract).tee(valueLocal).store32(laneLeft)
  code.get(valueLocal).op(wasmOps.equalZero)
  code.branch(() => {
    code.get(laneLocal).load32(laneTo).set(valueLocal)
    for (let word = 0; word < 8; word += 1) {
      code
        .get(valueLocal)
        .get(columnLocal)
        .load32(word * vectorBytes)
        .tee(wordLocal)
      code.constant(8).op(wasmOps.rotateLeft).constant(0x00ff00ff).op(wasmOps.and)
      code
        .get(wordLocal)
        .constant(24)
        .op(wasmOps.rotateLeft)
        .constant(0xff00ff00 | 0)
        .op(wasmOps.and)
      code.op(wasmOps.or).store32(word * 4, 0)
    }
    code.get(unfinishedLocal).constant(1).op(wasmOps.subtract).set(unfinishedLocal)
    pushNextJob(code)
  })
}

function pushNextJob(code: WasmCode): void {
  code.get(waitingLocal).branch(
    () => {
      for (const word of [laneBlock, laneLeft, laneTo]) code.get(laneLocal).get(jobLocal).load32(word).store32(word)
      code
        .get(jobLocal)
        .constant(jobWords * 4)
        .op(wasmOps.add)
        .set(jobLocal)
      code.get(waitingLocal).constant(1).op(wasmOps.subtract).set(waitingLocal)
      for (const [word, value] of initialState.entries())
        code
          .get(columnLocal)
          .constant(value)
          .store32(word * vectorBytes)
    },
    () => {
      code.get(laneLocal).constant(constantsAt).store32(laneBlock)
      code.get(laneLocal).constant(-1).store32(laneLeft)
    },
  )
}
