import { LedgerError } from '../base/errors.ts'
import { exportBlockValuesMax } from '../base/limits.ts'
import type { StructValue, Value } from '../values/value.ts'
import { blockFromIon } from '../journal/block-from-ion.ts'
import { DeferredBlock } from '../journal/deferred-block.ts'
import { type Facts, withAnswers } from '../journal/facts-source.ts'
import type { ExportFacts } from './export-facts.ts'
import type { SourceBlock } from './source-block.ts'
import { type FileText, isFileFault, type OnRead, readFilePieces } from './import-file.ts'
import type { FileValue } from './value-splitter.ts'
import type { BlockFile } from './import-files.ts'
import type { FindingList } from './import-findings.ts'
import { isJsonBlock, type JsonRetyper } from './import-json.ts'
import { windowBlocksMax, windowBytesMax } from '../journal/sealed-blocks.ts'
import { SoundBlock } from '../journal/sound-block.ts'
import type { StoredFacts, TextFacts } from './sound-texts.ts'

/** What the files of an export are read with. */
export interface BlockReading {
  readonly retyper: JsonRetyper
  readonly findings: FindingList
  readonly onRead: OnRead | undefined
  readonly facts: ExportFacts
}

/**
 * The blocks of one file as they lie there, a window at a time. A block that is there in its stored form and sound is not
 * decoded; whatever `facts` says nothing of is read as if nobody had been asked.
 */
export class FileBlocks {
  readonly #path: string
  readonly #isIon: boolean
  readonly #valuesMax: number
  readonly #reading: BlockReading
  #windows: AsyncGenerator<readonly [window: readonly FileItem[], found: TextFacts]> | undefined
  #window: readonly FileItem[] = []
  #found: TextFacts = []
  #at = 0
  /** Of a value that is a list: what follows in it. */
  #items: readonly Value[] = []
  #itemAt = 0
  #itemBytes = 0
  /** The number of the block that was taken last. */
  #before: number | undefined
  /** A block in JSON form that came unforeseen: `pull` guesses at the types of its data, as that may take long. */
  #unprepared: { readonly value: StructValue; readonly bytes: number } | undefined
  #isPrepared = false
  /** What ended the reading, after the windows before it. */
  #failure: { readonly error: unknown } | undefined
  #isAtEnd = false

  constructor({ path, form, valuesMax = exportBlockValuesMax }: BlockFile, reading: BlockReading) {
    this.#path = path
    this.#valuesMax = valuesMax
    this.#isIon = form === 'ion'
    this.#reading = reading
  }

  /** The next block; undefined where `pull` must read more first. What can't be read is a finding. */
  take(): SourceBlock | undefined {
    for (;;) {
      if (this.#unprepared !== undefined && !this.#isPrepared) return undefined
      const source = this.#takeNext()
      if (source !== undefined) this.#before = source.block.blockAddress.sequenceNo
      if (source !== undefined || (this.#itemAt >= this.#items.length && this.#at >= this.#window.length)) return source
    }
  }

  #takeNext(): SourceBlock | undefined {
    const prepared = this.#unprepared
    this.#unprepared = undefined
    if (prepared !== undefined) return this.#sourceOf(prepared.value, prepared.bytes)
    return this.#itemAt < this.#items.length ? this.#takeItem() : this.#takeValue()
  }

  /** False at the end. */
  async pull(): Promise<boolean> {
    const { facts, retyper, onRead } = this.#reading
    if (this.#unprepared !== undefined) {
      await retyper.prepare(this.#unprepared.value, () => onRead?.(0))
      this.#isPrepared = true
      return true
    }
    this.#windows ??= withAnswers(this.#readWindows(), (window) => soundOf(window, facts), facts)
    const next = this.#isAtEnd ? undefined : await this.#windows.next()
    if (next !== undefined && next.done !== true) {
      const [window, found] = next.value
      if (!this.#isIon) await this.#prepare(window)
      this.#window = window
      this.#found = found
      this.#at = 0
      return true
    }
    this.#isAtEnd = true
    const failure = this.#failure
    this.#failure = undefined
    if (failure !== undefined) this.#noteFault(failure.error)
    await this.close()
    return false
  }

  /** Guesses at the types of JSON's data may take long: others get a turn. */
  async #prepare(window: readonly FileItem[]): Promise<void> {
    const { retyper, onRead } = this.#reading
    for (const item of window) {
      if ('text' in item || 'stream' in item) continue
      const values = item.value.type === 'list' ? item.value.items : [item.value]
      for (const value of values) if (value.type === 'struct') await retyper.prepare(value, () => onRead?.(0))
    }
  }

  async close(): Promise<void> {
    await this.#windows?.return(undefined)
  }

  async *#readWindows(): AsyncGenerator<FileItem[]> {
    let window: FileItem[] = []
    let bytes = 0
    try {
      // Texts that are left to hash threads are bound by the default alone.
      const isDeferred = this.#isIon && this.#valuesMax >= exportBlockValuesMax
      for await (const piece of readFilePieces(this.#path, isDeferred, this.#reading.onRead, this.#valuesMax)) {
        for (const item of piece) {
          window.push(item)
          bytes += ('stream' in item ? item.stream?.length : undefined) ?? item.bytes
          if (window.length < windowBlocksMax && bytes < windowBytesMax) continue
          yield window
          window = []
          bytes = 0
        }
      }
    } catch (error) {
      this.#failure = { error }
    }
    if (window.length > 0) yield window
  }

  #noteFault(error: unknown): void {
    if (!isFileFault(error)) throw error
    const where = { file: this.#path, sequenceNo: this.#before }
    const place = this.#before === undefined ? '' : `, after block ${this.#before}`
    this.#reading.findings.add('doubtful', 'file-unreadable', error.message + place, where)
  }

  #takeValue(): SourceBlock | undefined {
    const item = this.#window[this.#at]
    if (item === undefined) return undefined
    const found = this.#found[this.#at]
    this.#at += 1
    const { bytes } = item
    if (found !== undefined) return soundSource(found, this.#path, bytes)
    try {
      const values = 'text' in item ? item.values : [item.value]
      const [value] = values
      if (values.length === 1 && value?.type !== 'list') return this.#sourceOf(value as Value, bytes)
      // An annotation would be read by people and by no check.
      this.#items = values.flatMap((each) =>
        each.type === 'list' && each.annotations === undefined ? each.items : [each],
      )
    } catch (error) {
      if (!isFileFault(error)) throw error
      // Nothing after it is looked at.
      this.#window = []
      this.#isAtEnd = true
      this.#failure = undefined
      this.#noteFault(error)
      return undefined
    }
    this.#itemAt = 0
    this.#itemBytes = bytes
    return undefined
  }

  #takeItem(): SourceBlock | undefined {
    const item = this.#items[this.#itemAt] as Value
    this.#itemAt += 1
    if (this.#itemAt === this.#items.length) {
      this.#items = []
      this.#itemAt = 0
    }
    return this.#sourceOf(item, this.#itemBytes)
  }

  #sourceOf(value: Value, bytes: number): SourceBlock | undefined {
    const { retyper, findings } = this.#reading
    const path = this.#path
    try {
      if (value.type === 'struct' && isJsonBlock(value)) {
        if (retyper.awaitsPreparation(value)) {
          this.#unprepared = { value, bytes }
          this.#isPrepared = false
          return undefined
        }
        const { ion, doubtful } = retyper.retype(value)
        return { block: blockFromIon(ion), path, bytes, isJson: true, doubtful }
      }
      return { block: blockFromIon(value), path, bytes, isJson: false, doubtful: [] }
    } catch (error) {
      if (!(error instanceof LedgerError)) throw error
      const place = this.#before === undefined ? 'at its beginning' : `after block ${this.#before}`
      const message = `'${path}', ${place}: ${error.message}`
      findings.add('tampered', 'malformed', message, { file: path, sequenceNo: this.#before })
      return undefined
    }
  }
}

type FileItem = FileValue | FileText

/** What is known of blocks that are there in their stored form, or in Ion text. */
function soundOf(window: readonly FileItem[], facts: ExportFacts): TextFacts | Promise<TextFacts> {
  const texts = window.flatMap((item) => ('text' in item ? [item.text] : []))
  if (texts.length === window.length) return facts.ofTexts(texts)
  const streams = window.map((item) => ('stream' in item ? item.stream : undefined))
  if (streams.every((stream) => stream === undefined)) return []
  const withStreams = (found: Facts) =>
    found.map((known, at) => known && { facts: known, stored: streams[at] as Buffer })
  const found = facts.of(streams)
  return found instanceof Promise ? found.then(withStreams) : withStreams(found)
}

function soundSource({ facts, stored }: StoredFacts, path: string, bytes: number): SourceBlock {
  const sound = new SoundBlock(facts, stored)
  const block = new DeferredBlock(sound, stored)
  return { block, path, bytes, isJson: false, doubtful: none, stored, sound }
}

const none: readonly number[] = []
