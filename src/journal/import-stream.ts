import type { FindingList } from './import-findings.ts'
import type { SourceBlock } from './import-blocks.ts'

export async function* readStreamBlocks(
  paths: readonly string[],
  findings: FindingList,
): AsyncGenerator<SourceBlock, undefined> {
  for (const path of paths) findings.add('note', 'file-ignored', `'${path}' holds stream records`, { file: path })
  return undefined
}
