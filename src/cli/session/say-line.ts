import { visibleText } from '../../shell/visible-text.ts'

/** Writes one line about names and paths, in which a terminal must find nothing to obey and no further line. */
export function sayLine(stream: NodeJS.WritableStream, line: string): void {
  stream.write(`${visibleText(line)}\n`)
}
