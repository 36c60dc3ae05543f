import { type Route, route } from './route.ts'

export interface LibraryHouse {
  /** Every audio file in natural order, with those that cannot be played. */
  library(): Promise<readonly LibraryEntry[]>
}

/**
 * A file of the library: `seconds` where it is ready, `progress` (0 to 1) while it is made playable, `reason` (for
 * people) where it cannot be played.
 */
export interface LibraryEntry {
  readonly file: string
  readonly title: string
  readonly seconds: number | null
  readonly state: 'ready' | 'importing' | 'refused'
  readonly progress?: number
  readonly reason?: string
}

export function libraryRoutes(house: LibraryHouse): Route[] {
  return [
    route({
      method: 'get',
      path: '/library',
      summary: 'Every audio file of the library, with those that cannot be played and why.',
      needs: 'house',
      async handle() {
        const files = await house.library()
        return { files, count: files.length }
      },
    }),
  ]
}
