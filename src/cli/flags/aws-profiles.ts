import { homedir } from 'node:os'
import { join } from 'node:path'
import { LedgerError } from '../../base/errors.ts'
import { nearName } from '../../base/near-name.ts'
import { readBoundedText } from '../../host/bounded-file.ts'

type Variables = Readonly<Record<string, string | undefined>>

/**
 * Throws LedgerError 'endpoint/credentials' for a profile that neither of AWS's shared files has: the SDK would look
 * elsewhere for credentials and then not say what was wrong with the profile. `default` need not be there.
 */
export function checkProfile(profile: string, variables: Variables): void {
  if (profile === 'default') return
  const config = variables['AWS_CONFIG_FILE'] || sharedFile(variables, 'config')
  const credentials = variables['AWS_SHARED_CREDENTIALS_FILE'] || sharedFile(variables, 'credentials')
  const names = [...sections(config).map(withoutKind), ...sections(credentials)]
  if (names.includes(profile)) return
  const known = [...new Set(names)]
  const near = nearName(profile, known)
  const list = known.length === 0 ? 'neither file has a profile' : `profiles are: ${known.slice(0, 20).join(', ')}`
  throw new LedgerError(
    'endpoint/credentials',
    `no AWS profile named '${profile}': it is neither in '${config}' nor in '${credentials}'`,
    { help: near === undefined ? list : `did you mean '${near}'?` },
  )
}

/** Whether there is anything from which the SDK would take credentials without asking the network. */
export function hasCredentials(variables: Variables): boolean {
  const names = ['AWS_ACCESS_KEY_ID', 'AWS_PROFILE', 'AWS_WEB_IDENTITY_TOKEN_FILE']
  const containers = ['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI', 'AWS_CONTAINER_CREDENTIALS_FULL_URI']
  if ([...names, ...containers].some((name) => variables[name])) return true
  const config = variables['AWS_CONFIG_FILE'] || sharedFile(variables, 'config')
  const credentials = variables['AWS_SHARED_CREDENTIALS_FILE'] || sharedFile(variables, 'credentials')
  return [...sections(config), ...sections(credentials)].includes('default')
}

function sharedFile(variables: Variables, name: string): string {
  return join(variables['HOME'] || variables['USERPROFILE'] || homedir(), '.aws', name)
}

/** The names in brackets of an INI file; none when it can't be read. */
function sections(path: string): string[] {
  let text: string
  try {
    text = readBoundedText(path)
  } catch {
    return []
  }
  return Array.from(text.matchAll(/^\s*\[\s*([^\]]+?)\s*\]/gm), ([, name]) => name as string)
}

/** `profile dev` → `dev`: the configuration file has other kinds of sections, too. */
function withoutKind(section: string): string {
  return section.replace(/^profile\s+/, '').replace(/^(["'])(.*)\1$/, '$2')
}
