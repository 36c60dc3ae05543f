import { askingCommand } from './asking-command.ts'
import type { Command } from './command.ts'
import { coverCalls, iconCalls } from './picture-calls.ts'

const more = [
  'It is sent to the program that runs with the same data folder (--data). With --json its answer stands there as it is.',
  'Ends with 1 where the program says no, and where none runs.',
]

/** The command `icon`: the pictures of 16×16 that players show. */
export const iconCommand: Command = askingCommand({
  name: 'icon',
  about: 'asks the program that runs for icons of chapters, or has it bring them to the account',
  calls: iconCalls,
  flags: { whose: 'public or own' },
  more,
})

/** The command `cover`: the pictures that Yoto's app shows for cards. */
export const coverCommand: Command = askingCommand({
  name: 'cover',
  about: 'has the program that runs bring covers of cards to the account',
  calls: coverCalls,
  flags: {},
  more,
})
