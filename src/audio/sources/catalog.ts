import { clip } from './clip.ts'
import { file } from './file.ts'
import type { SourceDef } from './source.ts'

/** Where audio comes from, by what stands before the colon of a reference. */
export const sourceCatalog: Readonly<Record<string, SourceDef>> = { file, clip }
