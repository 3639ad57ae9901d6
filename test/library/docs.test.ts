import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { projectRoot } from '../support/root.ts'

/** The page with every output replaced by what is printed now must be the page. UPDATE_GOLDEN=1 writes it. */
function checkPage(name: string, current: (page: string) => string): void {
  const path = join(projectRoot, 'docs', name)
  const page = readFileSync(path, 'utf8')
  const now = current(page)
  if (process.env['UPDATE_GOLDEN'] === '1' && process.env['CI'] === undefined) writeFileSync(path, now)
  else assert.equal(page, now)
}

test('docs/library.md: each program prints what the page says', () => {
  checkPage('library.md', (page) =>
    page.replace(/```js\n([\s\S]*?)```\n\n```text\n[\s\S]*?```/g, (_, code: string) => {
      const printed = execFileSync(process.execPath, ['--input-type=module', '-e', code], {
        cwd: projectRoot,
        encoding: 'utf8',
      })
      return `\`\`\`js\n${code}\`\`\`\n\n\`\`\`text\n${printed}\`\`\``
    }),
  )
})

test('docs/query.md: each command prints what the page says', () => {
  const folder = mkdtempSync(join(tmpdir(), 'qldb-docs-'))
  try {
    checkPage('query.md', (page) => {
      for (const [, name, content] of page.matchAll(/```file (\S+)\n([\s\S]*?)```/g))
        writeFileSync(join(folder, name as string), content as string)
      return page.replace(/```console\n\$ qldb (.*)\n[\s\S]*?```/g, (_, command: string) => {
        const program = `"${process.execPath}" "${join(projectRoot, 'bin', 'qldb.cjs')}"`
        const { stdout, stderr } = spawnSync(`${program} ${command}`, { cwd: folder, encoding: 'utf8', shell: true })
        return `\`\`\`console\n$ qldb ${command}\n${stdout}${stderr}\`\`\``
      })
    })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
