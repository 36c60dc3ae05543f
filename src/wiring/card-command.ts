import { accountCalls } from './account-calls.ts'
import { addressCalls } from './address-calls.ts'
import { askingCommand } from './asking-command.ts'
import { cardCalls } from './card-calls.ts'
import type { Command } from './command.ts'

/** Every call of `card`. A new one is a row in one of these, and its flags below. */
export const everyCardCall = [...cardCalls, ...accountCalls, ...addressCalls]

/** The command `card`: what the program that runs knows and does of cards. */
export const cardCommand: Command = askingCommand({
  name: 'card',
  about: 'asks the program that runs about cards, or has it make and change them',
  calls: everyCardCall,
  flags: {
    stream: 'the name of a stream',
    story: 'the id of a story',
    file: 'the name of a file of the library',
    title: 'the title on the card',
    kind: 'queue, stream, story or tracks',
    run: 'auto, card or live',
    chapters: 'a number from 3 to 99',
    slots: 'interactive or linear',
    confirm: 'request or mqtt',
    player: 'the id of a player',
    audio: 'streamed or uploaded',
    icon: 'the id of an icon',
    cover: 'the address of a cover',
    search: 'a text',
    whose: 'ours, own or family',
    wait: null,
    now: null,
    refresh: null,
    theirs: null,
    replace: null,
  },
  lists: ['file'],
  more: [
    'It is sent to the program that runs with the same data folder (--data). With --json its answer stands there as it is,',
    'for backup and document {"file", "bytes"} and what is known of the file, which is never put over one that is there.',
    'Ends with 1 where the program says no or none runs, where nobody fetched the test card, where the account has a card',
    'otherwise (compare), and where a card is missing in a back-up.',
  ],
})
