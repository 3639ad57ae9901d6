import { LedgerError } from '../../base/errors.ts'
import type { AccessKeys } from './sigv4.ts'

/**
 * Reads access keys from text in the form of AWS's shared credentials file: `[name]` sections, each with
 * `aws_access_key_id` and `aws_secret_access_key`; other settings are ignored.
 *
 * Throws LedgerError 'config/invalid', naming the line but never what stands there.
 */
export function parseAccessKeys(text: string): AccessKeys {
  const keys = new Map<string, string>()
  let id: string | undefined
  let secret: string | undefined
  let hasSection = false
  const finish = (line: number) => {
    if (!hasSection) return
    if (id === undefined || secret === undefined) {
      throw problem(line, 'a section needs aws_access_key_id and aws_secret_access_key')
    }
    if (keys.has(id)) throw problem(line, 'an access key id stands there twice')
    keys.set(id, secret)
    id = undefined
    secret = undefined
  }
  const lines = text.split(/\r?\n/)
  lines.forEach((raw, index) => {
    const line = raw.trim()
    if (line === '' || line.startsWith('#') || line.startsWith(';')) return
    if (/^\[[^\]]+\]$/.test(line)) {
      finish(index + 1)
      hasSection = true
      return
    }
    const match = /^(\w+)\s*=\s*(\S+)$/.exec(line)
    if (!hasSection || match === null) throw problem(index + 1, "expected '[name]' or 'name = value'")
    if (match[1] === 'aws_access_key_id') id = match[2]
    if (match[1] === 'aws_secret_access_key') secret = match[2]
  })
  finish(lines.length)
  if (keys.size === 0) throw new LedgerError('config/invalid', 'it contains no access keys')
  return keys
}

function problem(line: number, message: string): LedgerError {
  return new LedgerError('config/invalid', `line ${line}: ${message}`)
}
