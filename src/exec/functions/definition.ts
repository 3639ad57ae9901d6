import { LedgerError } from '../../base/errors.ts'
import { type FunctionFacts, factsAbout, type PlainFunctionName } from '../../plan/function-facts.ts'
import type { ParameterKind } from '../../plan/functions/row.ts'
import type { ValueChecks } from '../value-limits.ts'
import type { Value, ValueType } from '../../values/value.ts'

export interface FunctionContext {
  /** `qldb`: wrong types are errors, and MISSING gives NULL. */
  readonly typing: 'permissive' | 'strict' | 'qldb'
  /** The transaction's clock, milliseconds since 1970. */
  readonly nowMs: number
  /** Empty outside a ledger. */
  readonly transactionId: string
  /** To be asked before a large result is made. */
  readonly values: ValueChecks
}

export interface FunctionDefinition {
  /** Lower case. */
  readonly name: string
  readonly argumentsMin: number
  readonly argumentsMax: number
  /**
   * `propagate`: the caller answers for absent arguments (any MISSING: MISSING, else any NULL: NULL) and calls with
   * present ones only. `own`: the function gets them.
   */
  readonly absent: 'propagate' | 'own'
  /** Throws LedgerError evaluator/type-mismatch and those of the values' arithmetic. */
  call(args: readonly Value[], context: FunctionContext): Value
  /** Checks the types of the arguments that are present; throws evaluator/type-mismatch. */
  check(args: readonly Value[]): void
}

const kinds = {
  any: undefined,
  text: ['string', 'symbol'],
  bytes: ['string', 'symbol', 'blob', 'clob'],
  int: ['int'],
  number: ['int', 'float', 'decimal'],
  amount: ['int', 'float', 'decimal', 'interval'],
  timestamp: ['timestamp'],
  moment: ['timestamp', 'date', 'time'],
  extractable: ['timestamp', 'date', 'time', 'interval'],
  sequence: ['list', 'bag', 'sexp'],
  pair: ['list', 'bag'],
  collection: ['list', 'bag', 'sexp', 'struct'],
  map: ['map'],
} as const satisfies Record<ParameterKind, readonly ValueType[] | undefined>

export type Body = (args: readonly Value[], context: FunctionContext) => Value

/** Functions with a body of this kind: all but TUPLEUNION, which compile-call.ts compiles. */
export type BodyName = Exclude<PlainFunctionName, 'tupleunion'>

/** The bodies of some functions, by the names that the table of functions has for them. */
export type Bodies = Partial<Readonly<Record<BodyName, Body>>>

/** A function whose arguments are checked against its row in the table before its body sees them. */
export function definitionOf(name: BodyName, body: Body): FunctionDefinition {
  const { parameters, argumentsMin, argumentsMax, traits } = factsAbout(name) as FunctionFacts
  const kindsOf = parameters.map((parameter) => parameter.replace(/[?*]$/, '') as ParameterKind)
  const rest = argumentsMax === Infinity ? kindsOf.at(-1) : undefined
  const accepted = kindsOf.map(typesOf)
  const acceptedRest: readonly ValueType[] | undefined = rest === undefined ? undefined : typesOf(rest)
  const check = (args: readonly Value[]) => {
    for (let index = 0; index < args.length; index += 1) {
      const types = index < accepted.length ? accepted[index] : acceptedRest
      const { type } = args[index] as Value
      if (types !== undefined && !types.includes(type) && type !== 'null' && type !== 'missing') {
        throw argumentTypes(name, kindsOf, args)
      }
    }
  }
  return {
    name,
    argumentsMin,
    argumentsMax,
    absent: traits.has('absent') ? 'own' : 'propagate',
    check,
    call: (args, context) => {
      check(args)
      return body(args, context)
    },
  }
}

/** A map is a collection, too, but QLDB's text, which had none, does not say so. */
function typesOf(kind: ParameterKind): readonly ValueType[] | undefined {
  return kind === 'collection' ? [...kinds.collection, 'map'] : kinds[kind]
}

/** PartiQL 0.2's text. */
function argumentTypes(name: string, wanted: readonly ParameterKind[], args: readonly Value[]): LedgerError {
  const expected = wanted.map((kind) => kinds[kind]?.join(' or ').toUpperCase() ?? 'ANY').join(', ')
  const found = args.map((argument) => argument.type.toUpperCase()).join(', ')
  return mismatch(`Invalid argument types for ${name}, expected: ${expected} got: ${found}`)
}

/** An argument that the function can't take: MISSING in permissive typing. */
export function mismatch(message: string): LedgerError {
  return new LedgerError('evaluator/type-mismatch', message)
}
