import { spawn } from 'node:child_process'

/**
 * Shows a text in $PAGER (or less) on the terminal, which has to be given back before; resolves when that has ended. Ctrl-C is
 * the pager's while it runs; one that is left before the end, or is not there, is no error.
 */
export function page(text: string, variables: Readonly<Record<string, string | undefined>>): Promise<void> {
  return new Promise((resolve) => {
    const child = spawn(variables['PAGER'] || 'less', {
      shell: true,
      stdio: ['pipe', 'inherit', 'inherit'],
      // As git does: leave when all fits the screen, keep the text there, cut long lines.
      env: { LESS: 'FRSX', ...variables },
    })
    const ignoreInterrupt = () => undefined
    process.on('SIGINT', ignoreInterrupt)
    const end = () => {
      process.off('SIGINT', ignoreInterrupt)
      resolve()
    }
    child.once('error', end)
    child.once('close', end)
    child.stdin.on('error', () => undefined)
    child.stdin.end(text)
  })
}
