// node scripts/compile-cache.cjs <file>: runs the bundled program once as `-e` does and leaves the code that V8 has
// compiled for it in <file>.cache, for bin/qldb.cjs.
const { readFileSync, writeFileSync } = require('node:fs')
const { createRequire, Module } = require('node:module')
const { dirname } = require('node:path')
const { Script } = require('node:vm')

const file = process.argv[2]
const script = new Script(Module.wrap(readFileSync(file, 'utf8')), { filename: file })
const statements =
  "CREATE TABLE T; CREATE INDEX ON T (a); INSERT INTO T VALUE {'a': 1}; SELECT * FROM T AS t WHERE t.a = 1; oops"
process.argv.splice(2, 1, '--memory', '-c', '/dev/null', '-e', statements)
process.on('exit', () => {
  writeFileSync(`${file}.cache`, script.createCachedData())
  process.exitCode = 0
})
const main = { exports: {} }
script.runInThisContext()(main.exports, createRequire(file), main, file, dirname(file))
