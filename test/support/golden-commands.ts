import { describeFailure } from '../../src/driver/failure.ts'
import type { GoldenBlock } from './golden.ts'
import type { GoldenLedger } from './golden-ledger.ts'

/*
 * The words of golden scripts:
 *   > statement           runs it in the session's open transaction, else in one of its own; prints its rows as Ion
 *   !> statement          the same, and it must fail: prints the error
 *   a: > statement        in session a; without a name, in a session of its own
 *   begin, commit, abort  as statements, end or open a session's transaction
 *   > statement <- 5 "x"  the statement with these Ion values as its parameters
 *   > … ${query} …        the first value of the query in its place
 *   [strict] > statement  on a ledger opened with --strict-qldb over the same store
 *   [reads] > statement   prints the read IOs too
 *   [notices] > statement prints its notices too
 *   [blocks] > statement  prints the blocks that it added, without hashes
 *   advance 40000         lets that many milliseconds pass
 * Times of EXPLAIN ANALYZE are left out. Ids and times come from a fixed seed and clock.
 */
const command = /^(?:(\w+): )?(?:\[(\w+)\] )?(!?)> (.*)$/s
const tags = new Set([undefined, 'reads', 'blocks', 'strict', 'notices'])

/** Runs a block's commands; the text is its output. Throws where a command should have failed, or should not have. */
export async function runBlock(ledger: GoldenLedger, block: GoldenBlock): Promise<string> {
  const output: string[] = []
  for (const text of joinLines(block.commands)) {
    const pause = /^advance (\d+)$/.exec(text)
    if (pause !== null) {
      ledger.env.advance(Number(pause[1]))
      continue
    }
    const match = command.exec(text)
    if (match === null) throw new Error(`not a command of a golden script: ${text}`)
    const [, session = '', tag, mark, statement] = match
    if (!tags.has(tag)) throw new Error(`unknown tag [${tag}]`)
    const lead = session === '' ? '' : `${session}: `
    const lines = await runCommand(ledger, session, tag, statement as string, mark === '!')
    output.push(...lines.map((line) => lead + line))
  }
  return output.length === 0 ? 'ok' : output.join('\n')
}

/** A line that begins with two blanks continues the command before it. */
function joinLines(lines: readonly string[]): string[] {
  const joined: string[] = []
  for (const line of lines) {
    if (line.startsWith('  ') && joined.length > 0) joined[joined.length - 1] += `\n${line}`
    else joined.push(line)
  }
  return joined
}

function withoutTimes(line: string): string {
  return line.replaceAll(/\d+\.\d+ ms/g, '… ms')
}

async function runCommand(
  ledger: GoldenLedger,
  session: string,
  tag: string | undefined,
  statement: string,
  mustFail: boolean,
): Promise<string[]> {
  try {
    const lines = await ledger.run(session, statement, tag)
    if (mustFail) throw new Error(`this was to fail: ${statement}`)
    return /^explain\b/i.test(statement) ? lines.map(withoutTimes) : lines
  } catch (error) {
    if (!mustFail) throw error
    const failure = describeFailure(error)
    if (failure.kind === 'bug') throw error
    return failure.message.split('\n').map((line, index) => (index === 0 ? `error: ${line}` : `  ${line}`))
  }
}
