// The licences of the packages that the bundles contain, from the bundler's own metafiles: dist/THIRD-PARTY-NOTICES.txt.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Licences whose terms this file fulfils: the notice and the text are shipped. */
const allowed = new Set(['Apache-2.0', 'MIT', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD'])

/** Packages that ship no text of their licence: its terms are the licence's own, and the holder is as their repository has it. */
const holders = {
  'yoga-layout': {
    holder: 'Facebook, Inc. and its affiliates',
    source: 'https://github.com/facebook/yoga/blob/main/LICENSE',
  },
}

/** Folders of packages, as esbuild's metafiles name them: each that gave a byte to an output. */
export function bundledFolders(metafiles) {
  const folders = new Set()
  for (const { outputs } of metafiles) {
    for (const { inputs } of Object.values(outputs)) {
      for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
        const folder = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)
        if (folder && bytesInOutput > 0) folders.add(folder[0])
      }
    }
  }
  return [...folders].sort()
}

/**
 * The notices of the packages in `folders` (relative to `root`): a list, then each text once with those it holds for.
 * Throws when a package's licence is not allowed, or when it ships no text and none is known.
 */
export function thirdPartyNotices(root, folders) {
  const packages = folders.map((folder) => readPackage(root, folder))
  const byText = new Map()
  for (const { label, text } of packages) byText.set(text, [...(byText.get(text) ?? []), label])
  const list = packages.map(({ label, license }) => `${label} (${license})`)
  const line = '-'.repeat(80)
  const texts = [...byText].map(([text, labels]) => `${line}\n${labels.join('\n')}\n${line}\n\n${text}\n`)
  return `This program contains the following packages:\n\n${list.join('\n')}\n\n${texts.join('\n')}`
}

function readPackage(root, folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))
  const label = `${name} ${version}`
  if (!allowed.has(license)) {
    throw new Error(
      `${label} is bundled under the licence ${JSON.stringify(license)}; expected one of ${[...allowed].join(', ')}\n` +
        'help: use another package, or allow the licence in scripts/third-party.mjs if its terms are met',
    )
  }
  const files = readdirSync(join(root, folder)).filter((file) => /^(licen[cs]e|copying|notice)/i.test(file))
  const texts = files.sort().map((file) => readFileSync(join(root, folder, file), 'utf8').trim())
  if (texts.length === 0) texts.push(textOf(root, name, label, license))
  return { label, license, text: texts.join('\n\n') }
}

/** The text of a licence that its package does not ship. Apache's is the one this project has. */
function textOf(root, name, label, license) {
  const own = join(root, 'LICENSE')
  if (license === 'Apache-2.0' && existsSync(own)) return readFileSync(own, 'utf8').trim()
  const known = holders[name]
  if (!known || license !== 'MIT') {
    throw new Error(`${label} ships no text of its licence\nhelp: add its holder to scripts/third-party.mjs`)
  }
  return `MIT License (${known.source})\n\nCopyright (c) ${known.holder}\n\n${mitTerms}`
}

const mitTerms = `Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.`
