import type { ErrorReport, EventSink, ResultSummary } from '../shell/events.ts'
import { type FormatName, resultFormat } from '../shell/formats/formats.ts'
import type { ResultFormat } from '../shell/formats/result-format.ts'
import { commandText } from '../shell/command-rows.ts'
import { printNotice } from '../shell/error-report.ts'
import { TableFormat } from '../shell/formats/format-table.ts'
import { layoutTable, type lineText } from '../shell/formats/table-layout.ts'
import type { Value } from '../values/value.ts'
import { visibleLines, visibleText } from '../shell/visible-text.ts'
import type { Theme } from './theme.ts'

export interface PresenterPorts {
  /** What shows a text longer than the screen, a screen at a time; undefined when that is not wanted. */
  pager(): ((text: string) => Promise<void>) | undefined
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
  /** What comes before the rows. */
  let lead = ''
  return async (event) => {
    switch (event.type) {
      case 'result-start':
        whole = event.whole
        format = resultFormat(ports.format(), { width: ports.size().columns, statement: event.statement.text })
        lead = format.start()
        return
      case 'rows': {
        const text = lead + rowsText(ports, format, event.values, whole)
        lead = ''
        return whole ? showWhole(ports, text) : ports.write(text)
      }
      case 'result-end': {
        await ports.write(lead + (format?.end(event.summary.outcome !== 'lost') ?? ''))
        lead = ''
        format = undefined
        return ports.showsMetrics()
          ? ports.write(`${ports.theme.faint(ports.summaryLine(event.summary))}\n`)
          : undefined
      }
      case 'text':
        return ports.write(commandText(event, ports.format()) ?? `${visibleLines(event.text)}\n`)
      case 'notice':
        return ports.write(`${ports.theme.notice(visibleText(event.text))}\n`)
      case 'note':
        return ports.write(`${ports.theme.notice(printNotice(event.note))}\n`)
      case 'warning':
        return ports.write(`${ports.theme.warning(`warning: ${visibleText(event.text)}`)}\n`)
      case 'error':
        return ports.write(errorText(ports, ports.errorLines(event.report)))
      case 'state':
        return
      default:
        return event satisfies never
    }
  }
}

/**
 * A whole result goes through a pager where it is longer than the screen and one is wanted. Its commit is past; a result that
 * still streams would wait for the reader, and its transaction with it.
 */
async function showWhole(ports: PresenterPorts, text: string): Promise<void> {
  const isTall = text.split('\n').length > ports.size().rows
  const page = isTall ? ports.pager() : undefined
  await (page ?? ports.write)(text)
}

function rowsText(
  ports: PresenterPorts,
  format: ResultFormat | undefined,
  values: readonly Value[],
  whole: boolean,
): string {
  if (format === undefined) return ''
  const { columns, rows } = ports.size()
  if (whole && format instanceof TableFormat && values.length < rows) {
    const { lines } = layoutTable(values, columns)
    if (lines.length <= rows - 2) return ports.draw([...lines], columns)
  }
  return format.values(values)
}

/** The first line is the error itself; the rest, picture and help, stays plain. */
function errorText(ports: PresenterPorts, lines: readonly string[]): string {
  return lines.map((line, index) => `${index === 0 ? ports.theme.error(line) : line}\n`).join('')
}
