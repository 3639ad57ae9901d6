import { readFileSync } from 'node:fs'

/** A row of the table in docs/verify.md that says what hashes cover in each kind of file. */
export interface CoverageRow {
  readonly file: string
  /** Names of fields; none: all that the kind has. */
  readonly fields: readonly string[]
  /** What its holder can change unnoticed. */
  readonly unnoticed: string
}

/** The table as the documentation has it, so that it can't say other things than the drill checks. */
export function coverageRows(path = 'docs/verify.md'): CoverageRow[] {
  const lines = readFileSync(path, 'utf8').split('\n')
  const start = lines.findIndex((line) => line.startsWith('| file | field |'))
  const rows: CoverageRow[] = []
  for (const line of lines.slice(start + 2)) {
    if (!line.startsWith('|')) break
    const [file = '', field = '', , unnoticed = ''] = line
      .slice(1, -1)
      .split(' |')
      .map((cell) => cell.trim())
    const fields = [...field.matchAll(/`([^`]+)`/g)].map(([, name]) => name as string)
    rows.push({ file: file === '' ? (rows.at(-1)?.file ?? '') : file, fields, unnoticed })
  }
  return rows
}

/** The first row of the kind that names the field. */
export function rowOf(rows: readonly CoverageRow[], file: string, names: readonly string[]): CoverageRow | undefined {
  const own = rows.filter((row) => row.file === file)
  if (own.length === 0) throw new Error(`docs/verify.md has no row for '${file}'`)
  if (names.length === 0) return own[0]
  return own.find(({ fields }) => fields.length === 0 || fields.some((name) => isWithin(names, name.split('.'))))
}

function isWithin(names: readonly string[], prefix: readonly string[]): boolean {
  return prefix.every((name, index) => names[index] === name)
}

export function isNothing({ unnoticed }: CoverageRow): boolean {
  return unnoticed.startsWith('nothing') || unnoticed === '–'
}
