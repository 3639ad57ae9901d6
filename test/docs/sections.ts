import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { codes } from '../../src/base/error-codes.ts'
import * as limits from '../../src/base/limits.ts'
import { configKeys, ledgerKeys } from '../../src/cli/flags/config.ts'
import { quotaRows } from '../../src/cli/flags/quota-args.ts'
import { serveFlags } from '../../src/cli/flags/serve-args.ts'
import { serveQuotaRows } from '../../src/cli/flags/serve-quotas.ts'
import { type FunctionFacts, functionFacts } from '../../src/plan/function-facts.ts'
import { commands } from '../../src/shell/commands.ts'
import { exitCodes } from '../../src/shell/exit-codes.ts'
import { formatHelp, formatNames } from '../../src/shell/formats/formats.ts'
import { settingDefinitions, settingNames } from '../../src/shell/settings.ts'
import { refusals } from '../../src/syntax/refused.ts'
import { projectRoot } from '../support/root.ts'
import { helpTexts } from './help-texts.ts'

/**
 * The parts of pages that are printed from tables of the program. In a page each stands between two marks:
 * `<!-- begin: generated NAME (npm run docs) -->` and `<!-- end: generated NAME -->`.
 */
export const sections: Readonly<Record<string, () => string | Promise<string>>> = {
  'exit codes': () =>
    table(
      ['code', 'meaning'],
      Object.values(exitCodes).map(([code, text]) => [String(code), text]),
    ),
  'error codes': () =>
    table(
      ['code', 'kind', 'meaning', 'what to do'],
      Object.entries(codes).map(([code, [kind, , meaning, advice]]) => [`\`${code}\``, kind, meaning, advice]),
    ),
  commands: () => table(['command', 'short', 'what it does'], commands.map(commandRow)),
  formats: () =>
    table(
      ['format', ''],
      formatNames.map((name) => [`\`${name}\``, formatHelp(name)]),
    ),
  settings: () =>
    table(
      ['setting', 'values', 'default', ''],
      settingNames.map((name) => settingRow(name, name)),
    ),
  'configuration settings': () =>
    table(
      ['key', 'values', 'default', ''],
      settingNames.map((name) => settingRow(settingDefinitions[name].configKey, name)),
    ),
  'configuration keys': () => keyTable(configKeys),
  'configuration ledgers': () => keyTable(ledgerKeys),
  'serve flags': () =>
    table(
      ['flag', ''],
      serveFlags.map(({ flags, help }) => [`\`${flags}\``, help]),
    ),
  'help texts': helpTexts,
  quotas: () =>
    table(
      ['`--quota`', 'limit for', 'QLDB', 'otherwise'],
      quotaRows().map(({ name, text }) => [`\`${name}\``, text.bounds, text.qldb, text.otherwise]),
    ),
  'serve quotas': () =>
    table(
      ['`--quota`', 'limit for', 'default'],
      serveQuotaRows().map(({ name, bounds, value }) => [`\`${name}\``, bounds, value]),
    ),
  limits: () => table(['limit', 'value', ''], limitRows()),
  functions: () => functionTables('plain'),
  aggregates: () => functionTables('aggregates'),
  'window functions': () => functionTables('windows'),
  refusals: () =>
    table(
      ['not here', 'instead'],
      refusals.map(({ name, instead }) => [`\`${name}\``, instead]),
    ),
}

const begin = /<!-- begin: generated ([\w ]+) \(npm run docs\) -->\n/g

/** A page with its generated parts as the tables give them now. Throws for a mark without its end or of an unknown name. */
export async function regenerated(text: string): Promise<string> {
  let after = ''
  let at = 0
  for (const match of text.matchAll(begin)) {
    const name = match[1] as string
    const section = sections[name]
    const end = text.indexOf(`<!-- end: generated ${name} -->`, match.index)
    if (section === undefined || end === -1) throw new Error(`no generated section '${name}', or no end of it`)
    after += `${text.slice(at, match.index + match[0].length)}\n${await section()}\n\n`
    at = end
  }
  return after + text.slice(at)
}

/** The names of the sections that a page has. */
export function sectionsOf(text: string): string[] {
  return [...text.matchAll(begin)].map(([, name]) => name as string)
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(heads), `|${'---|'.repeat(heads.length)}`, ...rows.map(line)].join('\n').replaceAll('|  |', '| |')
}

function keyTable(keys: Readonly<Record<string, string>>): string {
  return table(
    ['key', ''],
    Object.entries(keys).map(([key, help]) => [`\`${key}\``, help]),
  )
}

function commandRow({ names, shortNames = [], arguments: takes, help }: (typeof commands)[number]): readonly string[] {
  const others = names.length === 1 ? '' : `; also \`${names.slice(1).join('`, `')}\``
  return [
    `\`${`${names[0]} ${takes}`.trim()}\``,
    shortNames.map((name) => `\`\\${name}\``).join(' '),
    `${help}${others}`,
  ]
}

function settingRow(shown: string, name: (typeof settingNames)[number]): readonly string[] {
  const { choices, help, default: usual } = settingDefinitions[name]
  return [`\`${shown}\``, choices?.map((choice) => `\`${choice}\``).join(' ') ?? 'text', `\`${usual}\``, help]
}

/** As base/limits.ts has them: the name says the unit, the comment what is limited and why. */
function limitRows(): readonly (readonly string[])[] {
  const source = readFileSync(join(projectRoot, 'src/base/limits.ts'), 'utf8')
  const values = new Map<string, number>(Object.entries(limits))
  const pattern = /\/\*\*((?:[^*]|\*(?!\/))*)\*\/\n((?:export const \w+ =[^\n]*\n)+)/g
  return [...source.matchAll(pattern)].flatMap(([, comment = '', lines = '']) => {
    const names = [...lines.matchAll(/export const (\w+)/g)].map(([, name]) => name as string)
    const text = comment.replace(/\n \* ?/g, ' ').trim()
    return names.map((name) => [`\`${name}\``, valueText(name, values.get(name) as number), text])
  })
}

const sizes = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'] as const

function valueText(name: string, value: number): string {
  if (/Share(Max)?$/.test(name)) return `1/${1 / value}`.replace(/^1\/(\d+\.\d+)$/, () => String(value))
  if (/Bytes(Max|Min)?(Wide)?$/.test(name)) {
    const step = Math.min(Math.floor(Math.log2(value) / 10), sizes.length - 1)
    return Number.isInteger(value / 1024 ** step)
      ? `${value / 1024 ** step} ${sizes[step]}`
      : value.toLocaleString('en')
  }
  if (!/Ms(Max|Min)?$/.test(name)) return value.toLocaleString('en')
  return value >= 1000 ? `${(value / 1000).toLocaleString('en')} s` : `${value} ms`
}

function functionTables(wanted: 'plain' | 'aggregates' | 'windows'): string {
  const isWanted = ({ group }: FunctionFacts) =>
    wanted === 'plain' ? group !== 'aggregates' && group !== 'windows' : group === wanted
  const chosen = functionFacts.filter(isWanted)
  return table(
    wanted === 'windows' ? ['function', 'gives'] : ['function', 'gives', 'in QLDB'],
    chosen.map(({ signature, gives, traits }) => {
      const cells = [`\`${signature}\``, gives]
      return wanted === 'windows' ? cells : [...cells, traits.has('qldb') ? 'yes' : '']
    }),
  )
}
