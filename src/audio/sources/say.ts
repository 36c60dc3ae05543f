import type { LibraryFile } from '../library/inspect-file.ts'
import type { SharedFile } from '../open-files.ts'
import type { Found, SourceDef } from './source.ts'

/** Who says texts: what is missing is begun, and `importing` until it is there. */
export interface Voice {
  find(text: string): Promise<Found>
  open(file: LibraryFile): Promise<SharedFile>
  /** Whether a file is one that `find` gave. */
  isOwn(file: Pick<LibraryFile, 'file'>): boolean
}

/** `voice`: asked at each question, as it comes after the sources. */
export function sayBy(voice: () => Voice | null): SourceDef {
  return {
    describe: 'A text that a voice says, as the action `say` puts it into a queue.',
    examples: ['say:Good night, Mia', 'say:Seven minutes to go.'],
    open: () => ({
      find: async (text) => (await voice()?.find(text)) ?? { state: 'importing', progress: 0 },
      async open(audio) {
        const found = voice()
        if (found === null || !found.isOwn(audio)) throw new TypeError('nobody has said it')
        return found.open(audio)
      },
    }),
  }
}
