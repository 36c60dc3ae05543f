import { Type } from 'typebox'

/** What a step puts into a queue. */
export const content = Type.String({
  minLength: 1,
  expected: 'the name of a playlist or of a file',
  forList:
    'give the list a name under `playlists:`, as in `bedtime: [one.mp3, two.mp3]`, and write that name here',
})
