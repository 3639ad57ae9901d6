import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { parseIon } from '../../src/values/text-reader.ts'
import { printIon } from '../../src/values/text-writer.ts'
import { list, structOf, type Value } from '../../src/values/value.ts'
import type { AnswerProxy, EditAnswer, WireAnswer } from './answer-proxy.ts'
import { type Artefact, type Case, type Outcome, runCommand, verify } from './case.ts'
import { type CoverageRow, rowOf } from './coverage.ts'
import { missing, withMembers } from './endpoint-cases.ts'
import { type Edit, editsOf } from './edits.ts'
import { JournalRules } from './journal-rules.ts'
import { type Level, levels, recomputed, recomputedProof } from './recompute.ts'
import { childrenOf, field } from './tree.ts'

export interface ProveSpec {
  readonly name: string
  readonly ledger: string
  readonly isOwn: boolean
  readonly digest: string
  readonly proxy: AnswerProxy
  readonly blocks: readonly Value[]
}

/** A revision of which there is a later one. */
interface Target {
  readonly id: string
  readonly version: number
  readonly sequenceNo: number
  readonly revision: Value
}

/**
 * A proof file made at an endpoint whose answers of GetRevision and GetBlock somebody changes on the way: it is refused, or
 * what it proves is what was asked for.
 */
export class ProveArtefact implements Artefact {
  readonly isSlow = true
  readonly name: string
  readonly digest: string
  readonly check: (paths: readonly string[], digest: string | undefined) => Promise<Outcome>
  readonly #spec: ProveSpec
  readonly #rows: readonly CoverageRow[]
  readonly #target: Target
  readonly #rules: JournalRules

  constructor(spec: ProveSpec, rows: readonly CoverageRow[]) {
    this.#spec = spec
    this.name = spec.name
    this.digest = spec.digest
    this.#rows = rows
    this.#target = targetIn(spec.blocks)
    this.#rules = new JournalRules({ form: 'text', isOwn: spec.isOwn }, spec.blocks, rows)
    this.check = async ([path = ''], digest) => await this.#prove(path, digest)
  }

  async #prove(path: string, digest: string | undefined): Promise<Outcome> {
    const { ledger, proxy } = this.#spec
    const { id, version } = this.#target
    rmSync(path, { force: true })
    const { exit, text } = await runCommand('prove', [
      ...['-s', proxy.url, '-r', 'us-east-1', '--ledger', ledger, '--out', path, id, '--version', `${version}`],
      ...(digest === undefined ? [] : ['--digest', digest]),
    ])
    if (text.includes('error[bug')) throw new Error(`prove ended with '${exit}': ${text}`)
    const refused = { line: text, findings: [], unchecked: [] }
    if (exit !== 'ok' || !existsSync(path)) return { ...refused, verdict: exit === 'tampered' ? 'tampered' : 'refused' }
    const outcome = await verify([path], digest)
    const isAsked = (await runCommand('verify', [path])).text.includes(`version ${version} of document '${id}'`)
    if (outcome.verdict === 'verified' && !isAsked)
      throw new Error('the proof is of another revision than was asked for')
    return outcome
  }

  prepare(folder: string): readonly string[] {
    this.#spec.proxy.edit = (_, answer) => answer
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder, { recursive: true })
    return [join(folder, 'proof.ion')]
  }

  *cases(): Generator<Case> {
    yield* this.#revisionCases()
    yield* this.#blockCases()
    yield* this.#otherCases()
  }

  *#revisionCases(): Generator<Case> {
    const { revision } = this.#target
    // The proof is known once the server was asked; its length does not matter to what is edited.
    const answer = structOf({ revision, proof: list([]) })
    for (const edit of editsOf([answer]))
      for (const level of ['none', 'revision'] as const)
        yield {
          ...this.#case(`${edit.operation} in GetRevision`, `${edit.names.join('.')}, variant ${edit.variant}`, () => {
            const [made] = recomputedProof(edit, level, { revision: ['revision'], proof: 'proof' }) ?? []
            const changed = made && field(made, 'revision')
            if (changed !== undefined && printIon(changed) === printIon(revision)) return undefined
            return onlyAt('revision', () => ({ Revision: changed && { IonText: printIon(changed) } }))
          }),
          level,
          excuse: () =>
            edit.operation === 'remove' && level !== 'none' && edit.names.join('.') === 'revision.hash'
              ? 'put back by the edit itself'
              : this.#excuseOf(edit.names),
        }
    for (const [index, operation] of ['remove', 'change', 'duplicate', 'reorder', 'empty'].entries())
      yield this.#case(`${operation} in GetRevision`, 'proof', () =>
        onlyAt('revision', ({ Proof }) => ({
          Proof: { IonText: printIon(editedProof(parseIon((Proof as { IonText: string }).IonText), index)) },
        })),
      )
  }

  #excuseOf(names: readonly string[]): string | undefined {
    const row = rowOf(this.#rows, 'answers of an endpoint', names)
    return row?.fields.includes('revision.blockAddress') === true && names[1] === 'blockAddress'
      ? row.unnoticed
      : undefined
  }

  *#blockCases(): Generator<Case> {
    const { blocks } = this.#spec
    const { sequenceNo } = this.#target
    for (const edit of editsOf(blocks)) {
      if (edit.index !== sequenceNo || edit.other !== undefined) continue
      for (const level of levels) yield this.#blockCase(edit, level)
    }
  }

  #blockCase(edit: Edit, level: Level): Case {
    const { blocks } = this.#spec
    return {
      ...this.#case(`${edit.operation} in GetBlock`, `${edit.names.join('.')}, variant ${edit.variant}`, () => {
        const block = recomputed(blocks, edit, level)?.[edit.index]
        if (block === undefined || printIon(block) === printIon(blocks[edit.index] as Value)) return undefined
        return onlyAt('block', () => ({ Block: { IonText: printIon(block) } }))
      }),
      level,
      // A proof file takes only parts of the block.
      excuse: () => this.#rules.excuse(edit, 'none', true) ?? this.#excuseOfPart(edit),
    }
  }

  /** What a proof file takes of the block, and what a hash of it covers, can't be others; the rest is not in the file. */
  #excuseOfPart({ names, operation, variant }: Edit): string | undefined {
    if (operation === 'reorder' && names.join('.') === 'entriesHashList')
      return this.#rows.find(({ fields }) => fields.includes('blockHead.entriesHashList'))?.unnoticed
    const taken = ['blockAddress', 'transactionId', 'blockTimestamp', 'transactionInfo', 'entriesHashList']
    // A field more, beside those that are taken.
    const isMore = operation === 'change' && variant === 0 && names.join() === 'blockAddress'
    const isBeside = isMore || (operation === 'rename' && (names.length === 1 || names[0] === 'blockAddress'))
    return taken.includes(names[0] as string) && !isBeside
      ? undefined
      : rowOf(this.#rows, 'answers of an endpoint', ['Block'])?.unnoticed
  }

  *#otherCases(): Generator<Case> {
    const { blocks } = this.#spec
    const { id, sequenceNo, version } = this.#target
    for (const operation of ['digest', 'block', 'revision']) {
      const giving = (what: string, change: (answer: WireAnswer) => WireAnswer) => ({
        ...this.#case('answer', `${operation}: ${what}`, () => (asked, answer) => {
          return asked.operation === operation ? change(answer) : answer
        }),
        excuse: (isWithDigest: boolean) =>
          isWithDigest && operation === 'digest' ? 'where a digest is given, none is asked for' : undefined,
      })
      yield giving('missing', () => missing)
      yield giving('no members', (answer) => ({ ...answer, text: '{}' }))
    }
    for (const [index, block] of blocks.entries()) {
      if (index === sequenceNo) continue
      yield this.#case('answer', `block ${index} in place of ${sequenceNo}`, () =>
        onlyAt('block', () => ({ Block: { IonText: printIon(block) } })),
      )
      for (const revision of childrenOf(field(block, 'revisions') ?? list([]))) {
        if (field(revision, 'metadata') === undefined) continue
        yield this.#swapCase(index, id, version)
      }
    }
  }

  /** The endpoint's true answer, of another revision of the document: GetRevision and GetBlock agree, and lead to the digest. */
  #swapCase(index: number, id: string, version: number): Case {
    const { proxy, ledger, blocks } = this.#spec
    const at = printIon(field(blocks[index], 'blockAddress') as Value)
    const name = `version of block ${index} in place of version ${version}`
    return {
      ...this.#case('answer', name, () => undefined),
      prepare: async (folder) => {
        const paths = this.prepare(folder)
        const tip = printIon(field(blocks.at(-1), 'blockAddress') as Value)
        const body = { BlockAddress: { IonText: at }, DocumentId: id, DigestTipAddress: { IonText: tip } }
        const other = await proxy.ask(`/ledgers/${ledger}/revision`, body)
        if (other.status !== 200) return undefined
        proxy.edit = ({ operation }, answer) => {
          if (operation === 'revision') return other
          return operation === 'block'
            ? withMembers(answer, { Block: { IonText: printIon(blocks[index] as Value) } })
            : answer
        }
        return paths
      },
    }
  }

  #case(operation: string, what: string, make: () => EditAnswer | undefined): Case {
    return {
      ...{ artefact: this.name, operation, what, level: 'none' },
      prepare: (folder) => {
        const edit = make()
        if (edit === undefined) return undefined
        const paths = this.prepare(folder)
        this.#spec.proxy.edit = edit
        return paths
      },
      excuse: () => undefined,
      judge: () => undefined,
    }
  }
}

function onlyAt(wanted: string, change: (members: Record<string, unknown>) => object): EditAnswer {
  return ({ operation }, answer) =>
    operation === wanted ? withMembers(answer, change(JSON.parse(answer.text) as Record<string, unknown>)) : answer
}

function editedProof(proof: Value, variant: number): Value {
  const items = childrenOf(proof)
  const [first, ...rest] = items as [Value, ...Value[]]
  switch (variant) {
    case 0:
      return list(rest)
    case 1:
      return list([...rest.slice(0, 1), ...rest])
    case 2:
      return list([first, ...items])
    case 3:
      return list(items.toReversed())
    default:
      return list([])
  }
}

function targetIn(blocks: readonly Value[]): Target {
  const text = (value: Value | undefined) => (value as (Value & { readonly value: string | number }) | undefined)?.value
  for (const [sequenceNo, block] of blocks.entries())
    for (const revision of childrenOf(field(block, 'revisions') ?? list([]))) {
      const metadata = field(revision, 'metadata')
      const version = Number(text(field(metadata, 'version')))
      if (version !== 1 || field(revision, 'data') === undefined) continue
      return { id: String(text(field(metadata, 'id'))), version, sequenceNo, revision }
    }
  throw new Error('no document was changed')
}
