import { controlPageMax } from '../../base/limits.ts'
import { invalidParameter } from './control-plane-errors.ts'

/**
 * One page of a list that is sorted by a key, by the query's `max_results` and `next_token`. A token is the key of the
 * last item before the page, so it stays good when items come and go. Throws HttpError InvalidParameterException.
 */
export function pageOf<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
  query: readonly (readonly [string, string])[],
): { readonly items: readonly Item[]; readonly nextToken: string | undefined } {
  const members = new Map(query)
  const asked = members.get('max_results')
  const count = asked === undefined ? controlPageMax : Number(asked)
  if (!Number.isInteger(count) || count < 1 || count > controlPageMax) {
    throw invalidParameter(`MaxResults has to be 1 to ${controlPageMax}`, 'MaxResults')
  }
  const token = members.get('next_token')
  const after = token === undefined ? undefined : keyOfToken(token)
  const rest = after === undefined ? items : items.filter((item) => keyOf(item) > after)
  const page = rest.slice(0, count)
  const last = page.at(-1)
  const nextToken = rest.length > page.length && last !== undefined ? tokenOf(keyOf(last)) : undefined
  return { items: page, nextToken }
}

function tokenOf(key: string): string {
  return Buffer.from(key, 'utf8').toString('base64')
}

function keyOfToken(token: string): string {
  const key = Buffer.from(token, 'base64').toString('utf8')
  if (tokenOf(key) !== token) throw invalidParameter('NextToken is not valid', 'NextToken')
  return key
}
