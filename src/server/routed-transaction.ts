import { homeRequestBytesMax, movedBytesMax, movedCommandsMax, stillLongMs } from '../base/limits.ts'
import type { SendCommandRequest, SendCommandResponse } from '../protocol/message.ts'
import { sealedOf } from '../protocol/sealed-parameters.ts'
import type { EarlierCommand, EarlierWork, TransactionStart } from '../protocol/transaction-start.ts'
import type { Kind, Seat } from './engine-pool.ts'

/**
 * A transaction as the router knows it: which engine works for it, and what another engine would have to do again to go
 * on with it. The latter is kept only as long as it may move, that is in an engine that many share.
 */
export class RoutedTransaction {
  readonly id: string
  readonly deadlineMs: number
  #seat: Seat | undefined
  /** What the engine does not know yet. */
  #untold: { readonly earlier?: EarlierWork } | undefined
  readonly #commands: EarlierCommand[] = []
  #bytes = 0
  /** The longest that one of its statements has kept an engine at work. */
  #longestMs = 0
  #hasWritten = false
  #isLong = false
  #beganLong = false

  constructor(id: string, deadlineMs: number) {
    this.id = id
    this.deadlineMs = deadlineMs
  }

  /** Undefined before the first statement. */
  get seat(): Seat | undefined {
    return this.#seat
  }

  /**
   * What the next transaction of the same session is likely to be. One that outlasted its time would do so again; one that
   * began where long ones run leaves when it proves short.
   */
  get kind(): Kind {
    if (this.#isLong || (this.#beganLong && this.#longestMs >= stillLongMs)) return 'long'
    return this.#hasWritten ? 'write' : 'short read'
  }

  /** Whether a shared engine may take the request: it is small, and all could be done again elsewhere. */
  canBeRepeatedWith(request: SendCommandRequest, bytesMax: number): boolean {
    if (request.CommitTransaction !== undefined) return true
    const bytes = bytesOf(request)
    if (bytes > bytesMax || this.#bytes + bytes > movedBytesMax) return false
    return this.#commands.length < movedCommandsMax
  }

  /** What the transaction is with this request, for one that is likely to be `likely`. */
  kindFor(request: SendCommandRequest, likely: Kind): Kind {
    if (likely === 'short read' && this.canBeRepeatedWith(request, homeRequestBytesMax)) return likely
    if (likely === 'long') return likely
    return this.canBeRepeatedWith(request, movedBytesMax) ? 'write' : 'heavy'
  }

  /** Takes its first seat. */
  enter(seat: Seat, likely: Kind): void {
    this.#seat = seat
    this.#untold = {}
    this.#beganLong = likely === 'long'
  }

  /** Takes another seat, having read `tip`. */
  move(seat: Seat, tip: number | undefined, kind: Kind): void {
    this.#seat = seat
    this.#untold = this.#commands.length === 0 ? {} : { earlier: { commands: [...this.#commands], tip } }
    if (seat.engine.shared === undefined) this.#commands.length = 0
    this.#hasWritten ||= kind === 'write'
    this.#isLong ||= kind === 'long'
  }

  /** What the engine has to do before the next request; once for each seat. */
  takeStart(nowMs: number): TransactionStart | undefined {
    const untold = this.#untold
    if (untold === undefined) return undefined
    this.#untold = undefined
    return { id: this.id, leftMs: this.deadlineMs - nowMs, ...untold }
  }

  /** A command was worked on; `answer` is undefined when it failed. */
  note(request: SendCommandRequest, answer: SendCommandResponse | undefined, takesNotices: boolean): void {
    const done = answer?.ExecuteStatement ?? answer?.FetchPage
    this.#longestMs = Math.max(this.#longestMs, done?.TimingInformation?.ProcessingTimeMilliseconds ?? 0)
    if ((done?.ConsumedIOs?.WriteIOs ?? 0) > 0) this.#hasWritten = true
    if (this.#seat?.engine.shared === undefined || request.CommitTransaction !== undefined) return
    const page = answer?.ExecuteStatement?.FirstPage ?? answer?.FetchPage?.Page
    this.#bytes += bytesOf(request)
    this.#commands.push({ request, nextPageToken: page?.NextPageToken, takesNotices })
  }
}

/** About the memory that keeping a command takes. */
function bytesOf(request: SendCommandRequest): number {
  const { ExecuteStatement, FetchPage } = request
  let bytes = sealedOf(request)?.bytes.length ?? 0
  bytes += (ExecuteStatement?.Statement.length ?? 0) + (FetchPage?.NextPageToken.length ?? 0)
  for (const { IonBinary, IonText } of ExecuteStatement?.Parameters ?? []) {
    bytes += (IonBinary?.length ?? 0) + (IonText?.length ?? 0)
  }
  return bytes
}
