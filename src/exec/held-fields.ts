import { BugError } from '../base/assert.ts'
import type { StructValue, Value } from '../values/value.ts'

/**
 * What is kept of a document when a statement needs only some fields: the values of those paths, in their order. It is in
 * the document's slot, and only the paths read it (field-path.ts).
 */
export class HeldFields implements StructValue {
  readonly type = 'struct'
  readonly annotations = undefined
  readonly fields: readonly Value[]

  constructor(fields: readonly Value[]) {
    this.fields = fields
  }

  get names(): readonly string[] {
    return this.#refuse()
  }

  get values(): readonly Value[] {
    return this.#refuse()
  }

  get(): Value | undefined {
    return this.#refuse()
  }

  #refuse(): never {
    throw new BugError('of a document that is held by its fields, nothing else is asked')
  }
}

/** One object that is reused for each document: a caller that keeps it must copy it. */
export class LentFields extends HeldFields {
  declare readonly fields: Value[]

  copy(): HeldFields {
    return new HeldFields(this.fields.slice())
  }
}
