import type { SourceDef } from './source.ts'

// The first look reads a whole file, and a book may lie on a slow share.
const patienceMs = 20_000

export const file: SourceDef = {
  describe: 'A file of the library; a chapter or part of a long one by its number, as if it were a folder.',
  examples: ['stories/gate.mp3', 'books/wizard.m4b/03', 'file:clip:odd name.mp3'],
  patienceMs,
  open: ({ library }) => library,
}
