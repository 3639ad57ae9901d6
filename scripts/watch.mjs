// Runs the calling script again, without --watch, after each change below some folders. Ctrl-C ends it.
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { watch } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'

/** Does not return. Changes during a run, or within a fifth of a second of each other, make one more run. */
export async function repeatOnChange(folders) {
  const command = process.argv.slice(1).filter((argument) => argument !== '--watch')
  const watchers = folders.map((folder) => watch(folder, { recursive: true }))
  for (;;) {
    spawnSync(process.execPath, command, { stdio: 'inherit' })
    console.error('waiting for a change; Ctrl-C ends')
    await Promise.race(watchers.map((watcher) => once(watcher, 'change')))
    await pause(200)
  }
}
