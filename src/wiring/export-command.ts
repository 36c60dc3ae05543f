import { AppError } from '../core/error.ts'
import type { Story } from '../core/story.ts'
import { noCardInWords } from '../stories/card/chosen-run.ts'
import { storyCardPlan } from '../stories/card/plan.ts'
import { unfolded } from '../stories/card/unfold.ts'
import { compiled } from '../stories/compiled.ts'
import { soundsInWords } from '../stories/export/card.ts'
import { tweeOf } from '../stories/export/twee.ts'
import { cardJson } from '../yoto/card-json.ts'
import { readHousehold } from './check-command.ts'
import type { Command, CommandAnswer, CommandInput } from './command.ts'
import { exportedPack } from './export-pack.ts'
import { writeNewFile } from './new-file.ts'
import { oneStory, storyNamed } from './story-named.ts'

/** The command `export`: a story in a form that other programs and players take. */
export const exportCommand: Command = {
  name: 'export',
  usage: '[story] --card|--twee|…',
  words: oneStory,
  flags: { card: null, twee: null, studio: null, output: 'a file', url: 'an address' },
  about: 'writes a story as the JSON of a card, as Twee, or as a pack of STUdio',
  more: [
    'The name can be left out where there is but one story. What the form cannot say is listed on stderr.',
    '',
    '--card          the JSON of an interactive card of Yoto; stderr says what each of its tracks has to play',
    '--url ADDRESS   where the tracks of the card lie: … --url https://example.org/forest makes',
    '                https://example.org/forest/gate~E.mp3 and so on',
    '--twee          Twee 3 as Yoto converts it; the command import reads it back',
    '--studio        a zip for STUdio, with the audio of the library; --output is needed',
    '--output FILE   a new file in place of stdout, never over one that is there',
  ].join('\n'),
  async run(input) {
    const form = formOf(input)
    const story = storyNamed(input.args[0], await readHousehold(input))
    return exporters[form](story, input)
  },
}

type Form = 'card' | 'twee' | 'studio'
const forms: readonly Form[] = ['card', 'twee', 'studio']

function formOf({ flags, json }: CommandInput): Form {
  const [form, ...more] = forms.filter((name) => flags.has(name))
  const known = 'expected one of --card, --twee and --studio'
  if (form === undefined) throw new AppError('invalid', `command export: found none, ${known}`)
  if (more.length > 0)
    throw new AppError('invalid', `command export: found --${form} and --${more.join(' and --')}, ${known}`)
  if (json)
    throw new AppError('invalid', 'command export: found --json, and what is exported has its own form')
  if (form !== 'card' && flags.has('url'))
    throw new AppError('invalid', 'argument --url: it is about the tracks of a card, and goes with --card')
  return form
}

const exporters: Readonly<Record<Form, (story: Story, input: CommandInput) => Promise<CommandAnswer>>> = {
  card: exportedCard,
  twee: async (story, input) => {
    const { text, lost } = tweeOf(story)
    return textAnswer(text, { input, notes: lost.map((what) => `not in Twee: ${what}`) })
  },
  studio: exportedPack,
}

/** Addresses of this name lead nowhere (RFC 2606), and show what is to be replaced. */
const placeholder = 'https://audio.example'

async function exportedCard(story: Story, input: CommandInput): Promise<CommandAnswer> {
  const outcome = unfolded(compiled(story))
  if ('none' in outcome)
    throw new AppError('unprocessable', `command export: this is no card: ${noCardInWords(outcome.none)}`)
  const base = baseOf(input.flags.get('url'))
  const urlOf = (key: string) => `${base ?? placeholder}/${key}.mp3`
  const plan = storyCardPlan(outcome.card, { title: story.title, urlOf })
  const json = cardJson(plan)
  const sounds = [...soundsInWords(outcome.card)].map(([key, words]) => `${key}.mp3 plays: ${words}`)
  const notes = [
    ...(base === null
      ? [
          `the tracks have addresses of ${placeholder}, where nothing is: say where their audio lies with --url`,
        ]
      : []),
    ...(story.bedtime === null ? [] : [`not on the card: bedtime ("${story.bedtime}")`]),
    ...(story.home === story.start
      ? []
      : [`not on the card: "start again" at "${story.home}"; it begins at "${story.start}"`]),
    ...sounds,
  ]
  return textAnswer(`${JSON.stringify(json, null, 2)}\n`, { input, notes })
}

function baseOf(written: string | undefined): string | null {
  if (written === undefined) return null
  const address = URL.canParse(written) ? new URL(written) : null
  if (address !== null && /^https?:$/.test(address.protocol) && address.search === '' && address.hash === '')
    return address.href.replace(/\/+$/, '')
  const shown = JSON.stringify(written.slice(0, 200))
  throw new AppError(
    'invalid',
    `argument --url: found ${shown}, expected an address such as https://example.org/forest`,
  )
}

async function textAnswer(
  text: string,
  { input, notes }: { readonly input: CommandInput; readonly notes: readonly string[] },
): Promise<CommandAnswer> {
  const name = input.flags.get('output')
  const told = notes.length === 0 ? {} : { notes: `${notes.join('\n')}\n` }
  if (name === undefined) return { answer: text, ...told, failed: false }
  await writeNewFile(name, { command: 'export', cwd: input.cwd, flag: 'output', content: text })
  return { answer: `${name} is written\n`, ...told, failed: false }
}
