import { joinBytes } from '../base/bytes.ts'
import { movedBytesMax } from '../base/limits.ts'
import type { SendCommandRequest, ValueHolder } from './message.ts'

/**
 * Parameters of a statement in one piece of memory, which is handed from thread to thread: the thread that speaks HTTP
 * never touches what is in them.
 */
export interface SealedParameters {
  readonly bytes: Uint8Array
  /** Of each parameter: the bytes of its IonBinary and of its IonText in UTF-8; -1 where it has none. */
  readonly lengths: Int32Array
}

/** By the commands that they belong to, whose own lists are empty. */
const sealedByCommand = new WeakMap<object, SealedParameters>()

export function sealedOf({ ExecuteStatement }: SendCommandRequest): SealedParameters | undefined {
  return ExecuteStatement === undefined ? undefined : sealedByCommand.get(ExecuteStatement)
}

/** Takes the parameters out of a request. */
export function sealRequest(request: SendCommandRequest): {
  readonly request: SendCommandRequest
  readonly sealed: SealedParameters | undefined
} {
  const command = request.ExecuteStatement
  if (command?.Parameters === undefined || !command.Parameters.every(isUnicode)) return { request, sealed: undefined }
  return { request: { ...request, ExecuteStatement: { ...command, Parameters: [] } }, sealed: seal(command.Parameters) }
}

/** Half of a surrogate pair would not come through UTF-8. */
function isUnicode({ IonText }: ValueHolder): boolean {
  return IonText === undefined || !/\p{Surrogate}/u.test(IonText)
}

/** The request with its parameters: few of them as they were, many still sealed. */
export function withSealed(request: SendCommandRequest, sealed: SealedParameters | undefined): SendCommandRequest {
  const command = request.ExecuteStatement
  if (command === undefined || sealed === undefined) return request
  if (sealed.bytes.length <= movedBytesMax) return unsealRequest(request, sealed)
  sealedByCommand.set(command, sealed)
  return request
}

/** The request as it was before sealRequest. */
export function unsealRequest(request: SendCommandRequest, sealed: SealedParameters | undefined): SendCommandRequest {
  const command = request.ExecuteStatement
  if (command === undefined || sealed === undefined) return request
  return { ...request, ExecuteStatement: { ...command, Parameters: unseal(sealed) } }
}

function seal(holders: readonly ValueHolder[]): SealedParameters {
  const encoder = new TextEncoder()
  const lengths = new Int32Array(holders.length * 2)
  const parts: Uint8Array[] = []
  const add = (at: number, part: Uint8Array | undefined) => {
    lengths[at] = part?.length ?? -1
    if (part !== undefined) parts.push(part)
  }
  holders.forEach(({ IonBinary, IonText }, index) => {
    add(index * 2, IonBinary)
    add(index * 2 + 1, IonText === undefined ? undefined : encoder.encode(IonText))
  })
  return { bytes: joinBytes(parts), lengths }
}

function unseal({ bytes, lengths }: SealedParameters): ValueHolder[] {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  let end = 0
  const take = (length: number): Uint8Array => {
    end += length
    return bytes.subarray(end - length, end)
  }
  const holders: ValueHolder[] = []
  for (let at = 0; at < lengths.length; at += 2) {
    const [binary, text] = [lengths[at] as number, lengths[at + 1] as number]
    holders.push({
      ...(binary < 0 ? {} : { IonBinary: take(binary) }),
      ...(text < 0 ? {} : { IonText: decoder.decode(take(text)) }),
    })
  }
  return holders
}
