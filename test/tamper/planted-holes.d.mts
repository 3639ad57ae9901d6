/** See planted-holes.mjs. */
export interface PlantedHole {
  readonly name: string
  readonly file: string
  readonly find: string
  readonly replace: string
  readonly also?: readonly { readonly find: string; readonly replace: string }[]
  readonly artefact: string
  readonly operation: string
  readonly path: string
}
export const plantedHoles: readonly PlantedHole[]
