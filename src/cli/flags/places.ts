import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'

type Variables = Readonly<Record<string, string | undefined>>

/** Our files by the XDG base directory specification 0.8: a variable that is not an absolute path counts as not set. */
export function configFile(variables: Variables): string {
  return join(baseDirectory(variables, 'XDG_CONFIG_HOME', '.config'), 'qldbshell', 'config.ion')
}

/** Embedded ledgers, each in a directory of its own. */
export function dataDirectory(variables: Variables): string {
  return join(baseDirectory(variables, 'XDG_DATA_HOME', '.local/share'), 'qldb')
}

export function historyFile(variables: Variables): string {
  return join(baseDirectory(variables, 'XDG_STATE_HOME', '.local/state'), 'qldb', 'history')
}

function baseDirectory(variables: Variables, name: string, inHome: string): string {
  const given = variables[name]
  return given !== undefined && isAbsolute(given) ? given : join(variables['HOME'] || homedir(), inHome)
}
