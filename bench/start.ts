import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { medians, printFigures } from './support.ts'

/** Cold start of `-e` against bare node, in interleaved runs. NODE_EXTRA_CA_CERTS slows every node of version 20: unset. */
export async function run(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'qldb-bench-'))
  const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env
  const timed = (args: readonly string[]) => () => {
    const start = process.hrtime.bigint()
    const child = spawnSync(process.execPath, args, { env })
    if (child.status !== 0) throw new Error(`${args.join(' ')}: ${child.stderr}`)
    return Number(process.hrtime.bigint() - start) / 1e6
  }
  const program = ['bin/qldb.cjs', '--data-dir', folder]
  timed([...program, '-e', 'CREATE TABLE Start'])()
  const [bare, version, memory, disk] = await medians(21, [
    timed(['-e', '0']),
    timed(['bin/qldb.cjs', '--version']),
    timed(['bin/qldb.cjs', '--memory', '-e', 'SELECT 1 FROM <<0>>']),
    timed([...program, '-e', 'SELECT * FROM Start']),
  ])
  const base = { unit: 'ms', baseline: 'node -e 0', baselineValue: bare as number }
  printFigures([
    { what: 'qldb --version', value: version as number, ...base },
    { what: 'qldb --memory -e SELECT', value: memory as number, ...base },
    { what: 'qldb -e SELECT, ledger on disk', value: disk as number, ...base },
  ])
  rmSync(folder, { recursive: true, force: true })
}
