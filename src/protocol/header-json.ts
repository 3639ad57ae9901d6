/** JSON as an HTTP header may carry it: ASCII alone. */
export function headerOf(value: unknown): string {
  return JSON.stringify(value).replace(
    /[^\x20-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** The JSON value of a header; undefined if the header is missing, longer than the limit or not JSON. */
export function headerValue(text: string | undefined, charactersMax: number): unknown {
  if (text === undefined || text.length > charactersMax) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
