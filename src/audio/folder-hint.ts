import { didYouMean } from '../language/names.ts'
import { list } from '../language/wording.ts'

/** What was probably meant by a folder with no audio directly in it, among all names of the library; null where nothing comes near. */
export function folderHint(folder: string, names: readonly string[]): string | null {
  const folders = new Set(
    names.flatMap((name) => (name.includes('/') ? [name.slice(0, name.lastIndexOf('/'))] : [])),
  )
  const path = folder.replace(/\/+$/, '')
  const below = [...folders].filter((one) => one.startsWith(`${path}/`))
  if (below.length > 0)
    return `only what lies directly in it is taken; there is audio in ${list(below.map((one) => `"${one}"`))}`
  const meant = didYouMean(path, folders)
  return meant === null ? null : `did you mean "${meant}"?`
}
