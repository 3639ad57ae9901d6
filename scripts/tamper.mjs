// Edits of everything that users hold of a ledger, each of which `qldb verify` must notice (test/tamper).
//   npm run tamper                              20,000 edits, drawn from all artefacts
//   npm run tamper -- --all                     every edit
//   npm run tamper -- --edits 500 --seed 7      others
//   npm run tamper -- --artefact JSON --operation fold
//   npm run tamper -- --hole receipt            with a planted hole, which it has to find
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { plantedHoles } from '../test/tamper/planted-holes.mjs'
import { runBundled } from './run-bundled.mjs'

process.chdir(join(import.meta.dirname, '..'))
const at = process.argv.indexOf('--hole')
const [, wanted] = at === -1 ? [] : process.argv.splice(at, 2)
const hole = plantedHoles.find(({ name }) => wanted !== undefined && name.includes(wanted))
if (wanted !== undefined && hole === undefined) {
  console.error(`no planted hole '${wanted}'; there are:\n${plantedHoles.map(({ name }) => `  ${name}`).join('\n')}`)
  process.exit(2)
}
const place = hole && [
  '--artefact',
  hole.artefact,
  '--operation',
  hole.operation,
  '--path',
  hole.path,
  '--failures',
  '1',
]
process.argv.push(...(place ?? []))
await runBundled('tamper', hole === undefined ? [] : [plant(hole)])

/** A plugin of esbuild that gives the files with the hole in them. */
export function plant({ file, find, replace, also = [] }) {
  const changes = [{ find, replace }, ...also].map((change) => ({ file, ...change }))
  const left = new Set(changes)
  return {
    name: 'planted-hole',
    setup(build) {
      build.onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const here = changes.filter((change) => resolve(change.file) === path)
        if (here.length === 0) return undefined
        let contents = readFileSync(path, 'utf8')
        for (const change of here) {
          if (contents.split(change.find).length !== 2) throw new Error(`${path} does not have once: ${change.find}`)
          contents = contents.replace(change.find, () => change.replace)
          left.delete(change)
        }
        return { contents, loader: 'ts' }
      })
      build.onEnd(() => {
        for (const change of left) throw new Error(`not planted, no such file: ${change.file}`)
      })
    },
  }
}
