import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { projectRoot } from '../support/root.ts'

/** The pages of the project, from its root. */
export function pages(): readonly string[] {
  const top = readdirSync(projectRoot).filter((name) => name.endsWith('.md'))
  return [...top, ...readdirSync(join(projectRoot, 'docs')).map((name) => `docs/${name}`)].sort()
}
