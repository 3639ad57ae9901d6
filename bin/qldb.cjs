#!/usr/bin/env node
'use strict'
// Loads dist/main.cjs, with the compiled code that the build left beside it (scripts/compile-cache.cjs): that makes the
// start some 20 ms shorter. Code that another version of V8 has made is refused by it, and the file compiled as usual.
const { readFileSync } = require('node:fs')
const { createRequire, Module } = require('node:module')
const { dirname, join } = require('node:path')
const { Script } = require('node:vm')

const file = join(__dirname, '..', 'dist', 'main.cjs')
const cachedData = readIfThere(`${file}.cache`)
if (cachedData === undefined) require(file)
else {
  // Code from the cache can't import(): src/cli/chunks.ts borrows this.
  globalThis[Symbol.for('qldb-shell.import')] = (url) => import(url)
  const script = new Script(Module.wrap(readFileSync(file, 'utf8')), { filename: file, cachedData })
  const main = { exports: {} }
  script.runInThisContext()(main.exports, createRequire(file), main, file, dirname(file))
}

function readIfThere(path) {
  try {
    return readFileSync(path)
  } catch {
    return undefined
  }
}
