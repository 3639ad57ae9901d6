import { toBase64 } from '../../src/base/bytes.ts'
import type { Block } from '../../src/journal/block.ts'
import { RunningTree } from '../../src/journal/merkle-tree.ts'
import { type ExportReport, verifyExport } from '../../src/archive/verify-export.ts'
import { writeFiles } from './foreign-journal.ts'

/** The digest whose tip is the last of the blocks, which begin with block 0. */
export function digestOf(blocks: readonly Block[]): string {
  const tree = new RunningTree()
  for (const block of blocks) tree.append(block.blockHash)
  return toBase64(tree.root())
}

/** What a report has found, of one severity or of all. */
export function codes(report: ExportReport, severity?: string): string[] {
  return report.findings
    .filter((finding) => severity === undefined || finding.severity === severity)
    .map(({ code }) => code)
}

/** Writes the files and checks the folder as an export. */
export async function check(
  folder: string,
  files: Readonly<Record<string, string | Uint8Array>>,
): Promise<ExportReport> {
  writeFiles(folder, files)
  return verifyExport([folder])
}
