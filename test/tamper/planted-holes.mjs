/**
 * Holes that verification once had, or might get: each is put into src while the drill is bundled (scripts/tamper.mjs
 * --hole NAME), so the program itself has no switch for them. `find` must stand in the file exactly once. `artefact` and
 * `operation` and `path` say where the drill looks for it.
 */
const verify = 'src/journal/verify.ts'
const evidence = 'src/journal/verify-evidence.ts'

export const plantedHoles = [
  {
    name: 'data of JSON that could not be checked is a footnote',
    file: 'src/journal/verify-export.ts',
    find: "this.#findings.add('doubtful', 'json-data',",
    replace: "this.#findings.add('note', 'json-data',",
    artefact: 'JSON, made here',
    operation: 'change',
    path: 'block 3, revisions.[1].data.',
  },
  {
    name: 'a revision that shows only its hash is one of QLDB itself',
    file: verify,
    find: 'if (ids.has(id)) continue',
    replace: 'if (ids.has(id) || this.opaqueRevisions > 0) continue',
    artefact: 'binary, of AWS',
    operation: 'hash',
    path: ', revisions.[1], variant 0',
  },
  {
    name: 'a block without its revisions is whole',
    file: verify,
    find: 'if (ids.has(id)) continue',
    replace: 'if (ids.has(id) || revisions === undefined) continue',
    also: [{ find: 'this.opaqueEntries !== opaqueEntriesOfQldb', replace: 'this.opaqueEntries < opaqueEntriesOfQldb' }],
    artefact: 'binary, of AWS',
    operation: 'remove',
    path: ', revisions, variant 0',
  },
  {
    name: 'the file decides whether heads are covered',
    file: verify,
    find: 'this.isOwn = changesOwnCatalog(this.#block)',
    replace: 'this.isOwn = false',
    also: [
      { find: 'this.hasStrangeHead = this.opaqueEntries === 1 && !this.#explained.has(0)', replace: '' },
      { find: 'this.opaqueEntries !== opaqueEntriesOfQldb', replace: 'this.opaqueEntries > opaqueEntriesOfQldb' },
      { find: 'times.some((time) => !isWithinTransaction(time, blockTimestamp))', replace: 'times.length < 0' },
    ],
    artefact: 'binary, made here',
    operation: 'everywhere',
    path: 'blockTimestamp',
  },
  {
    name: 'a receipt is not followed to its digest',
    file: evidence,
    find: 'if (hash.length === 0 || !equalBytes(last, digest)) {',
    replace: 'if (hash.length === 0) {',
    artefact: 'receipt',
    operation: 'change',
    path: 'RevisionHash',
  },
]
