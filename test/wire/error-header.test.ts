import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { LedgerError } from '../../src/base/errors.ts'
import { errorHeaderCharactersMax } from '../../src/base/limits.ts'
import { encodeErrorFacts, errorHeader, withErrorFacts } from '../../src/protocol/error-header.ts'
import { WireError } from '../../src/protocol/message.ts'
import { withShell } from '../cli/test-shell.ts'
import { region, startWire } from './wire-server.ts'

const keys = { env: { AWS_ACCESS_KEY_ID: 'any', AWS_SECRET_ACCESS_KEY: 'any' } }

/** Without the counts, which have times in them. */
function failures(stderr: string): string {
  return stderr
    .split('\n')
    .filter((line) => !/^\d+ documents? in|"type":"result"/.test(line))
    .join('\n')
}

test('an error through an endpoint has the code, the place, the help and the other errors that it has without one', (t) =>
  withShell(async (shell) => {
    const { url } = await startWire(t, { strictQldb: false })
    const remote = ['-s', url, '-l', 'fleet', '-r', region]
    const statements = [
      "SELECT * FROM T WHERE a = 'é' AND LENGHT(a) = 1",
      'SELECT UPER(1), LOWR(2) FROM T',
      'SELECT * FORM T',
      'SELECT Vale FROM Tt',
      'INSERT INTO T VALUE {"name": "Bob"}',
    ]
    for (const format of ['text', 'json']) {
      const args = ['--error-format', format, '--quiet', '--continue-on-error', '-e', 'CREATE TABLE IF NOT EXISTS T']
      for (const statement of statements) args.push('-e', statement)
      const [here, there] = [await shell.run(['--memory', ...args]), await shell.run([...remote, ...args], keys)]
      assert.equal(failures(there.stderr), failures(here.stderr))
      assert.ok(there.stderr.split(/help/).length >= statements.length, there.stderr)
      assert.equal(there.code, here.code)
    }
  })())

test('a client that does not ask gets the same answer without the header', async (t) => {
  const { url } = await startWire(t)
  const send = (headers: Record<string, string>) =>
    fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': 'QLDBSession.SendCommand',
        ...headers,
      },
      body: JSON.stringify({ StartSession: { LedgerName: 'nope' } }),
    })
  const [asked, unasked] = [await send({ [errorHeader]: '1' }), await send({})]
  assert.equal(asked.status, 400)
  assert.equal(unasked.headers.get(errorHeader), null)
  assert.equal(await asked.text(), await unasked.text())
})

const text = fc.string({ unit: 'binary', maxLength: 40 })
const ledgerError = fc
  .record({
    help: fc.option(text, { nil: undefined }),
    start: fc.option(fc.nat(99), { nil: undefined }),
    message: text,
  })
  .map(({ help, start, message }) => {
    const span = start === undefined ? {} : { span: { start, end: start + 3 } }
    return new LedgerError('semantic/invalid', message, { ...span, ...(help === undefined ? {} : { help }) })
  })

test('the header is short ASCII whatever an error says, and gives it back', () => {
  fc.assert(
    fc.property(
      ledgerError,
      fc.array(ledgerError, { maxLength: 5 }),
      fc.constantFrom('', 'x'.repeat(9_000)),
      (first, others, more) => {
        const help = `${first.help ?? ''}${more}`
        const cause = new LedgerError(first.code, first.message, { ...first, span: first.span as never, help, others })
        const wire = new WireError('BadRequestException', first.message, '432', undefined, { cause })
        const header = encodeErrorFacts(wire) as string
        assert.match(header, /^[\x20-\x7e]*$/)
        assert.ok(header.length <= errorHeaderCharactersMax)
        const found = withErrorFacts(new WireError('BadRequestException', first.message, '432'), header).cause
        assert.ok(found instanceof LedgerError)
        assert.equal(found.code, first.code)
        if (more !== '') return
        assert.deepEqual(found.span, first.span)
        assert.equal(found.help, help)
        assert.deepEqual(
          found.others.map((one) => [one.message, one.help]),
          others.map((one) => [one.message, one.help]),
        )
      },
    ),
  )
})

test('a header of another make changes nothing', () => {
  for (const header of ['', '1', 'null', '[]', '{"code":"no/such"}', '{"code":5,"help":"x"}', 'x'.repeat(20_000)]) {
    const error = new WireError('BadRequestException', 'no', '432')
    assert.equal(withErrorFacts(error, header), error, header)
  }
})
