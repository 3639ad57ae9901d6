import { Box, renderToString, Text } from 'ink'
import type { CellRole } from '../shell/formats/cell-text.ts'
import type { TableLine } from '../shell/formats/table-layout.ts'
import type { Paint, Theme } from './theme.ts'

/** A laid-out result as an Ink component: one row a line, the cells in their roles' colours. */
export function TableView({ lines, theme }: { readonly lines: readonly TableLine[]; readonly theme: Theme }) {
  return (
    <Box flexDirection="column">
      {lines.map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a drawn table never changes.
        <Text key={index} wrap="truncate">
          {trimmed(line).map(({ text, role }) => paintOf(theme, role)(text))}
        </Text>
      ))}
    </Box>
  )
}

/** The component drawn once, as text for the scrollback: nothing of it stays mounted. */
export function drawTable(lines: readonly TableLine[], theme: Theme, columns: number): string {
  return `${renderToString(<TableView lines={lines} theme={theme} />, { columns })}\n`
}

/** Blanks at the end of a line are not drawn, so that both writers give the same text. */
function trimmed(line: TableLine): TableLine {
  let end = line.length
  while (end > 0 && (line[end - 1] as TableLine[number]).text.trim() === '') end -= 1
  return line.slice(0, end).map((cell, index) => (index === end - 1 ? { ...cell, text: cell.text.trimEnd() } : cell))
}

function paintOf(theme: Theme, role: CellRole): Paint {
  switch (role) {
    case 'header':
      return theme.header
    case 'rule':
    case 'null':
      return theme.faint
    case 'number':
      return theme.number
    case 'bool':
      return theme.keyword
    case 'ion':
      return theme.ion
    case 'text':
    case 'missing':
      return (text) => text
    default:
      return role satisfies never
  }
}
