/** A type as CAST and IS name it, in lower case: `int`, `decimal` with 10 and 2, `interval day to second` with 3. */
export interface CastType {
  readonly name: string
  readonly args: readonly number[]
  readonly withTimeZone: boolean
  /** Of MAP<key, value>: both types. */
  readonly of?: readonly [key: CastType, value: CastType]
}
