import type { Auditor } from '../../shell/auditor.ts'

/** The shell's `digest`, `prove` and `verify`; their code is run up when one is called for the first time. */
export const lazyAuditor: Auditor = {
  digest: async (...call) => (await load()).digest(...call),
  prove: async (...call) => (await load()).prove(...call),
  verify: async (...call) => (await load()).verify(...call),
}

async function load(): Promise<Auditor> {
  return (await import('./command-auditor.ts')).commandAuditor
}
