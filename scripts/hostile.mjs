// Statements and requests that are made to stop a server, against one under light load (test/hostile/main.ts).
//   npm run hostile                all of them, one by one and at once: some minutes
//   npm run hostile -- window      those whose name contains a word
import { join } from 'node:path'
import { buildProgram } from './build.mjs'
import { runBundled } from './run-bundled.mjs'

process.chdir(join(import.meta.dirname, '..'))
await buildProgram()
await runBundled('hostile')
