// Random SQL, of which every row must be what SQLite and DuckDB give (test/compare).
//   npm run compare -- --queries 20000 --seed 1
import { join } from 'node:path'
import { runBundled } from './run-bundled.mjs'

process.chdir(join(import.meta.dirname, '..'))
await runBundled('compare')
