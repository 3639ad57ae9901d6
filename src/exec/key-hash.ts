import type { Value } from '../values/value.ts'
import { identityOf } from './value-map.ts'

/** A hash of 32 bits: the same for keys that are equal (`=`), NULL and MISSING alike; each level has its own. */
export function hashOfKeys(keys: readonly Value[], level: number): number {
  let hash = Math.imul(level + 1, 0x9e37_79b1)
  for (let at = 0; at < keys.length; at += 1) hash = mixed(withKey(hash, keys[at] as Value))
  return hash
}

function withKey(hash: number, key: Value): number {
  const identity = key.type === 'string' || key.type === 'symbol' ? key.value : identityOf(key)
  if (typeof identity === 'number') return mixed(hash ^ identity) + Math.floor(identity / 2 ** 32)
  let found = hash
  for (let at = 0; at < identity.length; at += 1) found = Math.imul(found ^ identity.charCodeAt(at), 0x0100_0193)
  return found
}

/** Every bit depends on every other. */
function mixed(hash: number): number {
  let found = hash
  found = Math.imul(found ^ (found >>> 16), 0x85eb_ca6b)
  found = Math.imul(found ^ (found >>> 13), 0xc2b2_ae35)
  return (found ^ (found >>> 16)) | 0
}
