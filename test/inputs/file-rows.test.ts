import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { LedgerError } from '../../src/base/errors.ts'
import { InputError } from '../../src/inputs/input-error.ts'
import { type InputFormat, readInput } from '../../src/inputs/input.ts'
import { FileRow } from '../../src/values/file-row.ts'
import { printIon } from '../../src/values/text-writer.ts'
import type { Value } from '../../src/values/value.ts'
import { chunked } from './chunked.ts'
import { csvLines, jsonLines } from './file-lines.ts'

/** Every row in full, each looked at before the next is asked for, and how the reading ended. */
function outcome(bytes: Buffer, format: InputFormat, chunkBytes: number, isPassing: boolean): string[] {
  const seen: string[] = []
  try {
    const content = readInput(chunked(bytes, chunkBytes), 'file', format, { isPassing })
    if (content.kind === 'value') return [printIon(content.value)]
    for (let row = content.rows.next(); row.done !== true; row = content.rows.next()) seen.push(...told(row.value))
  } catch (error) {
    assert.ok(error instanceof LedgerError)
    const excerpt = error instanceof InputError ? error.excerpt : undefined
    seen.push(JSON.stringify([error.code, error.message, error.help, error.span, excerpt]))
  }
  return seen
}

function told(row: Value): string[] {
  if (row.type !== 'struct') return [printIon(row)]
  const fields = row.names.map((name) => printIon(row.get(name) as Value))
  return [printIon(row), JSON.stringify(row.names), ...fields]
}

function isPassingTheSame(format: InputFormat) {
  return (bytes: Buffer, chunkBytes: number) => {
    const passing = outcome(bytes, format, chunkBytes, true)
    assert.deepEqual(passing, outcome(bytes, format, chunkBytes, false))
  }
}

test('JSON Lines: rows whose fields are decoded when asked for are those that are decoded whole', () => {
  fc.assert(fc.property(jsonLines, fc.integer({ min: 1, max: 60 }), isPassingTheSame('jsonl')), {
    numRuns: 1000,
    endOnFailure: true,
  })
})

test('CSV: rows whose fields are decoded when asked for are those that are decoded whole', () => {
  fc.assert(fc.property(csvLines, fc.integer({ min: 1, max: 60 }), isPassingTheSame('csv')), {
    numRuns: 1000,
    endOnFailure: true,
  })
})

test('CSV: lines that end with CR alone, and a byte anywhere replaced by another', () => {
  const line = Buffer.from('1,name é,"x y",-12.50,,007,2024-01-01')
  const head = Buffer.from('a,b,c,d,e,f,g')
  fc.assert(
    fc.property(fc.constantFrom('\n', '\r\n', '\r'), fc.nat(line.length - 1), fc.nat(255), (end, at, byte) => {
      const damaged = Buffer.from(line)
      damaged[at] = byte
      const bytes = Buffer.concat([head, line, damaged, line].flatMap((one) => [one, Buffer.from(end)]))
      isPassingTheSame('csv')(bytes, 4096)
    }),
    { numRuns: 1000, endOnFailure: true },
  )
})

test('JSON Lines: a byte anywhere replaced by another gives the same rows or the same error', () => {
  const line = Buffer.from(
    '{"a":1,"key":"name 1é","b":[1.50,{"c":true}],"d":"\\u00e9\\ud83d\\ude00","e":-12e3,"f":null}',
  )
  fc.assert(
    fc.property(fc.nat(line.length - 1), fc.nat(255), (at, byte) => {
      const damaged = Buffer.from(line)
      damaged[at] = byte
      const bytes = Buffer.concat([line, Buffer.from('\n'), damaged, Buffer.from('\n'), line])
      isPassingTheSame('jsonl')(bytes, 4096)
    }),
    { numRuns: 1000, endOnFailure: true },
  )
})

test('JSON Lines: only rows of rare forms are decoded whole', () => {
  const rows = ['{"a":1}', ' {"a" : "x\\n" , "a":2}', '{}', '{"a":{"b":[1e5,null]}}', '{"ä":"ö"}', '{"a":"\\ud83d"}']
  const isFileRow = rows.map((text) => {
    const { rows: found } = readInput(chunked(Buffer.from(text), 99), 'file', 'jsonl', { isPassing: true }) as {
      readonly rows: Iterator<Value, undefined>
    }
    try {
      return found.next().value instanceof FileRow
    } catch (error) {
      assert.ok(error instanceof InputError)
      return 'malformed'
    }
  })
  assert.deepEqual(isFileRow, [true, true, true, true, true, 'malformed'])
})
