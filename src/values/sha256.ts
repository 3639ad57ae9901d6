import { hash } from 'node:crypto'

/**
 * SHA-256 (FIPS 180-4). Short inputs, of which Ion Hash has dozens for each document, are hashed here: a call into the
 * runtime would cost more than the work. Longer ones go to node:crypto.
 */
export const sha256Bytes = 32

/** Beyond so many bytes node:crypto is faster, by measurement. */
const shortBytesMax = 119

export function sha256(bytes: Uint8Array): Uint8Array {
  const digest = Buffer.allocUnsafe(sha256Bytes)
  sha256Into(bytes, 0, bytes.length, digest, 0)
  return digest
}

/** Hashes `input` from `start` to `end` into `output` at `at`; both may be the same bytes. */
export function sha256Into(input: Uint8Array, start: number, end: number, output: Uint8Array, at: number): void {
  if (end - start > shortBytesMax) output.set(hash('sha256', input.subarray(start, end), 'buffer'), at)
  else hashShort(input, start, end, output, at)
}

/** First 32 bits of the fractional parts of the cube roots of the first 64 primes. */
export const roundConstants = Int32Array.of(
  0x428a2f98,
  0x71374491,
  0xb5c0fbcf,
  0xe9b5dba5,
  0x3956c25b,
  0x59f111f1,
  0x923f82a4,
  0xab1c5ed5,
  0xd807aa98,
  0x12835b01,
  0x243185be,
  0x550c7dc3,
  0x72be5d74,
  0x80deb1fe,
  0x9bdc06a7,
  0xc19bf174,
  0xe49b69c1,
  0xefbe4786,
  0x0fc19dc6,
  0x240ca1cc,
  0x2de92c6f,
  0x4a7484aa,
  0x5cb0a9dc,
  0x76f988da,
  0x983e5152,
  0xa831c66d,
  0xb00327c8,
  0xbf597fc7,
  0xc6e00bf3,
  0xd5a79147,
  0x06ca6351,
  0x14292967,
  0x27b70a85,
  0x2e1b2138,
  0x4d2c6dfc,
  0x53380d13,
  0x650a7354,
  0x766a0abb,
  0x81c2c92e,
  0x92722c85,
  0xa2bfe8a1,
  0xa81a664b,
  0xc24b8b70,
  0xc76c51a3,
  0xd192e819,
  0xd6990624,
  0xf40e3585,
  0x106aa070,
  0x19a4c116,
  0x1e376c08,
  0x2748774c,
  0x34b0bcb5,
  0x391c0cb3,
  0x4ed8aa4a,
  0x5b9cca4f,
  0x682e6ff3,
  0x748f82ee,
  0x78a5636f,
  0x84c87814,
  0x8cc70208,
  0x90befffa,
  0xa4506ceb,
  0xbef9a3f7,
  0xc67178f2,
)
/** The same of the square roots of the first eight. */
export const initialState = Int32Array.of(
  0x6a09e667,
  0xbb67ae85,
  0x3c6ef372,
  0xa54ff53a,
  0x510e527f,
  0x9b05688c,
  0x1f83d9ab,
  0x5be0cd19,
)
const schedule = new Int32Array(64)
const state = new Int32Array(8)
/** Two blocks hold the longest short input with its padding. */
const blocks = new Uint8Array(128)

function hashShort(input: Uint8Array, start: number, end: number, output: Uint8Array, at: number): void {
  const length = end - start
  const padded = length < 56 ? 64 : 128
  for (let index = 0; index < length; index += 1) blocks[index] = input[start + index] as number
  blocks[length] = 0x80
  for (let index = length + 1; index < padded - 2; index += 1) blocks[index] = 0
  blocks[padded - 2] = (length * 8) >>> 8
  blocks[padded - 1] = (length * 8) & 0xff
  for (let index = 0; index < 8; index += 1) state[index] = initialState[index] as number
  for (let offset = 0; offset < padded; offset += 64) {
    expand(offset)
    compress()
  }
  for (let index = 0; index < 8; index += 1) {
    const word = state[index] as number
    const to = at + index * 4
    output[to] = word >>> 24
    output[to + 1] = (word >>> 16) & 0xff
    output[to + 2] = (word >>> 8) & 0xff
    output[to + 3] = word & 0xff
  }
}

/** The message schedule of one block: FIPS 180-4, section 6.2.2, step 1. */
function expand(offset: number): void {
  const w = schedule
  for (let index = 0; index < 16; index += 1) {
    const at = offset + index * 4
    w[index] =
      ((blocks[at] as number) << 24) |
      ((blocks[at + 1] as number) << 16) |
      ((blocks[at + 2] as number) << 8) |
      (blocks[at + 3] as number)
  }
  for (let index = 16; index < 64; index += 1) {
    const x = w[index - 15] as number
    const y = w[index - 2] as number
    const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3)
    const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10)
    w[index] = ((w[index - 16] as number) + s0 + (w[index - 7] as number) + s1) | 0
  }
}

/** The rounds: FIPS 180-4, section 6.2.2, steps 2 to 4. */
function compress(): void {
  let a = state[0] as number
  let b = state[1] as number
  let c = state[2] as number
  let d = state[3] as number
  let e = state[4] as number
  let f = state[5] as number
  let g = state[6] as number
  let h = state[7] as number
  for (let index = 0; index < 64; index += 1) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7))
    const choice = (e & f) ^ (~e & g)
    const first = (h + s1 + choice + (roundConstants[index] as number) + (schedule[index] as number)) | 0
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10))
    const majority = (a & b) ^ (a & c) ^ (b & c)
    h = g
    g = f
    f = e
    e = (d + first) | 0
    d = c
    c = b
    b = a
    a = (first + s0 + majority) | 0
  }
  state[0] = ((state[0] as number) + a) | 0
  state[1] = ((state[1] as number) + b) | 0
  state[2] = ((state[2] as number) + c) | 0
  state[3] = ((state[3] as number) + d) | 0
  state[4] = ((state[4] as number) + e) | 0
  state[5] = ((state[5] as number) + f) | 0
  state[6] = ((state[6] as number) + g) | 0
  state[7] = ((state[7] as number) + h) | 0
}
