import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Golden scripts: a behaviour as a readable file. The first line is `# ` and the claim. Then blocks: commands, a line
 * `---`, the output, a blank line. A runner turns the commands of one block into its output; the whole file is
 * generated again and compared, so that updating (UPDATE_GOLDEN=1, refused under CI) is the same code path.
 * Blank lines inside an output are written as `~`.
 */
export interface GoldenBlock {
  /** Comment lines before the commands, kept as they are. */
  readonly comments: readonly string[]
  readonly commands: readonly string[]
  readonly output: readonly string[]
}

export type BlockRunner = (block: GoldenBlock, blockNumber: number) => Promise<string>

export function parseGolden(text: string, path: string): GoldenBlock[] {
  const blocks: GoldenBlock[] = []
  const lines = text.split('\n')
  if (!lines[0]?.startsWith('# ')) throw new Error(`${path}: the first line must be '# ' and the script's claim`)
  let index = 0
  while (index < lines.length) {
    const comments: string[] = []
    while (index < lines.length && (lines[index] === '' || (lines[index] as string).startsWith('#'))) {
      comments.push(lines[index] as string)
      index += 1
    }
    const commands: string[] = []
    while (index < lines.length && lines[index] !== '---') {
      commands.push(lines[index] as string)
      index += 1
    }
    if (index >= lines.length) {
      if (commands.some((line) => line !== '')) throw new Error(`${path}: commands without '---' at the end`)
      blocks.push({ comments, commands: [], output: [] })
      break
    }
    index += 1
    const output: string[] = []
    while (index < lines.length && lines[index] !== '') {
      output.push(lines[index] as string)
      index += 1
    }
    blocks.push({ comments, commands, output })
  }
  return blocks
}

/** Runs a script and returns its text as it should be. */
export async function regenerate(text: string, path: string, run: BlockRunner): Promise<string> {
  const lines: string[] = []
  let number = 0
  for (const block of parseGolden(text, path)) {
    lines.push(...block.comments)
    if (block.commands.length === 0) continue
    number += 1
    const output = (await run(block, number)).replace(/\n+$/, '')
    lines.push(...block.commands, '---', ...output.split('\n').map((line) => (line === '' ? '~' : line)))
  }
  return lines.join('\n').replace(/\n*$/, '\n')
}

/** Whether what is found becomes what is expected. */
export function updatesGolden(): boolean {
  return process.env['UPDATE_GOLDEN'] === '1' && process.env['CI'] === undefined
}

/** Throws with the first difference when the file does not give itself; rewrites it under UPDATE_GOLDEN=1. */
export async function checkGolden(path: string, run: BlockRunner): Promise<void> {
  const before = readFileSync(path, 'utf8')
  const after = await regenerate(before, path, run)
  if (after === before) return
  if (updatesGolden()) {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, after)
    return
  }
  const expected = before.split('\n')
  const found = after.split('\n')
  const line = expected.findIndex((text, index) => text !== found[index])
  const at = line === -1 ? expected.length : line
  const picture = (from: readonly string[]) => from.slice(at, at + 12).join('\n')
  throw new Error(`${path}:${at + 1}\nexpected:\n${picture(expected)}\nfound:\n${picture(found)}`)
}
