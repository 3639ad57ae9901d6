/** Resolves when the stream takes more, and also when it takes nothing any more: whoever waits must not wait for ever. */
export function hasRoom(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    if (stream.destroyed || !stream.writableNeedDrain) return resolve()
    const ends = ['drain', 'error', 'close'] as const
    const end = () => {
      for (const name of ends) stream.off(name, end)
      resolve()
    }
    for (const name of ends) stream.on(name, end)
  })
}
