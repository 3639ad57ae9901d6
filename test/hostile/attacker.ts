import type { Attack } from './attacks.ts'
import { Client, idle, Session } from './client.ts'
import { runRaw } from './raw-attacks.ts'

/** What came of an attack, in a few words. */
export async function run(attack: Attack, port: number, statementMs: number): Promise<string> {
  if ('idleConnections' in attack) {
    const held = await idle(port, attack.idleConnections)
    await new Promise((resolve) => setTimeout(resolve, statementMs))
    held.close()
    return `${held.taken} taken`
  }
  if ('connections' in attack) return runRaw(attack, port, statementMs)
  const client = new Client(port)
  try {
    if ('body' in attack) return await post(client, attack.body(), attack.repeat ?? 1, statementMs)
    const outcomes: string[] = []
    for (const statement of attack.statements) {
      outcomes.push(await execute(client, statement, attack.parameters?.() ?? [], statementMs))
    }
    return outcomes.join('; ')
  } finally {
    client.close()
  }
}

async function post(client: Client, body: string, repeat: number, statementMs: number): Promise<string> {
  const outcomes = new Set<string>()
  for (let at = 0; at < repeat; at += 1) outcomes.add(outcomeOf(await client.send(body, statementMs)))
  return [...outcomes].join('; ')
}

async function execute(client: Client, statement: string, texts: readonly string[], ms: number): Promise<string> {
  const session = await Session.open(client)
  const id = await session?.begin()
  if (session === undefined || id === undefined) return 'no session'
  const parameters = texts.map((IonText) => ({ IonText }))
  const outcome = outcomeOf(await session.execute(id, statement, parameters, ms))
  await session.abort()
  await session.end()
  return outcome
}

function outcomeOf({ status, text, ms }: { status: number; text: string; ms: number }): string {
  const seconds = `${(ms / 1000).toFixed(1)} s`
  if (status === 0) return `timed out after ${seconds}`
  if (status === 200) return `answered, ${seconds}`
  const message = /"[Mm]essage":"((?:[^"\\]|\\.)*)"/.exec(text)?.[1] ?? text
  return `${status} ${message.slice(0, 110)}, ${seconds}`
}
