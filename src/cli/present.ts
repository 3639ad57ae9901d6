import type { EventSink, ShellEvent } from '../shell/events.ts'
import { printErrorReport } from '../shell/error-report.ts'
import { type FormatName, isFormatName, type ResultFormat, resultFormat } from '../shell/formats.ts'
import type { Settings } from '../shell/settings.ts'
import { summaryLine } from '../shell/summary-line.ts'
import type { Output } from './output.ts'

export interface PresenterOptions {
  readonly stdout: Output
  readonly stderr: Output
  readonly settings: Settings
  readonly verbosity: number
  /** Called before anything is written: a progress line has to go first. */
  readonly beforeWrite: () => void
}

/**
 * Writes events as plain text: data to stdout, talk to stderr; the line with counts and times is talk, unless stdout is a
 * terminal. No control sequence is ever written.
 */
export function presentPlain(options: PresenterOptions): EventSink {
  const { stdout, stderr, settings, beforeWrite } = options
  let format: ResultFormat | undefined
  const say = (text: string) => stderr.write(text)
  const show = (event: ShellEvent): void | Promise<void> => {
    switch (event.type) {
      case 'result-start':
        format = resultFormat(formatFor(settings, stdout), { width: stdout.width })
        return stdout.write(format.start())
      case 'rows':
        return stdout.write((format as ResultFormat).values(event.values))
      case 'result-end': {
        const end = (format as ResultFormat).end(event.summary.outcome !== 'lost')
        if (!settings.isOn('display-query-metrics')) return stdout.write(end)
        const line = `${summaryLine(event.summary)}\n`
        return stdout.isTerminal ? stdout.write(end + line) : both(stdout.write(end), () => say(line))
      }
      case 'text':
        return stdout.write(`${event.text}\n`)
      case 'notice':
        return say(`${event.text}\n`)
      case 'warning':
        return say(`warning: ${event.text}\n`)
      case 'error':
        return say(`${printErrorReport(event.report, options.verbosity).join('\n')}\n`)
      case 'state':
        return
      default:
        return event satisfies never
    }
  }
  return (event) => {
    if (event.type !== 'state') beforeWrite()
    return show(event)
  }
}

function both(first: void | Promise<void>, second: () => void | Promise<void>): void | Promise<void> {
  return first instanceof Promise ? first.then(second) : second()
}

function formatFor(settings: Settings, stdout: Output): FormatName {
  const format = settings.get('format')
  if (isFormatName(format)) return format
  return stdout.isTerminal ? 'table' : 'ion'
}
