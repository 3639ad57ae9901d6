import fc from 'fast-check'

/** Text made of what the lexer has to tell apart, so that chance meets the corners. */
export const scriptText: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      {
        weight: 4,
        arbitrary: fc.constantFrom("'", '"', '`', ';', '--', '/*', '*/', '\n', '\r\n', '\\', '{{', '}}', "'''"),
      },
      {
        weight: 3,
        arbitrary: fc.constantFrom(
          'select ',
          'a',
          '.',
          '1e',
          '5',
          '-',
          '/',
          '*',
          '<<',
          '>=',
          '!',
          '@',
          '?',
          '\t',
          '//',
          ':',
        ),
      },
      { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 3 }) },
    ),
    { maxLength: 60, size: 'max' },
  )
  .map((parts) => parts.join(''))
