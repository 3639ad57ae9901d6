/** See planted-holes.mjs. */
export interface PlantedHole {
  readonly name: string
  readonly file: string
  readonly find: string
  readonly replace: string
  /** More changes, in the same file or in another. */
  readonly also?: readonly { readonly file?: string; readonly find: string; readonly replace: string }[]
  readonly artefact: string
  readonly operation: string
  readonly path: string
}
export const plantedHoles: readonly PlantedHole[]
