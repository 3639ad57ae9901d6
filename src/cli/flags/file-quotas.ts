import { Option } from 'commander'
import { LedgerError } from '../../base/errors.ts'
import { evidenceValuesMax, exportBlockValuesMax } from '../../base/limits.ts'
import { nearName } from '../../base/near-name.ts'
import { quotaNumber } from './quota-args.ts'

/** Limits of the tools that read files of evidence and exports; undefined: the default. */
export interface FileQuotas {
  /** Values in one file of evidence. */
  readonly evidenceValues?: number
  /** Values in one block of an export, in text. */
  readonly blockValues?: number
}

/** The names that `--quota` takes there, with the limits they replace. */
export const fileQuotaNames: Readonly<Record<string, readonly [keyof FileQuotas, number]>> = {
  'evidence-values': ['evidenceValues', evidenceValuesMax],
  'block-values': ['blockValues', exportBlockValuesMax],
}

export const fileQuotaFlags = '--quota <name=number>'

/** `--quota NAME=NUMBER`, of verify and import. */
export function fileQuotaOption(): Option {
  const limits = Object.entries(fileQuotaNames).map(([name, [, most]]) => `${name} (default: ${most})`)
  const text = `override a limit of the files that are read; may be repeated. Limits: ${limits.join(', ')}`
  return new Option(fileQuotaFlags, text)
    .argParser((value: string, before: string[] = []) => {
      parseFileQuotas([value])
      return [...before, value]
    })
    .helpGroup('Files:')
}

/** Of a name that comes twice the last one counts. Throws LedgerError 'usage/invalid-argument'. */
export function parseFileQuotas(texts: readonly string[] = []): FileQuotas {
  return Object.fromEntries(
    texts.map((text) => {
      const [name = '', ...value] = text.split('=')
      const target = Object.hasOwn(fileQuotaNames, name) ? fileQuotaNames[name] : undefined
      if (target === undefined) throw unknownQuota(name)
      return [target[0], quotaNumber(name, value.join('='))]
    }),
  )
}

function unknownQuota(name: string): LedgerError {
  const known = Object.keys(fileQuotaNames)
  const near = nearName(name, known)
  return new LedgerError('usage/invalid-argument', `no quota of files is named '${name}'`, {
    help: `${near === undefined ? '' : `did you mean '${near}'? `}quotas are: ${known.join(', ')}`,
  })
}
