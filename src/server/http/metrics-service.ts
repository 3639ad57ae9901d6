import type { EnginePool } from '../engine-pool.ts'
import { type Counter, type Histogram, Metrics } from './metrics.ts'
import type { SessionRouter } from '../session-router.ts'

/** The figures of one server. */
export class ServiceMetrics {
  readonly #metrics = new Metrics()
  readonly #requests: Counter
  readonly #seconds: Histogram
  readonly #bytesIn: Counter
  readonly #bytesOut: Counter

  /** `residentBytes`: the process's memory. */
  constructor(router: SessionRouter, pool: EnginePool, version: string, residentBytes: () => number) {
    const metrics = this.#metrics
    metrics.counter('qldb_build_info', 'The version of the program.', 'version')(1, version)
    this.#requests = metrics.counter('qldb_requests_total', 'Answered requests.', 'operation', 'outcome')
    this.#seconds = metrics.histogram('qldb_request_seconds', 'From a request to its answer.', 'operation')
    this.#bytesIn = metrics.counter('qldb_request_bytes_total', 'Bytes of the bodies of requests.')
    this.#bytesOut = metrics.counter('qldb_answer_bytes_total', 'Bytes of the bodies of answers.')
    metrics.gauge('qldb_sessions', 'Open sessions.', () => router.sessions)
    metrics.gauge('qldb_transactions', 'Open transactions.', () => router.transactions)
    metrics.gauge('qldb_engines', 'Threads that run statements.', () => pool.size)
    metrics.gauge('qldb_engines_busy', 'Those of them at a long piece of work.', () => pool.busy)
    metrics.gauge('process_resident_memory_bytes', 'Resident memory.', residentBytes)
  }

  watchConnections(connections: () => number, heldBytes: () => number): void {
    this.#metrics.gauge('qldb_connections', 'Open connections.', connections)
    this.#metrics.gauge('qldb_held_bytes', 'Bodies being read and large answers not yet taken.', heldBytes)
  }

  answered(operation: string, outcome: string, seconds: number, bytesIn: number, bytesOut: number): void {
    this.#requests(1, operation, outcome)
    this.#seconds(seconds, operation)
    this.#bytesIn(bytesIn)
    this.#bytesOut(bytesOut)
  }

  text(): string {
    return this.#metrics.text()
  }
}
