import { parseIon } from '../../src/values/text-reader.ts'
import { printIon } from '../../src/values/text-writer.ts'
import { int, type Value } from '../../src/values/value.ts'
import { merkle } from '../independent/hashes.ts'
import type { AnswerProxy, EditAnswer, WireAnswer } from './answer-proxy.ts'
import { type Artefact, type Case, type Outcome, type Verdict, verify } from './case.ts'
import { type CoverageRow, rowOf } from './coverage.ts'
import { type Edit, editsOf, editsOfBlocks } from './edits.ts'
import { JournalRules } from './journal-rules.ts'
import { type Level, levels, recomputed, withRevisionHash } from './recompute.ts'
import { childrenOf, field, hashIn, withField } from './tree.ts'

export interface EndpointSpec {
  readonly name: string
  readonly ledger: string
  readonly isOwn: boolean
  readonly digest: string
  readonly unedited?: Verdict
  readonly proxy: AnswerProxy
  /** Of the same ledger, and of one that it could be taken for. */
  readonly blocks: readonly Value[]
  readonly others: readonly Value[]
}

const marksHeader = 'x-qldb-import-marks'

/** A ledger at an endpoint whose answers somebody changes on the way: GetDigest and GetBlock, as verify asks for them. */
export class EndpointArtefact implements Artefact {
  readonly isSlow = true
  readonly name: string
  readonly digest: string
  readonly unedited: Verdict
  readonly check: (paths: readonly string[], digest: string | undefined) => Promise<Outcome>
  readonly #spec: EndpointSpec
  readonly #rules: JournalRules
  readonly #rows: readonly CoverageRow[]

  constructor(spec: EndpointSpec, rows: readonly CoverageRow[]) {
    this.#spec = spec
    this.name = spec.name
    this.digest = spec.digest
    this.unedited = spec.unedited ?? 'verified'
    this.#rules = new JournalRules({ form: 'text', isOwn: spec.isOwn }, spec.blocks, rows)
    this.#rows = rows
    this.check = (_, digest) => verify([], digest, ['-s', spec.proxy.url, '-r', 'us-east-1', '--ledger', spec.ledger])
  }

  prepare(): readonly string[] {
    this.#spec.proxy.edit = (_, answer) => answer
    return []
  }

  *cases(): Generator<Case> {
    yield* this.#blockCases()
    yield* this.#digestCases()
    yield* this.#marksCases()
    yield* this.#answerCases()
  }

  *#blockCases(): Generator<Case> {
    const { blocks } = this.#spec
    for (const edit of editsOf(blocks)) for (const level of levels) yield this.#blockCase(edit, level)
    for (const edit of editsOfBlocks(blocks))
      for (const level of ['none', 'block', 'tip'] as const) yield this.#blockCase(edit, level)
  }

  /** The digest that the endpoint gives is that over the blocks it gives: whoever changes one changes the other. */
  #blockCase(edit: Edit, level: Level): Case {
    const { blocks } = this.#spec
    return {
      ...this.#case(edit.operation, `block ${edit.index}, ${edit.names.join('.')}, variant ${edit.variant}`, () => {
        const made = recomputed(blocks, edit, level)
        const isSame = made?.length === blocks.length && made.every((value, at) => isSameText(value, blocks[at]))
        return made === undefined || isSame ? undefined : this.#giving(made)
      }),
      level,
      excuse: (withDigest) => {
        const row = this.#rules.excuse(edit, level, withDigest)
        // Each block is asked for by its number, so their order is not free.
        if (row === undefined && level === 'none' && this.#isMarked(edit))
          return rowOf(this.#rows, 'block from JSON', ['data'])?.unnoticed
        return row === this.#rules.excuseOf('export') ? this.#excuseOfOrder(edit) : row
      },
      judge: (outcome) => this.#rules.judge(edit, level, outcome, this.#rules.excuse(edit, level, true)),
    }
  }

  /** Data of a revision that an import marked: its hash does not fit before the edit either. */
  #isMarked({ index, names: [top, at, part] }: Edit): boolean {
    if (this.unedited !== 'incomplete' || top !== 'revisions' || part !== 'data') return false
    const block = this.#spec.blocks[index]
    const revision = childrenOf(field(block, 'revisions') ?? (block as Value))[Number(at?.slice(1, -1))] as Value
    return printIon(withRevisionHash(revision)) !== printIon(revision)
  }

  /** A copy at the end is never asked for. */
  #excuseOfOrder({ operation, variant, index }: Edit): string | undefined {
    const isAtEnd = operation === 'blocks' && variant === 1 && index === this.#spec.blocks.length - 1
    return isAtEnd ? 'a block more than there are' : undefined
  }

  #giving(made: readonly Value[]): EditAnswer {
    const hashes = made.flatMap((block) => hashIn(field(block, 'blockHash')) ?? [])
    const digest = Buffer.from(merkle(hashes)).toString('base64')
    const last = Math.min(made.length, this.#spec.blocks.length) - 1
    return ({ operation, body }, answer) => {
      if (operation === 'digest')
        return made.length === hashes.length
          ? withMembers(answer, { Digest: digest }, (tip) => numbered(tip, last))
          : answer
      if (operation !== 'block') return answer
      const block = made[numberAsked(body)]
      return block === undefined ? missing : withMembers(answer, { Block: { IonText: printIon(block) } })
    }
  }

  *#digestCases(): Generator<Case> {
    const { blocks } = this.#spec
    const tip = blocks.length - 1
    const wrong = (what: string, change: (members: Members) => Members, excuse?: string) =>
      this.#case('answer of GetDigest', what, () => onlyAt('digest', (answer) => edited(answer, change)), excuse)
    for (const value of ['', 'AAAA', 'A'.repeat(43) + '=', null, 7, [], undefined])
      yield wrong(`Digest ${JSON.stringify(value)}`, (members) => ({ ...members, Digest: value }))
    for (const text of ['', '{', 'null', '[]', '{strandId:"x"}', '"x"', '{} {}'])
      yield wrong(`DigestTipAddress ${text}`, (members) => ({ ...members, DigestTipAddress: { IonText: text } }))
    yield wrong('no DigestTipAddress', ({ DigestTipAddress: _, ...members }) => members)
    for (const number of [tip - 1, tip + 1, 0, -1, 2 ** 31, 2 ** 53, 2 ** 60])
      yield wrong(`sequenceNo ${number}`, (members) => ({
        ...members,
        DigestTipAddress: numbered(members.DigestTipAddress, number),
      }))
    for (let end = 1; end < tip; end += 1) {
      const hashes = blocks.slice(0, end + 1).map((block) => hashIn(field(block, 'blockHash')) as Uint8Array)
      const Digest = Buffer.from(merkle(hashes)).toString('base64')
      const change = (members: Members) => ({ Digest, DigestTipAddress: numbered(members.DigestTipAddress, end) })
      yield wrong(`of block ${end}, an older one`, change, 'cut at its end or beginning')
    }
    const [address] = [field(blocks[0], 'blockAddress') as Value]
    const other = withField(address, 'strandId', field(field(this.#spec.others[0], 'blockAddress'), 'strandId'))
    yield wrong('of another strand', (members) => ({
      ...members,
      DigestTipAddress: { IonText: printIon(withField(other, 'sequenceNo', int(tip))) },
    }))
  }

  /** Positions that an import marked, given for a block, with its data as it was or changed. */
  *#marksCases(): Generator<Case> {
    const { blocks } = this.#spec
    const row = rowOf(this.#rows, 'answers of an endpoint', ['x-qldb-import-marks'])?.unnoticed
    for (const [index, block] of blocks.entries()) {
      const positions = childrenOf(field(block, 'revisions') ?? block).map((_, position) => position)
      const headers = [undefined, 'x', positions.join(','), `${positions.length}`, '0,0', '999999999']
      for (const header of headers)
        for (const isForged of [false, true]) {
          const made = isForged ? forgedIn(block) : block
          if (made === undefined) continue
          const Block = { IonText: printIon(made) }
          yield this.#case(
            'mark',
            `block ${index}, ${header ?? 'no header'}${isForged ? ', forged data' : ''}`,
            () =>
              ({ operation, body }, answer) => {
                if (operation !== 'block' || numberAsked(body) !== index) return answer
                const { [marksHeader]: _, ...others } = answer.headers
                const marked = header === undefined ? others : { ...others, [marksHeader]: header }
                return { ...withMembers(answer, { Block }), headers: marked }
              },
            isForged ? undefined : row,
          )
        }
    }
    for (const header of ['0', '1', `2 ${'A'.repeat(43)}=`, 'x'])
      yield this.#case(
        'mark',
        `GetDigest: ${header}`,
        () => onlyAt('digest', (answer) => ({ ...answer, headers: { ...answer.headers, [marksHeader]: header } })),
        row,
      )
  }

  /** Whole answers lost, cut, swapped, of another ledger. */
  *#answerCases(): Generator<Case> {
    const { blocks, others } = this.#spec
    const broken: readonly (readonly [string, WireAnswer])[] = [
      ['status 500', { status: 500, headers: {}, text: '{}' }],
      ['status 404', missing],
      ['empty', { status: 200, headers: {}, text: '' }],
      ['no members', { status: 200, headers: {}, text: '{}' }],
      ['cut', { status: 200, headers: {}, text: '{"Block":{"IonText":"{blockAddress' }],
      ['no JSON', { status: 200, headers: { 'content-type': 'text/html' }, text: '<html>' }],
    ]
    for (const [what, answer] of broken) {
      yield this.#case('answer', `GetDigest: ${what}`, () => onlyAt('digest', () => answer))
      for (const index of blocks.keys())
        yield this.#case('answer', `block ${index}: ${what}`, () => this.#onlyBlock(index, () => answer))
    }
    for (const [index, block] of blocks.entries()) {
      const give = (what: string, value: Value | undefined, excuse?: string) =>
        this.#case(
          'answer',
          `block ${index}: ${what}`,
          () =>
            this.#onlyBlock(index, (answer) =>
              withMembers(answer, { Block: { IonText: value === undefined ? '' : printIon(value) } }),
            ),
          excuse,
        )
      for (const other of [index - 1, index + 1, 0])
        if (blocks[other] !== undefined && other !== index) yield give(`block ${other}`, blocks[other])
      yield give("another ledger's", others[index])
      yield this.#case('answer', `block ${index}: twice`, () =>
        this.#onlyBlock(index, (answer) =>
          withMembers(answer, { Block: { IonText: `${printIon(block)} ${printIon(block)}` } }),
        ),
      )
    }
  }

  #onlyBlock(index: number, change: (answer: WireAnswer) => WireAnswer): EditAnswer {
    return ({ operation, body }, answer) =>
      operation === 'block' && numberAsked(body) === index ? change(answer) : answer
  }

  #case(operation: string, what: string, make: () => EditAnswer | undefined, excuse?: string): Case {
    return {
      ...{ artefact: this.name, operation, what, level: 'none' },
      prepare: () => {
        const edit = make()
        if (edit === undefined) return undefined
        this.#spec.proxy.edit = edit
        return []
      },
      excuse: (withDigest) => (withDigest && excuse?.startsWith('cut') === true ? undefined : excuse),
      judge: () => undefined,
    }
  }
}

export type Members = Readonly<Record<string, unknown>> & { readonly DigestTipAddress?: unknown }

export const missing: WireAnswer = {
  status: 404,
  headers: { 'x-amzn-errortype': 'ResourceNotFoundException' },
  text: '{"Message":"there is no such block"}',
}

function onlyAt(wanted: string, change: (answer: WireAnswer) => WireAnswer): EditAnswer {
  return ({ operation }, answer) => (operation === wanted ? change(answer) : answer)
}

function edited(answer: WireAnswer, change: (members: Members) => Members): WireAnswer {
  return { ...answer, text: JSON.stringify(change(JSON.parse(answer.text) as Members)) }
}

export function withMembers(
  answer: WireAnswer,
  changed: object,
  tip: (address: unknown) => unknown = (same) => same,
): WireAnswer {
  return edited(answer, (members) => ({
    ...members,
    ...changed,
    ...(members.DigestTipAddress === undefined ? {} : { DigestTipAddress: tip(members.DigestTipAddress) }),
  }))
}

function numbered(address: unknown, sequenceNo: number): { readonly IonText: string } {
  const { IonText } = address as { readonly IonText: string }
  return { IonText: printIon(withField(parseIon(IonText), 'sequenceNo', int(sequenceNo))) }
}

function numberAsked(body: Readonly<Record<string, unknown>>): number {
  const { IonText } = body['BlockAddress'] as { readonly IonText: string }
  return Number((field(parseIon(IonText), 'sequenceNo') as Value & { readonly value: number }).value)
}

/** The block with a balance in the data of its first revision. */
function forgedIn(block: Value): Value | undefined {
  const revisions = field(block, 'revisions')
  const at = childrenOf(revisions ?? block).findIndex((revision) => field(revision, 'data')?.type === 'struct')
  if (revisions?.type !== 'list' || at === -1) return undefined
  const revision = revisions.items[at] as Value
  const forged = withField(revision, 'data', withField(field(revision, 'data') as Value, 'balance', int(999_100)))
  return withField(block, 'revisions', { ...revisions, items: revisions.items.with(at, forged) } as Value)
}

function isSameText(left: Value, right: Value | undefined): boolean {
  return right !== undefined && printIon(left) === printIon(right)
}
