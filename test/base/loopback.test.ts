import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isLoopback } from '../../src/base/loopback.ts'

test('only names and addresses that are this machine are loopback', () => {
  for (const host of ['127.0.0.1', '127.9.9.9', '::1', 'localhost', 'LOCALHOST', 'a.localhost'])
    assert.ok(isLoopback(host), host)
  for (const host of ['localhost.example', 'localhostile', '127.0.0.1.example', '10.0.0.1', '::2', ''])
    assert.ok(!isLoopback(host), host)
})
