import { isIP } from 'node:net'

/** Whether a host's name or address can only be this machine. */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase()
  if (isIP(name) === 4) return name.startsWith('127.')
  if (isIP(name) === 6) return name === '::1' || name === '0:0:0:0:0:0:0:1'
  return name === 'localhost' || name.endsWith('.localhost')
}
