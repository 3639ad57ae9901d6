// Prints the generated parts of README.md and docs/ from the program's tables (test/docs/sections.ts). A test fails while a
// page is stale.
import { join } from 'node:path'
import { runBundled } from './run-bundled.mjs'

process.chdir(join(import.meta.dirname, '..'))
await runBundled('docs')
