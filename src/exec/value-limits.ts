import { LedgerError } from '../base/errors.ts'
import {
  foldedConstantBytesMax,
  integerDigitsMax,
  nestingDepthMax,
  valueBytesMax,
  valueMemoryShare,
} from '../base/limits.ts'
import type { Span } from '../base/span.ts'
import { isLazy } from '../values/lazy-values.ts'
import { approximateBytes, levelsOf } from '../values/value-size.ts'
import type { Value } from '../values/value.ts'

/** What one value of a statement may take. */
export interface ValueLimits {
  /** As Ion binary, about. */
  readonly valueBytes: number
  /** Digits of an integer; at most integerDigitsMax. */
  readonly numberDigits: number
}

export const defaultValueLimits: ValueLimits = { valueBytes: valueBytesMax, numberDigits: integerDigitsMax }

/** For values that are computed while planning: a larger one is not kept in the plan. */
export const foldingLimits: ValueLimits = { valueBytes: 16 * foldedConstantBytesMax, numberDigits: integerDigitsMax }

/** Refuses values that are too large, before the memory for them is taken. Throws LedgerError 'evaluator/limit'. */
export class ValueChecks {
  readonly limits: ValueLimits
  readonly #mostBytes: number
  readonly #memoryBytes: number
  #numberEnd: bigint | undefined

  /** `memoryBytes`: what the statement may hold. */
  constructor(limits: ValueLimits, memoryBytes = Number.POSITIVE_INFINITY) {
    this.limits = limits
    this.#memoryBytes = memoryBytes
    this.#mostBytes = Math.min(limits.valueBytes, Math.floor(memoryBytes * valueMemoryShare))
  }

  /** Call it before making a text of this many characters, or a value of this many bytes. */
  checkSize(bytes: number): void {
    if (bytes > this.#mostBytes) throw tooLarge(this.#mostBytes, this.limits)
  }

  /** The value, which an operation has made. `span` is the operation's, where the caller gives an error no place. */
  checked(value: Value, span?: Span): Value {
    try {
      return this.#checked(value)
    } catch (error) {
      throw span !== undefined && error instanceof LedgerError ? error.at(span) : error
    }
  }

  #checked(value: Value): Value {
    switch (value.type) {
      case 'int':
        if (typeof value.value === 'bigint') this.#checkDigits(value.value)
        return value
      case 'string':
      case 'symbol':
        this.checkSize(value.value.length)
        return value
      case 'list':
      case 'sexp':
      case 'bag':
      case 'map':
      case 'struct':
        this.checkSize(approximateBytes(value))
        if (levelsOf(value) > nestingDepthMax) throw tooDeep()
        return value
      default:
        return value
    }
  }

  /** Collects the sizes of the parts of a value that is being made, which `span` asks for. */
  sum(span?: Span): SizeSum {
    return new SizeSum(this.#mostBytes, this.#memoryBytes, this.limits, span)
  }

  #checkDigits(value: bigint): void {
    if (BigInt.asIntN(64, value) === value) return
    this.#numberEnd ??= 10n ** BigInt(this.limits.numberDigits)
    if (value < this.#numberEnd && value > -this.#numberEnd) return
    throw new LedgerError('evaluator/limit', `a number has at most ${this.limits.numberDigits} digits`)
  }
}

/** The size of a value in the making. */
export class SizeSum {
  readonly #most: number
  readonly #memoryBytes: number
  readonly #limits: ValueLimits
  #bytes = 16
  /** Of V8's heap: an object of a short text takes many times what the text does. */
  #heldBytes = 0
  readonly #span: Span | undefined

  constructor(most: number, memoryBytes: number, limits: ValueLimits, span: Span | undefined) {
    this.#most = most
    this.#memoryBytes = memoryBytes
    this.#limits = limits
    this.#span = span
  }

  /** Throws LedgerError 'evaluator/limit' once the parts are together too large, or one nests as deep as may be. */
  add(part: Value): void {
    this.#bytes += approximateBytes(part)
    if (this.#bytes > this.#most) throw this.#placed(tooLarge(this.#most, this.#limits))
    this.#heldBytes += heldBytes(part)
    if (this.#heldBytes > this.#memoryBytes) throw this.#placed(tooManyParts(this.#memoryBytes))
    const nests = 'items' in part || part.type === 'struct'
    if (nests && levelsOf(part) >= nestingDepthMax) throw this.#placed(tooDeep())
  }

  #placed(error: LedgerError): LedgerError {
    return this.#span === undefined ? error : error.at(this.#span)
  }
}

function tooLarge(most: number, { valueBytes }: ValueLimits): LedgerError {
  const quota = most === valueBytes ? `value-bytes=${2 * most}` : 'statement-memory=SIZE, of which it is a share'
  return new LedgerError('evaluator/limit', `one value takes at most ${most} bytes`, {
    help: `make it smaller, or raise the limit with --quota ${quota}`,
  })
}

/** Bytes of V8's heap that a part of a value takes, about, without what stands below its own parts. */
function heldBytes(part: Value): number {
  if (isLazy(part)) return 128 + part.byteLength
  switch (part.type) {
    case 'string':
    case 'symbol':
      return 112 + part.value.length
    case 'list':
    case 'sexp':
    case 'bag':
    case 'map':
      return 80 + 64 * part.items.length
    case 'struct':
      return 80 + 64 * part.names.length
    default:
      return 56
  }
}

function tooManyParts(memoryBytes: number): LedgerError {
  return new LedgerError('evaluator/limit', `the parts of one value take more than ${memoryBytes} bytes of memory`, {
    help: 'make it smaller, or raise the limit with --quota statement-memory=SIZE',
  })
}

function tooDeep(): LedgerError {
  return new LedgerError('evaluator/limit', `a value nests at most ${nestingDepthMax} levels`)
}
