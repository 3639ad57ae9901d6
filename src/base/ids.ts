import type { Env } from './env.ts'

/**
 * QLDB's unique ids: 128 bits as 22 digits of base 62 (`0-9A-Za-z`), each 64-bit half as 11 digits.
 * High half: one random byte, then the time in units of 2^-14 s since 1970; low half: random.
 * Worked out from recorded ids (docs/references.md).
 */
export const idCharacters = 22

const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const halfDigits = 11

export function newId(env: Env): string {
  return idOf(env.randomBytes(9), Math.floor(env.nowMs() * 16.384))
}

/** An id of the same time as another, from a hash in place of chance. */
export function idBeside(id: string, hash: Uint8Array): string {
  const [high, low] = timeOfId(id)
  return idOf(hash, high * 0x100_0000 + low)
}

/** `ticks` are of 56 bits; in halves of 32 bits each, since a number holds no more than 53. */
function idOf(random: Uint8Array, ticks: number): string {
  const high = ((random[0] as number) * 0x100_0000 + (Math.floor(ticks / 0x1_0000_0000) % 0x100_0000)) >>> 0
  return base62Halves(high, ticks % 0x1_0000_0000) + base62Halves(uint32(random, 1), uint32(random, 5))
}

/** An id that stands in no ledger: 22 random digits, cheaper than newId. */
export function newRequestId(env: Env): string {
  let text = ''
  for (const byte of env.randomBytes(idCharacters)) text += digits[byte % 62] as string
  return text
}

function uint32(bytes: Uint8Array, at: number): number {
  let value = 0
  for (let index = at; index < at + 4; index += 1) value = value * 256 + (bytes[index] as number)
  return value
}

/** 64 bits, given as two unsigned integers of 32, as 11 digits. */
function base62Halves(high: number, low: number): string {
  let [restHigh, restLow] = [high, low]
  let text = ''
  for (let count = 0; count < halfDigits; count += 1) {
    const carried = (restHigh % 62) * 0x1_0000_0000 + restLow
    restHigh = Math.floor(restHigh / 62)
    restLow = Math.floor(carried / 62)
    text = (digits[carried % 62] as string) + text
  }
  return text
}

/**
 * An id for a thing whose own id is not known, from 64 bits of a hash: its high half is zero, as in no id that was drawn
 * (it would be of 1970).
 */
export function madeUpId(hash: Uint8Array): string {
  return base62(0n) + base62(Buffer.from(hash).readBigUInt64BE())
}

export function isMadeUpId(id: string): boolean {
  return isId(id) && id.startsWith('0'.repeat(halfDigits))
}

/** The time in an id, in units of 2^-14 s since 1970, as its upper 32 and lower 24 bits. */
export function timeOfId(id: string): readonly [high: number, low: number] {
  let high = 0
  let low = 0
  for (let index = 0; index < halfDigits; index += 1) {
    const sum = low * 62 + valueOfDigit(id.charCodeAt(index))
    low = sum & 0xff_ffff
    // Above 56 bits stands the random byte, which falls off here.
    high = (high * 62 + (sum >>> 24)) % 0x1_0000_0000
  }
  return [high, low]
}

function valueOfDigit(code: number): number {
  if (code <= 0x39) return code - 0x30
  return code <= 0x5a ? code - 0x37 : code - 0x3d
}

/** Whether a text has the shape of an id. */
export function isId(text: string): boolean {
  return text.length === idCharacters && /^[0-9A-Za-z]+$/.test(text)
}

function base62(half: bigint): string {
  let rest = half
  let text = ''
  for (let count = 0; count < halfDigits; count += 1) {
    text = (digits[Number(rest % 62n)] as string) + text
    rest /= 62n
  }
  return text
}
