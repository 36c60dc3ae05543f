import { randomInt } from 'node:crypto'
import { AppError } from '../core/error.ts'
import { silentLog } from '../core/log.ts'
import { randomFrom } from '../core/play-order.ts'
import { startsOf } from '../rules/kept-names.ts'
import { compiled, inHouse } from '../stories/compiled.ts'
import { Playing } from '../stories/playing.ts'
import { type Teller, tellerInJson, tellerInWords } from '../stories/teller.ts'
import { AudioOnDisk } from './audio-on-disk.ts'
import { readHousehold } from './check-command.ts'
import type { Command, CommandInput } from './command.ts'
import { seedOf } from './seed.ts'
import { Sitting, type Sound } from './sitting.ts'
import { canPlay, played, type SoundFault } from './sound.ts'
import { oneStory, storyNamed } from './story-named.ts'

/** The command `play`: a story in the terminal, before any player has it. */
export const playCommand: Command = {
  name: 'play',
  usage: '[story] [--sound] [--json]',
  words: oneStory,
  flags: { seed: 'a whole number', sound: null },
  about: 'plays a story here in the terminal, with the arrow keys',
  more: [
    'The name can be left out where there is but one story. It says what would be heard, and how the vars change.',
    '',
    '← →         the two buttons (also l and r, a and d)',
    '↓ or space  says nothing, as a child does who waits; nothing here goes by time',
    'h           starts again, at the home of the story',
    'q           leaves, as Ctrl-C does',
    '',
    '--seed 7    chance brings the same again; without it another each time, which is said',
    '--sound     the files are heard too, with ffplay of ffmpeg. A press while one plays stops it and counts,',
    '            unless the scene is to be heard out',
    '--json      an object a line, and words in place of keys',
    '',
    'No house is asked: vars and inputs of the house are as they start, and all else of it is not known.',
    '',
    'Where nobody sits at a terminal it reads a word a line: left, right, wait, home, quit.',
    'Ends with 1 where the story cannot go on, or never asks again.',
  ].join('\n'),
  async run(input) {
    const { terminal, flags, json } = input
    if (terminal === undefined) throw new AppError('unavailable', 'command play: there is no terminal here')
    if (json && flags.has('sound'))
      throw new AppError('invalid', 'command play: found --sound and --json, expected one of them')
    const written = flags.get('seed')
    const seed = written === undefined ? randomInt(seeds) : seedOf(written)
    const household = await readHousehold(input)
    const story = storyNamed(input.args[0], household)
    const house = { values: startsOf(household.ruleSet) }
    const playing = new Playing(inHouse(compiled(story), house), randomFrom(seed))
    const typed = terminal.takesKeys && !json ? 'keys' : 'lines'
    const write = (text: string) => terminal.write(text)
    const teller = json ? tellerInJson(write) : tellerInWords(write, typed)
    const typing = terminal.open(typed)
    try {
      teller.begins(story, seed)
      const sound = flags.has('sound') ? soundOn(input, teller) : null
      const heard = sound !== null && (await sound.isThere()) ? sound : null
      const sitting = new Sitting({ playing, typing, typed, teller, sound: heard?.play ?? null })
      return { answer: '', failed: !(await sitting.run()) }
    } finally {
      typing.close()
    }
  },
}

const notThere: SoundFault = { about: 'file', why: 'there is no such file by itself' }

// Short enough to be typed.
const seeds = 100_000

/** The sound of the household's files on this machine. What cannot be heard is said once, and the story goes on. */
function soundOn(
  { options, shipped, clock }: CommandInput,
  teller: Teller,
): { readonly isThere: () => Promise<boolean>; readonly play: Sound } {
  const { media, config } = options.folders
  const said = new Set<string>()
  let isMute = false
  const sayFault = (file: string, { about, why }: SoundFault) => {
    if (!isMute && !said.has(file))
      teller.note(about === 'machine' ? `nothing is heard: ${why}` : `${file} is not heard: ${why}`)
    said.add(file)
    isMute ||= about === 'machine'
  }
  return {
    async isThere() {
      const isThere = await canPlay()
      if (!isThere) teller.note('nothing is heard: ffplay is not on the path; it comes with ffmpeg')
      return isThere
    },
    async play(clips, signal) {
      const audio = new AudioOnDisk({ folders: [media, config], shipped, clock, log: silentLog })
      try {
        for (const clip of clips) {
          if (!('file' in clip) || isMute) continue
          const path = await audio.pathOf(clip.file)
          const fault = path === null ? notThere : await played(path, signal)
          if (fault !== null) sayFault(clip.file, fault)
        }
      } finally {
        await audio.close()
      }
    },
  }
}
