import { checkInterruption, passLoop } from '../base/interruption.ts'

/** A shorter text is looked for by the engine's own search, whose time grows with its length at worst. */
const hashedMin = 64
const windowCharacters = 64 * 1024

/**
 * Where a text stands in another from `from` on, or -1. The time grows with the lengths of both and not with their product,
 * whatever they hold; it can be interrupted.
 */
export function findText(text: string, wanted: string, from = 0): number {
  return wanted.length < hashedMin ? findShort(text, wanted, from) : findLong(text, wanted, from)
}

function findShort(text: string, wanted: string, from: number): number {
  const last = text.length - wanted.length
  if (last - from <= windowCharacters) return text.indexOf(wanted, from)
  for (let start = from; start <= last; start += windowCharacters) {
    const found = text.slice(start, start + windowCharacters + wanted.length - 1).indexOf(wanted)
    if (found !== -1) return start + found
    checkInterruption()
  }
  return -1
}

/** By a rolling hash (Rabin and Karp). */
function findLong(text: string, wanted: string, from: number): number {
  const { length } = wanted
  if (text.length - from < length) return -1
  let sought = 0
  let rolling = 0
  let highest = 1
  for (let at = 0; at < length; at += 1) {
    passLoop()
    sought = (Math.imul(sought, factor) + wanted.charCodeAt(at)) | 0
    rolling = (Math.imul(rolling, factor) + text.charCodeAt(from + at)) | 0
    if (at > 0) highest = Math.imul(highest, factor)
  }
  for (let start = from; ; start += 1) {
    if (rolling === sought && text.startsWith(wanted, start)) return start
    if (start + length >= text.length) return -1
    passLoop()
    const without = rolling - Math.imul(text.charCodeAt(start), highest)
    rolling = (Math.imul(without, factor) + text.charCodeAt(start + length)) | 0
  }
}

const factor = 0x01000193
