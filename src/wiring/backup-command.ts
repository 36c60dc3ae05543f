import { textOf } from './answer-lines.ts'
import type { AskedCall } from './asked-call.ts'
import { askingCommand } from './asking-command.ts'
import type { Command } from './command.ts'

/** What is called before and after the data folder is copied. */
export const backupCalls: readonly AskedCall[] = [
  {
    name: 'begin',
    about: 'from now on the data folder may be copied, while the program goes on',
    call: () => ({ method: 'POST', path: '/backup/begin' }),
    said: ({ ends_by }) =>
      `The data folder may be copied now. Call backup end behind it; without that it is over at ${textOf(ends_by)}.\n`,
  },
  {
    name: 'end',
    about: 'the copy is made; ends with 1 where it is not to be relied on',
    call: () => ({ method: 'POST', path: '/backup/end' }),
    said: ({ began_at }) => `The backup that began at ${textOf(began_at)} has ended: its copy is whole.\n`,
  },
]

/** The command `backup`: the program that runs lets its data folder be copied. */
export const backupCommand: Command = askingCommand({
  name: 'backup',
  about: 'has the program that runs let its data folder be copied',
  calls: backupCalls,
  flags: {},
  more: [
    'It is sent to the program that runs with the same data folder (--data), and ends with 1 where none runs: then the',
    'folder may be copied as long as none is started.',
  ],
})
