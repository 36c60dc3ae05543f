import { AppError } from '../core/error.ts'
import { silentLog } from '../core/log.ts'
import type { StoredQueue } from '../core/queue.ts'
import type { PlainValue } from '../core/value-form.ts'
import type { Options } from '../options.ts'
import { eventForms } from '../rules/dry/asked.ts'
import { reportInWords } from '../rules/dry/report-words.ts'
import type { RuleSet } from '../rules/rule-set.ts'
import type { Storage } from '../storage/storage.ts'
import { AudioOnDisk } from './audio-on-disk.ts'
import { readHousehold } from './check-command.ts'
import type { Command, CommandInput } from './command.ts'
import { type DryGround, type Remembered, tryDry } from './dry-run.ts'
import { leftOut, leftOutInWords } from './left-out.ts'
import { queuesCollection } from './queue-file.ts'
import { seedOf } from './seed.ts'
import { cardsIn, fromStore } from './store-at-rest.ts'
import { foldersOf } from './test-command.ts'

/** The command `run --dry`: what rules would do, tried before it happens. */
export const runCommand: Command = {
  name: 'run',
  usage: '--dry [--event …] [--json]',
  flags: {
    dry: null,
    at: 'a time such as 2026-11-24T19:29',
    event: 'an event such as button=right',
    player: 'the name of a player',
    state: 'how the player is, such as volume=3',
    seed: 'a whole number',
  },
  lists: ['event', 'state'],
  about: 'says what rules would do, and when, with nothing leaving the house',
  more: [
    'Without anything behind it the word runs the product.',
    '',
    '--at 2026-11-24T19:29   when it begins, by the clocks of the household; now where absent',
    `--event …               what happens; several come in order: ${eventForms.slice(0, 2).join(', ')},`,
    `                        ${eventForms.slice(2, 5).join(', ')},`,
    `                        ${eventForms.slice(5).join(', ')}`,
    '--player kids-room      whom it happens to',
    '--state volume=3        how that player is as it begins; also playing=true, battery=8, online=false,',
    '                        charging=true, day_mode=night, card=7JtVV, stream=bedroom',
    '--seed 7                another number brings another chance',
    '',
    'It begins with the vars, inputs and queues that the household remembers, read beside a running product.',
  ].join('\n'),
  async run(input) {
    const { flags, lists, json } = input
    if (!flags.has('dry')) throw new AppError('invalid', onlyDry)
    const [at, player, seed] = ['at', 'player', 'seed'].map((name) => flags.get(name))
    const question = {
      events: lists.get('event') ?? [],
      state: stateOf(lists.get('state') ?? []),
      ...(at === undefined ? {} : { at }),
      ...(player === undefined ? {} : { player }),
      ...(seed === undefined ? {} : { seed: seedOf(seed) }),
    }
    const checked = await readHousehold(input)
    const ground = await groundOf(input, checked)
    const report = await tryDry(question, checked.ruleSet, ground)
    const answer = json
      ? `${JSON.stringify({ ...report, left_out: leftOut(checked) }, null, 2)}\n`
      : `${reportInWords(report)}${leftOutInWords(checked)}`
    return { answer, failed: false }
  },
}

const onlyDry =
  'command run: it runs events dry alone, so add --dry. To have it happen for real, press on the player, or ask POST /api/simulator/players/{id}/press of a running product with simulated players'

function stateOf(written: readonly string[]): Record<string, string> {
  const pairs = written.map((one): [string, string] => {
    const at = one.indexOf('=')
    if (at > 0) return [one.slice(0, at), one.slice(at + 1)]
    throw new AppError(
      'invalid',
      `argument --state: found ${JSON.stringify(one.slice(0, 80))}, expected a name and a value such as volume=3`,
    )
  })
  return Object.fromEntries(pairs)
}

async function groundOf(
  { options, shipped, clock }: CommandInput,
  {
    ruleSet,
    playersNamed,
  }: { readonly ruleSet: RuleSet; readonly playersNamed: readonly { readonly name: string }[] },
): Promise<DryGround> {
  const { media, config } = options.folders
  const audio = new AudioOnDisk({ folders: [media, config], shipped, clock, log: silentLog })
  try {
    const picks = [...ruleSet.playlists.values()].some(({ pick }) => pick !== undefined)
    return {
      now: clock.now(),
      ...(await storeOf(options)),
      players: [],
      named: [...new Set(playersNamed.map(({ name }) => name))],
      folders: await foldersOf(ruleSet, audio),
      library: picks ? await audio.allFiles() : [],
    }
  } finally {
    await audio.close()
  }
}

async function storeOf(options: Options): Promise<Pick<DryGround, 'remembered' | 'cards'>> {
  const read = async (storage: Storage) => ({
    remembered: await rememberedIn(storage),
    cards: await cardsIn(storage),
  })
  return (await fromStore(options, read)) ?? { remembered: null, cards: new Map() }
}

async function rememberedIn(storage: Storage): Promise<Remembered> {
  const all = async <Value>(name: string) => new Map(await storage.collection<Value>(name).entries())
  return {
    vars: await all<PlainValue>('vars'),
    inputs: await all<PlainValue>('inputs'),
    queues: await all<StoredQueue>(queuesCollection),
    applied: await all<string>('applied-slots'),
    enabled: await all<boolean>('rule-switches'),
  }
}
