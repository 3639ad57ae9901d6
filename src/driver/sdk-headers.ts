/** Middleware of the AWS SDK that sends a header of this program's own with `1`; other endpoints ignore it. */
export function sendingHeader(name: string) {
  return <Args extends { request: unknown }, Result>(next: (args: Args) => Promise<Result>) =>
    (args: Args): Promise<Result> => {
      ;(args.request as { headers: Record<string, string> }).headers[name] = '1'
      return next(args)
    }
}
