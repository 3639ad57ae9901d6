/** Middleware of the AWS SDK for headers of this program's own endpoints, which others ignore and never answer. */

/** Sends the header with `1`. */
export function sendingHeader(name: string) {
  return <Args extends { request: unknown }, Result>(next: (args: Args) => Promise<Result>) =>
    (args: Args): Promise<Result> => {
      ;(args.request as { headers: Record<string, string> }).headers[name] = '1'
      return next(args)
    }
}

/** Hands over what an answer's header says; undefined for an answer without it. */
export function readingHeader(name: string, take: (value: string | undefined) => void) {
  return <Args, Result extends { response: unknown }>(next: (args: Args) => Promise<Result>) =>
    async (args: Args): Promise<Result> => {
      const result = await next(args)
      take((result.response as { headers?: Record<string, string> }).headers?.[name])
      return result
    }
}
