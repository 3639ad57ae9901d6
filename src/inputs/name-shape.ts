/**
 * A sequence of the field names of an object in JSON, as its last one and the sequence before it, and what was seen to
 * follow it. `Quoted`: how whoever reads the file holds a name with its quotes.
 */
export interface NameShape<Quoted> {
  readonly before: NameShape<Quoted> | undefined
  readonly name: string
  /** The name as it stood in the file, with its quotes. */
  readonly quoted: Quoted
  next: Map<string, NameShape<Quoted>> | undefined
  last: NameShape<Quoted> | undefined
  /** Made when an object first ends here. */
  names: readonly string[] | undefined
}

export function newShape<Quoted>(
  before: NameShape<Quoted> | undefined,
  name: string,
  quoted: Quoted,
): NameShape<Quoted> {
  return { before, name, quoted, next: undefined, last: undefined, names: undefined }
}

export function namesOf<Quoted>(shape: NameShape<Quoted>): readonly string[] {
  if (shape.names !== undefined) return shape.names
  const names: string[] = []
  for (let at = shape; at.before !== undefined; at = at.before) names.push(at.name)
  shape.names = names.reverse()
  return shape.names
}
