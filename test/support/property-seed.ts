import fc from 'fast-check'

/**
 * Each file's properties draw from a fresh seed, which is printed when one fails. QLDB_PROPERTY_SEED=N fixes it: CI sets it,
 * so that a commit has one verdict, whenever and however often it is asked for.
 */
const { QLDB_PROPERTY_SEED } = process.env
if (QLDB_PROPERTY_SEED !== undefined) fc.configureGlobal({ seed: Number(QLDB_PROPERTY_SEED) })
