import { tagKeyCharactersMax, tagsMax, tagValueCharactersMax } from '../../base/limits.ts'
import { invalidParameter, limitExceeded } from './control-plane-errors.ts'
import type { LedgerRecord } from './control-plane-ledgers.ts'

type Tags = Readonly<Record<string, string>>

/** Throws HttpError for too many tags, or one that is too long. */
export function checkTags(tags: Tags): void {
  for (const [key, value] of Object.entries(tags)) {
    if (key.length === 0 || key.length > tagKeyCharactersMax) {
      throw invalidParameter(`a tag's key has 1 to ${tagKeyCharactersMax} characters`, 'Tags')
    }
    if (value.length > tagValueCharactersMax) {
      throw invalidParameter(`a tag's value has at most ${tagValueCharactersMax} characters`, 'Tags')
    }
  }
  if (Object.keys(tags).length > tagsMax) throw limitExceeded('Tag', `A resource has at most ${tagsMax} tags`)
}

export function withTags(record: LedgerRecord, tags: Tags): LedgerRecord {
  const all = { ...record.tags, ...tags }
  checkTags(all)
  return { ...record, tags: all }
}

export function withoutTags(record: LedgerRecord, keys: readonly string[]): LedgerRecord {
  const left = Object.entries(record.tags).filter(([key]) => !keys.includes(key))
  return { ...record, tags: Object.fromEntries(left) }
}

/** `?tagKeys=a&tagKeys=b`. */
export function tagKeysOf(query: readonly (readonly [string, string])[]): string[] {
  const keys = query.filter(([name]) => name === 'tagKeys').map(([, value]) => value)
  if (keys.length === 0) throw invalidParameter('TagKeys is missing', 'TagKeys')
  return keys
}
