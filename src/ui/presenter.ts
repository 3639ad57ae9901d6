import type { ErrorReport, EventSink, ResultSummary } from '../shell/events.ts'
import { type FormatName, type ResultFormat, resultFormat } from '../shell/formats.ts'
import { layoutTable, type lineText } from '../shell/table-layout.ts'
import type { Value } from '../values/value.ts'
import type { Theme } from './theme.ts'

export interface PresenterPorts {
  /** Adds finished output above the live region; resolves when the terminal has taken it. */
  write(text: string): Promise<void>
  size(): { readonly columns: number; readonly rows: number }
  format(): FormatName
  readonly showsMetrics: () => boolean
  /** Draws a laid-out table that fits the screen; the plain writer takes every other result. */
  draw(lines: Parameters<typeof lineText>[0][], columns: number): string
  readonly theme: Theme
  summaryLine(summary: ResultSummary): string
  errorLines(report: ErrorReport): readonly string[]
}

/**
 * Shows the shell's events on a terminal. A whole result that fits the screen is drawn once as a table; a longer one
 * streams as plain lines of the same layout. Nothing of a result is kept when its end has come.
 */
export function present(ports: PresenterPorts): EventSink {
  let format: ResultFormat | undefined
  let whole = false
  return async (event) => {
    switch (event.type) {
      case 'result-start':
        whole = event.whole
        format = resultFormat(ports.format(), { width: ports.size().columns })
        return ports.write(format.start())
      case 'rows':
        return ports.write(rowsText(ports, format, event.values, whole))
      case 'result-end': {
        const end = format?.end(event.summary.outcome !== 'lost') ?? ''
        format = undefined
        const summary = ports.showsMetrics() ? `${ports.theme.faint(ports.summaryLine(event.summary))}\n` : ''
        return ports.write(end + summary)
      }
      case 'text':
        return ports.write(`${event.text}\n`)
      case 'notice':
        return ports.write(`${ports.theme.notice(event.text)}\n`)
      case 'warning':
        return ports.write(`${ports.theme.warning(`warning: ${event.text}`)}\n`)
      case 'error':
        return ports.write(errorText(ports, ports.errorLines(event.report)))
      case 'state':
        return
      default:
        return event satisfies never
    }
  }
}

function rowsText(
  ports: PresenterPorts,
  format: ResultFormat | undefined,
  values: readonly Value[],
  whole: boolean,
): string {
  if (format === undefined) return ''
  const { columns, rows } = ports.size()
  if (whole && ports.format() === 'table' && values.length < rows) {
    const { lines } = layoutTable(values, columns)
    if (lines.length <= rows - 2) return ports.draw([...lines], columns)
  }
  return format.values(values)
}

/** The first line is the error itself; the rest, picture and help, stays plain. */
function errorText(ports: PresenterPorts, lines: readonly string[]): string {
  return lines.map((line, index) => `${index === 0 ? ports.theme.error(line) : line}\n`).join('')
}
