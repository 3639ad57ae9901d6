import { writeSync } from 'node:fs'
import { openLmdbStore } from '../../src/store/lmdb-store.ts'
import { appendEntry, checkLog, logKey } from './log-records.ts'

/**
 * Run as a process of its own: `node lmdb-writer.mjs <directory> <what> <count>`.
 * - `append`: adds entries to the log, `count` of them (for ever when 0), and says each acknowledged number on stdout
 * - `fill`: puts large values until the disk refuses, then takes them away again and says `recovered`
 * - `check`: reads the log and says how many entries it has
 * - `open`: only opens
 * An error is one line on stdout, and exit code 3.
 */
const [directory, what, countText] = process.argv.slice(2) as [string, string, string]
const count = Number(countText)
const say = (line: string) => writeSync(1, `${line}\n`)

async function run(): Promise<void> {
  const store = openLmdbStore(directory)
  if (what === 'append') {
    for (let done = 0; done < count || count === 0; done += 1) {
      say(String(await store.write((transaction) => appendEntry(transaction, String(process.pid)))))
    }
  }
  if (what === 'fill') {
    let filled = 0
    try {
      for (; ; filled += 1) {
        await store.write((transaction) => transaction.put(logKey(1_000_000 + filled), Buffer.alloc(100_000, 1)))
      }
    } catch (error) {
      say(`${(error as { code?: string }).code}: ${(error as Error).message}`)
    }
    await store.write((transaction) => {
      for (let number = 0; number < filled; number += 1) transaction.remove(logKey(1_000_000 + number))
      appendEntry(transaction, 'after')
    })
    say(`recovered ${filled}`)
  }
  if (what === 'check') say(`entries ${checkLog(store).length}`)
  await store.close()
}

run().catch((error) => {
  say(`${error.code}: ${error.message}`)
  process.exitCode = 3
})
