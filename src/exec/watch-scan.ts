import type { Value } from '../values/value.ts'
import type { Cursor, Frame, Open } from './frame.ts'
import type { Compiler } from './compiler.ts'
import type { SourceProbe } from './source-probe.ts'

/** What the rows of a scan are to be asked for notices; undefined where nothing is left to ask. */
export function compileProbe(slot: number, compiler: Compiler): (frame: Frame) => SourceProbe | undefined {
  const source = compiler.sites.sourceOf(slot)
  if (source === undefined) return () => undefined
  return (frame) => {
    const probe = frame.observation?.probeOf(source)
    return probe?.isSettled === true ? undefined : probe
  }
}

/** Looks for notices at a document that no scan gives: it is in its slot. */
export function compileLook(slot: number, compiler: Compiler): (frame: Frame) => void {
  const probeOf = compileProbe(slot, compiler)
  return (frame) => void probeOf(frame)?.look(frame.slots[slot] as Value)
}

/** A scan that checks its rows for notices until it has found every path of the statement in one of them. */
export function watchScan(open: Open, slot: number, compiler: Compiler): Open {
  if (compiler.sites.sourceOf(slot) === undefined) return open
  const probeOf = compileProbe(slot, compiler)
  return (frame) => {
    const rows = open(frame)
    const probe = probeOf(frame)
    return probe === undefined ? rows : new WatchedCursor(rows, probe, frame, slot)
  }
}

class WatchedCursor implements Cursor {
  readonly #rows: Cursor
  readonly #probe: SourceProbe
  readonly #frame: Frame
  readonly #slot: number
  #isSettled = false

  constructor(rows: Cursor, probe: SourceProbe, frame: Frame, slot: number) {
    this.#rows = rows
    this.#probe = probe
    this.#frame = frame
    this.#slot = slot
  }

  next(): boolean {
    if (!this.#rows.next()) {
      this.#probe.end()
      return false
    }
    if (!this.#isSettled) this.#isSettled = this.#probe.look(this.#frame.slots[this.#slot] as Value)
    return true
  }

  close(): void {
    this.#rows.close()
  }
}
