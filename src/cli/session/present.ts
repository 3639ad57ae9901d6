import type { EventSink, ShellEvent } from '../../shell/events.ts'
import { commandText } from '../../shell/command-rows.ts'
import { printErrorReport, printNotice, shownCauses } from '../../shell/error-report.ts'
import { type FormatName, isFormatName, resultFormat } from '../../shell/formats/formats.ts'
import type { ResultFormat } from '../../shell/formats/result-format.ts'
import type { Settings } from '../../shell/settings.ts'
import { jsonTalk } from '../../shell/json-report.ts'
import { visibleLines, visibleText } from '../../shell/visible-text.ts'
import { summaryLine } from '../../shell/summary-line.ts'
import type { TextOutput } from './output.ts'

/** How errors, warnings, notices and counts are written to stderr: for people, or one JSON object a line. */
export type ErrorFormat = 'text' | 'json'

export interface PresenterOptions {
  readonly stdout: TextOutput
  readonly stderr: Pick<TextOutput, 'write'>
  readonly settings: Settings
  readonly verbosity: number
  /** How talk is written. In JSON the line with counts and times is talk always. */
  readonly errorFormat: ErrorFormat
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
  const inJson = options.errorFormat === 'json'
  const say = (event: Parameters<typeof jsonTalk>[0], text: () => string) =>
    stderr.write(`${inJson ? jsonTalk(event) : text()}\n`)
  const show = (event: ShellEvent): void | Promise<void> => {
    switch (event.type) {
      case 'result-start':
        format = resultFormat(formatFor(settings, stdout), { width: stdout.width, statement: event.statement.text })
        return stdout.write(format.start())
      case 'rows':
        return stdout.write((format as ResultFormat).values(event.values))
      case 'result-end': {
        const end = (format as ResultFormat).end(event.summary.outcome !== 'lost')
        if (!settings.isOn('display-query-metrics')) return stdout.write(end)
        const line = () => summaryLine(event.summary)
        if (stdout.isTerminal && !inJson) return stdout.write(`${end}${line()}\n`)
        return both(stdout.write(end), () => say(event, line))
      }
      case 'text': {
        const shown = commandText(event, commandFormat(settings, stdout))
        return shown === undefined
          ? say({ type: 'notice', text: event.text }, () => visibleLines(event.text))
          : stdout.write(shown)
      }
      case 'notice':
        return say(event, () => visibleText(event.text))
      case 'note':
        return say(event, () => printNotice(event.note))
      case 'warning':
        return say(event, () => `warning: ${visibleText(event.text)}`)
      case 'error':
        return say(withCauses(event, options.verbosity), () =>
          printErrorReport(event.report, options.verbosity).join('\n'),
        )
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

/** A pipe gets a command's lines unless a format is set; a file gets what its name asks for. */
function commandFormat(settings: Settings, stdout: TextOutput): FormatName {
  const format = settings.get('format')
  if (isFormatName(format)) return format
  return stdout.usualFormat === 'ion' ? 'table' : stdout.usualFormat
}

function withCauses(event: Extract<ShellEvent, { type: 'error' }>, verbosity: number): typeof event {
  return { ...event, report: { ...event.report, causes: shownCauses(event.report, verbosity) } }
}

function both(first: void | Promise<void>, second: () => void | Promise<void>): void | Promise<void> {
  return first instanceof Promise ? first.then(second) : second()
}

function formatFor(settings: Settings, stdout: TextOutput): FormatName {
  const format = settings.get('format')
  return isFormatName(format) ? format : stdout.usualFormat
}
