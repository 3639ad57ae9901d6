import type { ErrorFormat } from '../session/present.ts'

/** What a subcommand is given of the world; only main.ts takes it from the process. */
export interface ToolWorld {
  readonly stdin: NodeJS.ReadStream
  readonly stdout: NodeJS.WriteStream
  readonly stderr: NodeJS.WriteStream
  readonly variables: Readonly<Record<string, string | undefined>>
  readonly version: string
  /** How an error is written that ends the tool. */
  readonly errorFormat: ErrorFormat
  /** Calls back at the first Ctrl-C or SIGTERM instead of dying; the returned function undoes that. */
  onInterrupt(callback: () => void): () => void
  /** Ends the process at once, whatever its threads wait for. */
  kill(): void
}
