import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative } from 'node:path'
import { test } from 'node:test'
import { commentsOf, filesIn } from './support/cited-files.ts'
import { circlesOf } from './support/circles.ts'
import { mayImport } from './support/layers.ts'
import { coinedPhrases } from './support/plain-words.ts'
import { projectRoot } from './support/root.ts'

const fileLinesMax = 460
const functionLinesMax = 61
const lineCharactersMax = 140
const bannedFolders = /(^|\/)(utils?|helpers?|common|misc|managers?)(\.|\/|$)/

interface SourceFile {
  readonly path: string
  readonly folder: string
  readonly text: string
}

function sourceFiles(folder: string): SourceFile[] {
  return readdirSync(join(projectRoot, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ts|tsx)$/.test(name))
    .map((name) => ({
      path: `${folder}/${name}`,
      folder: name.includes('/') ? (name.split('/')[0] as string) : '',
      text: readFileSync(join(projectRoot, folder, name), 'utf8'),
    }))
}

/** The row of the layer table: the file's folder, or the file itself where it lies in src. */
function rowOf(file: SourceFile): string {
  return file.folder === '' ? file.path : file.folder
}

const importPattern = /(?:from|import\()\s*'(\.[^']+)'/g
const sources = sourceFiles('src')

test('a folder imports only what its row of the layer table allows', () => {
  const strays: string[] = []
  for (const file of sources) {
    const allowed = new Set([file.folder, ...(mayImport[rowOf(file)] ?? [])])
    for (const [, target] of file.text.matchAll(importPattern)) {
      const resolved = relative('src', normalize(join(dirname(file.path), target as string)))
      const folder = resolved.split('/')[0] as string
      if (!allowed.has(folder)) strays.push(`${file.path} imports ${resolved}`)
    }
  }
  assert.deepEqual(strays, [])
})

test('every folder of src, and every file beside them, has a row in the layer table', () => {
  for (const row of new Set(sources.map(rowOf))) assert.ok(row in mayImport, `${row} has no row`)
})

test('only cli and host touch process, and no file has a vague name', () => {
  const strays: string[] = []
  for (const file of sources) {
    if (bannedFolders.test(file.path)) strays.push(`${file.path}: vague name`)
    if (file.folder === 'cli' || file.folder === 'host' || file.folder === '') continue
    const code = file.text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
    if (/\bprocess\.(?!env\.NODE_ENV)/.test(code) || /from 'node:process'/.test(code))
      strays.push(`${file.path}: uses process`)
    if (/\bconsole\./.test(code)) strays.push(`${file.path}: uses console`)
    if (/\bMath\.random\(|\bDate\.now\(|new Date\(\)/.test(code))
      strays.push(`${file.path}: takes time or chance from the world`)
  }
  assert.deepEqual(strays, [])
})

test('files and functions stay short', () => {
  const long: string[] = []
  for (const file of sources) {
    const lines = file.text.split('\n')
    if (lines.length > fileLinesMax + 1) long.push(`${file.path}: ${lines.length} lines, at most ${fileLinesMax}`)
    lines.forEach((line, index) => {
      if (line.length > lineCharactersMax) long.push(`${file.path}:${index + 1}: ${line.length} characters`)
    })
    long.push(...longFunctions(file.path, lines))
  }
  assert.deepEqual(long, [])
})

/** Functions and methods by their indentation: from the line that opens one to the line that closes it at the same depth. */
function longFunctions(path: string, lines: readonly string[]): string[] {
  const opening =
    /^(\s*)(?:export )?(?:default )?(?:async )?(?:function\*?\s|(?:private |static |override |readonly |async |\*)*[#\w]+(?:<[^>]*>)?\(.*\{$|(?:export )?const \w+ = (?:async )?\(.*=> \{$)/
  const found: string[] = []
  lines.forEach((line, start) => {
    const match = opening.exec(line)
    if (!match || /^\s*(if|for|while|switch|catch|return|else)\b/.test(line)) return
    const close = `${match[1]}}`
    let end = start + 1
    while (end < lines.length && !(lines[end] as string).startsWith(close)) end += 1
    if (end - start + 1 > functionLinesMax) found.push(`${path}:${start + 1}: function of ${end - start + 1} lines`)
  })
  return found
}

/** Grammars call themselves: a file of each circle that may be. */
const recursions = [
  'src/exec/compile-expression.ts',
  'src/plan/build-expression.ts',
  'src/plan/push-filters.ts',
  'src/syntax/parse-expression.ts',
  'src/syntax/print-expression.ts',
]

test('files import one another in a circle only where a grammar is recursive', () => {
  const imports = new Map(
    sources.map(({ path, text }) => [
      path,
      [...text.matchAll(importPattern)].map(([, target]) => normalize(join(dirname(path), target as string))),
    ]),
  )
  const circles = circlesOf(imports)
  assert.deepEqual(
    circles.filter((circle) => !circle.some((path) => recursions.includes(path))),
    [],
  )
  assert.equal(circles.length, recursions.length)
})

/** What docs/log-design.md describes and no ledger uses yet. */
const notYetUsed = [
  'src/journal/log/directory-files.ts',
  'src/journal/log/file-log.ts',
  'src/journal/log/log-claim.ts',
  'src/journal/log/memory-log.ts',
  'src/ledger/journaled-store.ts',
]

test('every source file is imported by something', () => {
  const entries = new Set([
    'src/index.ts',
    'src/cli/main.ts',
    'src/host/engine-worker.ts',
    'src/cli/tools/tools.ts',
    'src/host/server-worker.ts',
    'src/host/hash-worker.ts',
    'src/fixture.ts',
    'src/host/endpoint-chunk.ts',
    'src/ui/run-ui.tsx',
  ])
  const imported = new Set<string>()
  for (const file of sources) {
    for (const [, target] of file.text.matchAll(importPattern))
      imported.add(normalize(join(dirname(file.path), target as string)))
  }
  const dead = sources.map((file) => file.path).filter((path) => !entries.has(path) && !imported.has(path))
  assert.deepEqual(dead.sort(), notYetUsed)
})

test('a comment cites no file that is neither here nor in docs/references.md', () => {
  const here = ['src', 'test', 'bench', 'scripts', 'examples', 'docs'].flatMap((folder) =>
    readdirSync(join(projectRoot, folder), { recursive: true, encoding: 'utf8' }).map((name) => `${folder}/${name}`),
  )
  const isHere = (file: string) => here.some((path) => path === file || path.endsWith(`/${file}`))
  const references = readFileSync(join(projectRoot, 'docs/references.md'), 'utf8')
  const strays = [...sources, ...sourceFiles('test'), ...sourceFiles('bench')].flatMap(({ path, text }) =>
    commentsOf(text)
      .flatMap(filesIn)
      .filter(
        (file) => !isHere(file) && !references.includes(`\`${file}\``) && existsSync(join(projectRoot, file)) === false,
      )
      .map((file) => `${path} cites ${file}`),
  )
  assert.deepEqual(strays, [])
})

test('no text uses a phrase that readers have to translate', () => {
  const folders = ['src', 'test', 'bench', 'docs', 'scripts', 'examples']
  const files = folders.flatMap((folder) =>
    readdirSync(join(projectRoot, folder), { recursive: true, encoding: 'utf8' }).map((name) => `${folder}/${name}`),
  )
  const strays: string[] = []
  for (const path of [...files, 'README.md', 'CONTRIBUTING.md', 'SECURITY.md']) {
    if (!/\.(?:tsx?|mjs|cjs|md|golden)$/.test(path) || path === 'test/support/plain-words.ts') continue
    readFileSync(join(projectRoot, path), 'utf8')
      .split('\n')
      .forEach((line, index) => {
        for (const [pattern, instead] of coinedPhrases) {
          const found = pattern.exec(line)
          if (found !== null) strays.push(`${path}:${index + 1}: '${found[0]}'; write: ${instead}`)
        }
      })
  }
  assert.deepEqual(strays, [])
})

test('the storage library is opened in one place', () => {
  const importers = sources
    .filter(({ path, text }) => !path.startsWith('src/store/') && text.includes("store/lmdb-store.ts'"))
    .map(({ path }) => path)
  assert.deepEqual(importers, ['src/host/ledger-store.ts'])
})
