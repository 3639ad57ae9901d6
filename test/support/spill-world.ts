import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { StatementMemory, type TemporaryFiles } from '../../src/exec/statement-memory.ts'
import { TemporaryDirectory } from '../../src/store/temporary-files.ts'
import { SimEnv } from './sim-env.ts'

/** A directory for temporary files that counts those that were opened. Remove it with `remove`. */
export class SpillWorld {
  readonly directory = mkdtempSync(join(tmpdir(), 'qldb-spill-test-'))
  readonly #env = new SimEnv(1)
  opened = 0

  /** An account that spills at `memoryBytes`. */
  memory(memoryBytes: number, diskBytes = Number.POSITIVE_INFINITY): StatementMemory {
    const directory = new TemporaryDirectory(this.directory, this.#env)
    const files: TemporaryFiles = {
      open: () => {
        this.opened += 1
        return directory.open()
      },
    }
    return new StatementMemory({ memoryBytes, diskBytes }, files)
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true })
  }
}
