import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { LedgerError } from '../../src/base/errors.ts'
import { parseStatement } from '../../src/syntax/parser.ts'
import { printStatement } from '../../src/syntax/print-ast.ts'
import { StatementSplitter } from '../../src/syntax/split.ts'
import { parseAllIon } from '../../src/values/text-reader.ts'
import type { StructValue, Value } from '../../src/values/value.ts'
import { sharedFile } from '../support/root.ts'
import { withoutSpans } from '../syntax/trees.ts'

interface Case {
  readonly id: string
  readonly statements: readonly string[]
  readonly results: readonly string[]
}

function texts(value: Value | undefined): string[] {
  assert.ok(value?.type === 'list')
  return value.items.map(textOf)
}

function textOf(value: Value | undefined): string {
  assert.ok(value?.type === 'string' || value?.type === 'symbol')
  return value.value
}

function readCases(path: string): Case[] {
  return parseAllIon(readFileSync(path, 'utf8')).map((value) => {
    const fields = value as StructValue
    const expect = fields.get('expect')
    assert.ok(expect?.type === 'list')
    const results = expect.items.map((item) => textOf((item as StructValue).get('result')))
    return { id: textOf(fields.get('id')), statements: texts(fields.get('statements')), results }
  })
}

/** Parses; an error is the user's or a limit's, never a bug, and has its place inside the text. */
function tryParse(statement: string): LedgerError | undefined {
  try {
    parseStatement(statement)
    return undefined
  } catch (error) {
    assert.ok(error instanceof LedgerError, `${statement}\n${error}`)
    assert.ok(error.span && error.span.start >= 0 && error.span.end <= statement.length, statement)
    return error
  }
}

/** Statements whose evaluation succeeds by the cases, but that are not well formed: a comma is missing. */
const malformed = [/'foo': v\.foo\s+'bar': COLL_TO_SCALAR/]
/** Literals that the cases want refused when they are evaluated; here the parser refuses them. */
const refusedLiterals = /^eval\/primitives\/interval\.ion/

const path = sharedFile('partiql-tests/cases.ion')
const skip = path === undefined ? 'skipped: the conformance cases are not there' : false

test('every conformance case is read as it should be', { skip }, () => {
  const wrong: string[] = []
  for (const { id, statements, results } of readCases(path as string)) {
    const mustFail = results.includes('SyntaxFail')
    const mayFail = results.includes('StaticAnalysisFail') || refusedLiterals.test(id)
    for (const statement of statements) {
      const error = tryParse(statement)
      if (mayFail || malformed.some((pattern) => pattern.test(statement))) continue
      if (mustFail !== (error !== undefined)) wrong.push(`${id}\n  ${statement}\n  ${error?.message ?? 'accepted'}`)
    }
  }
  assert.deepEqual(wrong, [])
})

test('every conformance statement prints to a text that parses to the same tree', { skip }, () => {
  for (const { statements } of readCases(path as string)) {
    for (const statement of statements) {
      if (tryParse(statement) !== undefined) continue
      const tree = parseStatement(statement)
      const printed = printStatement(tree)
      assert.deepEqual(withoutSpans(parseStatement(printed)), withoutSpans(tree), `${statement}\n${printed}`)
      assert.equal(printStatement(parseStatement(printed)), printed)
    }
  }
})

test('a script of all conformance statements is cut into them again', { skip }, () => {
  const statements = readCases(path as string)
    .flatMap((one) => one.statements)
    .filter((statement) => tryParse(statement) === undefined && !/;\s*$/.test(statement))
  const splitter = new StatementSplitter()
  const pieces = [...splitter.push(statements.map((statement) => `${statement}\n;\n`).join('')), ...splitter.end()]
  assert.equal(pieces.length, statements.length)
  pieces.forEach((piece, index) => {
    const tree = withoutSpans(parseStatement(statements[index] as string))
    assert.deepEqual(withoutSpans(parseStatement(piece.text)), tree)
  })
})

interface CorpusEntry {
  readonly statement: string
  readonly expected: { readonly error?: unknown } | null
}

const corpus = sharedFile('reference/qldb-statements.json')
const skipCorpus = corpus === undefined ? 'skipped: the statement corpus is not there' : false

test("every statement known from QLDB's users parses, and prints to the same tree", { skip: skipCorpus }, () => {
  for (const { statement, expected } of JSON.parse(readFileSync(corpus as string, 'utf8')) as CorpusEntry[]) {
    const error = tryParse(statement)
    if (expected?.error !== undefined && error !== undefined) continue
    assert.equal(error, undefined, `${statement}: ${error?.message}`)
    const tree = parseStatement(statement)
    assert.deepEqual(withoutSpans(parseStatement(printStatement(tree))), withoutSpans(tree), statement)
  }
})
