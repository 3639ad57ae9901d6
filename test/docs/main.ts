import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { projectRoot } from '../support/root.ts'
import { pages } from './pages.ts'
import { regenerated } from './sections.ts'

/** Rewrites the generated parts of all pages: `npm run docs`. */
for (const page of pages()) {
  const path = join(projectRoot, page)
  const before = readFileSync(path, 'utf8')
  const after = await regenerated(before)
  if (after === before) continue
  writeFileSync(path, after)
  console.log(`printed ${page}`)
}
