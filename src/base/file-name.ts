/** Names that were probably meant as a file's, as `cars.jsonl` in FROM. */
const fileName = /^\S+\.(?:jsonl|ndjson|json|csv|tsv|ion|10n|parquet)(?:\.gz)?$/i

export function looksLikeFile(text: string): boolean {
  return fileName.test(text)
}

/** What to do instead of naming a file in a query. */
export function fileHelp(text: string): string {
  return `to query a file: qldb query --input ${text} "SELECT …"`
}
