import type { Driver } from '../driver/driver.ts'

/** A ledger within reach. `cli` makes it: embedded, in a worker, or at an endpoint. */
export interface Connection {
  readonly driver: Driver
  readonly ledger: string
  /** For `status`: `embedded, /home/ann/.local/share/qldb` or an endpoint's address. */
  readonly description: string
  /** Facts for `env` that are not settings: region, profile, endpoint, data directory … */
  readonly facts: readonly Fact[]
  /** The ledgers that `use` can go to, by name; absent where that is not known. May reject with LedgerError. */
  ledgers?(): readonly string[] | Promise<readonly string[]>
  close(): Promise<void>
}

export interface Fact {
  readonly name: string
  readonly value: string
  /** `default`, `flag --region`, `environment AWS_REGION`, `file /…/config.ion`. */
  readonly from: string
}

/** What `use` asks for; what is undefined stays as it is. */
export interface ConnectTarget {
  readonly ledger: string | undefined
  readonly region?: string | undefined
  readonly profile?: string | undefined
  readonly endpoint?: string | undefined
  readonly create?: boolean
}

/** Throws LedgerError of kind 'unavailable' (with help: near names, the flag that creates it) or 'input' (a bad name). */
export type Connect = (target: ConnectTarget) => Promise<Connection>
