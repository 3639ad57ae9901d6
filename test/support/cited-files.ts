/** The comments of a source file: block comments, and what follows `//`. */
export function commentsOf(text: string): string[] {
  return [...text.matchAll(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/[^\n]*/g)].map(([comment]) => comment)
}

/** Source files and pages that a comment mentions: `base/env.ts`, `docs/verify.md`. */
export function filesIn(comment: string): string[] {
  return [...comment.matchAll(/(?<![\w*<./-])[\w@-][\w.-]*(?:\/[\w.-]+)*\.(?:tsx?|md)\b/g)].map(([name]) => name)
}
