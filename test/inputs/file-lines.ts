import fc from 'fast-check'

/** JSON of values that are written in more ways than one, or that tempt a fast reader to err. */
const scalars = [
  ...['0', '-0', '7', '-7', '10', '123456789012345', '1234567890123456', '9007199254740993', '-123456789012345678901'],
  ...[
    '1.0',
    '1.50',
    '-0.0',
    '0.1',
    '1e5',
    '1E+5',
    '1e-7',
    '2.50e3',
    '-0e0',
    `1${'0'.repeat(120)}`,
    `0.${'1'.repeat(120)}`,
  ],
  ...[
    'true',
    'false',
    'null',
    '""',
    '"a"',
    '"g1"',
    '"a longer text than that"',
    '"ä"',
    '"€"',
    '"😀"',
    '"\u007f"',
    '"\u2028"',
  ],
  ...['"a\\"b"', '"a\\\\b"', '"\\u0041"', '"\\n\\t\\b\\f\\r\\/"', '"\\ud83d\\ude00"', '"\\u00e4ä"', '"\\u0000"'],
  ...['[]', '{}', '[1,"a",null]', '{"b":{"c":[1,{"d":2}]}}', '{"a":1,"a":2}', '[ 1 , 2.50 ]'],
]

const names = ['"a"', '"b"', '"A"', '"key"', '"\\u0061"', '"ä"', '""', '"a\\nb"']

const blank = fc.constantFrom('', '', '', ' ', '\t', '  ', '\r')

/** A JSON object on a line. */
export const objectLine = fc
  .record({
    fields: fc.array(fc.tuple(fc.constantFrom(...names), fc.constantFrom(...scalars), blank), { maxLength: 5 }),
    before: blank,
    after: blank,
  })
  .map(({ fields, before, after }) => {
    const text = fields.map(([name, value, space]) => `${space}${name}${space}:${space}${value}${space}`).join(',')
    return `${before}{${text}}${after}`
  })

/** Lines in which something is wrong, or that hold no object. */
const oddLine = fc.constantFrom(
  ...[
    '',
    ' ',
    '\f',
    '12',
    '"a"',
    '[1,2]',
    'null',
    '{"a":1}}',
    '{"a":1},',
    '{"a":01}',
    '{"a":1.}',
    '{"a":.5}',
    '{"a":+1}',
  ],
  ...[
    '{"a":1 "b":2}',
    '{"a" 1}',
    '{a:1}',
    '{"a":1,}',
    '{,}',
    '{"a":-}',
    '{"a":1e}',
    '{"a":nul}',
    '{"a":tru',
    '{"a":"x',
  ],
  ...['{"a":"\\x"}', '{"a":"\\u12"}', '{"a":"\\ud83d"}', '{"a":"\\ude00"}', '{"a":"\\ud83d\\u0041"}', '{"a":"\t"}'],
  ...[
    '{"a":[1,]}',
    '{"a":{"b"}}',
    '{"a":1e9999999}',
    `{"a":${'['.repeat(600)}${']'.repeat(600)}}`,
    '{"a":1}\u00a0',
    '{"a":1',
  ],
  `{"a":${'['.repeat(40)}${']'.repeat(40)}}`,
)

/** Bytes instead of a text: some are no UTF-8. */
const brokenBytes = fc.constantFrom(
  ...[[0xff], [0xc3], [0xed, 0xa0, 0x80], [0xc0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xef, 0xbb, 0xbf], [0]],
)

/** JSON Lines: well formed but for a few. */
export const jsonLines: fc.Arbitrary<Buffer> = lines(
  fc.oneof({ weight: 12, arbitrary: objectLine }, { weight: 1, arbitrary: oddLine }),
  (bytes) => [Buffer.from('{"a":"'), bytes, Buffer.from('"}')],
)

const cells = [
  ...[
    '',
    '0',
    '-0',
    '7',
    '-7',
    '007',
    '12',
    '123456789012345',
    '1234567890123456',
    '9007199254740993',
    '1.50',
    '-0.0',
    '1e5',
  ],
  ...[
    '1E+5',
    '1e',
    '-',
    '+1',
    '.5',
    '5.',
    '0x1',
    'NaN',
    'a',
    'g1',
    'a longer text than that',
    'ä',
    '😀',
    ' 1',
    '1 ',
    '\u007f',
  ],
  ...[
    '""',
    '"7"',
    '"a"',
    '"a""b"',
    '"a,b"',
    '"a\nb"',
    '"a\r\nb"',
    '"ä"',
    `1${'0'.repeat(120)}`,
    '1e9999999',
    '\\',
    "'",
  ],
]
const oddCell = fc.constantFrom('"a', 'a"b', '"a"b', ' "a"')

const record = fc
  .array(fc.oneof({ weight: 60, arbitrary: fc.constantFrom(...cells) }, { weight: 1, arbitrary: oddCell }), {
    minLength: 1,
    maxLength: 4,
  })
  .map((fields) => fields.join(','))

/** CSV: well formed but for a few records. */
export const csvLines: fc.Arbitrary<Buffer> = lines(record, (bytes) => [bytes])

/** Lines with one kind of end, with or without a byte order mark and an end of the last one. */
function lines(line: fc.Arbitrary<string>, around: (bytes: Buffer) => Buffer[]): fc.Arbitrary<Buffer> {
  return fc
    .record({
      lines: fc.array(fc.oneof({ weight: 60, arbitrary: line }, { weight: 1, arbitrary: brokenBytes }), {
        maxLength: 12,
      }),
      end: fc.constantFrom('\n', '\n', '\r\n'),
      mark: fc.constantFrom('', '', '', '\ufeff'),
      last: fc.boolean(),
    })
    .map(({ lines: found, end, mark, last }) => {
      const parts: Buffer[] = [Buffer.from(mark)]
      for (const [at, one] of found.entries()) {
        if (at > 0) parts.push(Buffer.from(end))
        if (typeof one === 'string') parts.push(Buffer.from(one))
        else parts.push(...around(Buffer.from(one)))
      }
      if (last) parts.push(Buffer.from(end))
      return Buffer.concat(parts)
    })
}
