// node scripts/compile-cache.cjs DIST: runs the bundled program twice, as `-e` and as `query` do, and leaves the code that
// V8 has compiled for main.cjs and tools.cjs in main.cjs.cache and tools.cjs.cache, for bin/qldb.cjs.
const { spawnSync } = require('node:child_process')
const { readFileSync, writeFileSync } = require('node:fs')
const { createRequire, Module } = require('node:module')
const { dirname, join } = require('node:path')
const { Script } = require('node:vm')

const statements =
  "CREATE TABLE T; CREATE INDEX ON T (a); INSERT INTO T VALUE {'a': 1}; SELECT * FROM T AS t WHERE t.a = 1; oops"
const rows = '{"a":1,"b":"x"}\n{"a":2,"b":"y"}\n'
const runs = {
  'main.cjs': { args: ['--memory', '-c', '/dev/null', '-e', statements], input: '' },
  'tools.cjs': {
    args: [
      'query',
      '-f',
      'jsonl',
      '-i',
      'stdin:jsonl=-',
      'SELECT s.b, COUNT(*) FROM stdin AS s GROUP BY s.b ORDER BY s.b',
    ],
    input: rows,
  },
}

const [dist, cached] = process.argv.slice(2)
if (cached === undefined) {
  for (const [name, { input }] of Object.entries(runs)) spawnSync(process.execPath, [__filename, dist, name], { input })
} else {
  process.argv.splice(2, 2, ...runs[cached].args)
  globalThis[Symbol.for('qldb-shell.load')] = load
  load(join(dist, 'main.cjs'))
}

function load(file) {
  const script = new Script(Module.wrap(readFileSync(file, 'utf8')), { filename: file })
  if (file.endsWith(cached))
    process.on('exit', () => {
      writeFileSync(`${file}.cache`, script.createCachedData())
      process.exitCode = 0
    })
  const module = { exports: {} }
  script.runInThisContext()(module.exports, createRequire(file), module, file, dirname(file))
  return module.exports
}
