import { Box, Text, useCursor, useStdout } from 'ink'
import { useEffect, useState, useSyncExternalStore } from 'react'
import type { Session } from './session.ts'
import type { Theme } from './theme.ts'
import { type LiveView, liveView, type ViewInput } from './view.ts'

export interface AppProps {
  readonly session: Session
  readonly theme: Theme
  /** What the view needs of the world at this moment: size, time, rows read. */
  readonly look: () => Pick<ViewInput, 'columns' | 'rows' | 'nowMs' | 'rowsRead' | 'shell'>
}

/** How often the status line is redrawn while it has something that counts, in milliseconds. */
const tickMs = 200

/** The live region: prompt and text being edited, or the status line of the statement that runs. Only draws. */
export function App({ session, theme, look }: AppProps) {
  const state = useSyncExternalStore(
    (listener) => session.subscribe(listener),
    () => session.state,
  )
  useTicks(state.mode === 'running' || look().shell.transaction !== undefined)
  useRedrawOnResize()
  const view = liveView({ state, theme, ...look() })
  const { setCursorPosition } = useCursor()
  setCursorPosition(view.cursor)
  return <LiveRegion view={view} />
}

export function LiveRegion({ view }: { readonly view: LiveView }) {
  return (
    <Box flexDirection="column">
      {view.rows.map((row, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a row is its place.
        <Text key={index} wrap="truncate">
          {row === '' ? ' ' : row}
        </Text>
      ))}
    </Box>
  )
}

/** Redraws every tickMs while `active`. */
function useTicks(active: boolean): void {
  const [, setTick] = useState(0)
  useEffect(() => {
    if (!active) return
    const timer = setInterval(() => setTick((tick) => tick + 1), tickMs)
    return () => clearInterval(timer)
  }, [active])
}

/** Lays out again when the terminal is resized: Ink alone would only cut the old rows. */
function useRedrawOnResize(): void {
  const { stdout } = useStdout()
  const [, setSizes] = useState(0)
  useEffect(() => {
    const redraw = () => setSizes((sizes) => sizes + 1)
    stdout.on('resize', redraw)
    return () => void stdout.off('resize', redraw)
  }, [stdout])
}
