import { Type } from 'typebox'
import type { ActionDef } from './plugin.ts'

/** The actions that choose among others. They are grammar: the engine itself carries them out. */
export const control = {
  if: {
    title: 'If',
    describe: 'Does the actions under `then` where the condition holds, else those under `else`.',
    examples: ['- if: player.playing\n  then:\n    - log: music\n  else:\n    - log: quiet'],
    options: Type.Object({}),
    run: async () => undefined,
  },
  choose: {
    title: 'Choose',
    describe: 'Does the actions of the first way whose condition holds, else those under `else`.',
    examples: [
      '- choose:\n    - if: player.playing\n      do:\n        - log: music\n    - else:\n        - log: quiet',
    ],
    options: Type.Object({}),
    run: async () => undefined,
  },
} as const satisfies Readonly<Record<string, ActionDef>>
