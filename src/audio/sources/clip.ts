import { join } from 'node:path'
import type { Library } from '../library/library.ts'
import type { AudioSource, SourceDef } from './source.ts'

export const clip: SourceDef = {
  describe: 'A sound that comes with the product, and is there though the library is empty.',
  examples: ['clip:nothing-here-yet', 'clip:lullaby-one'],
  open: ({ libraryOf, shipped }) => clipsOf(libraryOf(join(shipped, 'audio'))),
}

/** A clip's name is its file's without folder and ending. What comes with the product stays as it is while it runs. */
function clipsOf(library: Library): AudioSource {
  let known: Promise<ReadonlyMap<string, string>> | undefined
  const clips = () => {
    known ??= namesIn(library)
    known.catch(() => {
      known = undefined
    })
    return known
  }
  const fileOf = async (name: string) => (await clips()).get(name)
  return {
    async find(name) {
      const file = await fileOf(name)
      if (file === undefined) return { state: 'missing' }
      const found = await library.find(file)
      return found.state === 'ready' ? { state: 'ready', file: { ...found.file, file: name } } : found
    },
    open: async (audio) => library.open({ ...audio, file: (await fileOf(audio.file)) ?? audio.file }),
    names: async () => [...(await clips()).keys()],
    close: () => library.close(),
  }
}

async function namesIn(library: Library): Promise<ReadonlyMap<string, string>> {
  const files = await library.list()
  return new Map(files.flatMap(({ file }) => (isPiece(file) ? [] : [[clipNameOf(file), file]])))
}

/** What lies deeper are the pieces of a story: nothing that anybody would want to hear by itself. */
function isPiece(file: string): boolean {
  return file.split('/').length > 2
}

/** What a file that comes with the product is called as a clip. */
export function clipNameOf(file: string): string {
  return file.replace(/^.*\/|\.[^.]*$/g, '')
}
