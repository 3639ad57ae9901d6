#!/usr/bin/env node
'use strict'
// Loads dist/main.cjs, with the compiled code that the build left beside it (scripts/compile-cache.cjs): that makes the
// start some 20 ms shorter. Code that another version of V8 has made is refused by it, and the file compiled as usual.
const { readFileSync } = require('node:fs')
const { createRequire, Module } = require('node:module')
const { dirname, join } = require('node:path')
const { Script } = require('node:vm')

// Code from the cache can't import(), and import() of a large CommonJS file looks for its exports first, which takes a
// quarter of a second: src/host/chunks.ts borrows these.
globalThis[Symbol.for('qldb-shell.import')] = (url) => import(url)
globalThis[Symbol.for('qldb-shell.load')] = load

load(join(__dirname, '..', 'dist', 'main.cjs'))

function load(file) {
  const cachedData = readIfThere(`${file}.cache`)
  if (cachedData === undefined) return require(file)
  const script = new Script(Module.wrap(readFileSync(file, 'utf8')), { filename: file, cachedData })
  const module = { exports: {} }
  script.runInThisContext()(module.exports, createRequire(file), module, file, dirname(file))
  return module.exports
}

function readIfThere(path) {
  try {
    return readFileSync(path)
  } catch {
    return undefined
  }
}
