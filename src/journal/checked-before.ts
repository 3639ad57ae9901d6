import type { Block } from './block.ts'
import type { TreeNodes } from './merkle-tree.ts'

/** Blocks in which an earlier, now resumed check found nothing; they are not checked again. */
export interface CheckedBefore {
  readonly first: Block
  readonly last: Block
  /** Of the tree over them; undefined when they do not begin with block 0. */
  readonly nodes: TreeNodes | undefined
  /** The newest version of a document in them; undefined when there is none. */
  versionOf(documentId: string): number | undefined
}
