import { naturalOrder } from '../audio/names.ts'
import { heardTopicFault, householdTopicFault } from '../broker/household-topic.ts'
import { topicsFor } from '../broker/topic.ts'
import { areCardsOf } from '../cards/record.ts'
import type { Clock } from '../core/clock.ts'
import { AppError } from '../core/error.ts'
import { silentLog } from '../core/log.ts'
import { onceEach } from '../core/once-each.ts'
import { lengthsBy, type PlayingTime } from '../core/playing-time.ts'
import { calledAs } from '../core/slug.ts'
import type { Story } from '../core/story.ts'
import { type Diagnostic, formatDiagnostic } from '../language/diagnostic.ts'
import type { Options } from '../options.ts'
import type { RuleTest } from '../rules/dry/rule-test.ts'
import type { NamedPlayer } from '../rules/read/names.ts'
import type { Surroundings } from '../rules/read/references.ts'
import { readRuleFiles } from '../rules/read/rule-files.ts'
import type { FiledStory } from '../rules/read/story-section.ts'
import type { RuleSet } from '../rules/rule-set.ts'
import { type Audible, withSilence } from '../rules/silence.ts'
import { type ChosenRun, chosenRun } from '../stories/card/chosen-run.ts'
import { playingTimeAsJson, playingTimeInWords } from '../stories/check/time-words.ts'
import { compiled } from '../stories/compiled.ts'
import { readStories } from '../stories/read/section.ts'
import { AudioOnDisk } from './audio-on-disk.ts'
import { accessTo, homeAssistantChecks } from './home-assistant.ts'
import { locationNow } from './home-location.ts'
import { findsOnDisk } from './picks.ts'
import type { PluginShelf } from './plugin-shelf.ts'
import { readPlugins } from './read-plugins.ts'
import { calendarFiles, type RuleFolder, readRuleFolder } from './rule-folder.ts'
import { cardsAndStreamsIn, fromStore } from './store-at-rest.ts'
import type { Supervisor } from './supervisor.ts'

interface ReadInput {
  readonly options: Options
  /** The folder of rules and audio that come with the product. */
  readonly shipped: string
  readonly clock: Clock
  /** Where Home Assistant's Supervisor started it. */
  readonly supervisor?: Supervisor
  /** `dry`: the rules are tried out, so plug-ins are set up; `run`: something of theirs is used. */
  readonly purpose?: 'read' | 'dry' | 'run'
}

/** The household's rule files as a command finds them. */
export interface Checked extends RuleFolder {
  readonly findings: readonly Diagnostic[]
  /** What is sound in them. */
  readonly ruleSet: RuleSet
  /** What people wrote to try it out. */
  readonly tests: readonly RuleTest[]
  /** Why tests are left out; the findings have it, too. */
  readonly testFaults: readonly Diagnostic[]
  /** Those that are sound, with their own tests. */
  readonly stories: readonly (FiledStory & { readonly file: string })[]
  /** Those that the rules were read with. */
  readonly plugins: PluginShelf
  /** Which players the rules speak of. */
  readonly playersNamed: readonly NamedPlayer[]
}

/**
 * The command `check`: what there is to say about the rule files of the config folder, with no product running and
 * nothing changed. `failed` where a file is left out.
 * @throws AppError `not_found` where there is no config folder.
 */
export async function checkCommand(
  input: ReadInput & { readonly json: boolean },
): Promise<{ readonly answer: string; readonly failed: boolean }> {
  const checked = await readHousehold(input)
  const failed = checked.problems.length > 0 || checked.findings.some(({ level }) => level === 'error')
  const stories = await timedStories(checked, input)
  const answer = input.json
    ? `${JSON.stringify(asJson(checked, stories), null, 2)}\n`
    : inWords(checked, stories)
  return { answer, failed }
}

interface TimedStory extends Pick<ChosenRun, 'run' | 'why'> {
  readonly file: string
  readonly story: Story
  readonly time: PlayingTime
}

/** How each story is run, and how long it plays. */
async function timedStories({ stories }: Checked, input: ReadInput): Promise<readonly TimedStory[]> {
  const audio = audioOf(input)
  const lengthOf = lengthsBy(onceEach((name) => audio.lengthOf(name)))
  const timed: TimedStory[] = []
  for (const { file, story, playingTime } of stories) {
    const { run, why } = chosenRun(compiled(story))
    timed.push({ file, story, run, why, time: await playingTime(lengthOf) })
  }
  return timed.sort((one, other) => naturalOrder(one.file, other.file))
}

/** Where no product runs. */
function audioOf({ options, shipped, clock }: Pick<ReadInput, 'options' | 'shipped' | 'clock'>): AudioOnDisk {
  const { config, media } = options.folders
  return new AudioOnDisk({ folders: [media, config], shipped, clock, log: silentLog })
}

/**
 * Reads the rule files of the config folder, with no product running and nothing changed.
 * @throws AppError `not_found` where there is no config folder.
 */
export async function readHousehold({
  options,
  shipped,
  clock,
  supervisor,
  purpose = 'read',
}: ReadInput): Promise<Checked> {
  const { config } = options.folders
  const access = accessTo(options, supervisor ?? null)
  const { sources, problems } = await readRuleFolder(config, silentLog)
  if (problems.some(({ file }) => file === '.'))
    throw new AppError(
      'not_found',
      `the config folder ${config} cannot be read: start the product once, or name another with --config`,
    )
  const plugins = await readPlugins({ options, clock, purpose })
  const audio = audioOf({ options, shipped, clock })
  const { base_topic: base, discovery_prefix: discoveryPrefix } = options.mqtt
  const topics = topicsFor(base, discoveryPrefix)
  const { diagnostics, ruleSet, tests, testFaults, stories, playersNamed } = await readRuleFiles(sources, {
    registry: plugins.registry,
    stories: readStories,
    fileHint: (name) => audio.hint(name),
    lengthOf: onceEach((name) => audio.lengthOf(name)),
    ...audibleOn(audio, { now: clock.now(), zone: options.timezone }),
    folderHint: (folder) => audio.folderHint(folder),
    topicFault: (topic, use) =>
      (use === 'publish' ? householdTopicFault : heardTopicFault)(topic, { base, discoveryPrefix }, topics),
    ...storeAtRest(options),
    zone: options.timezone,
    homeAssistant: homeAssistantChecks({
      isThere: access !== null,
      allow: options.homeassistant.allow,
    }),
    hasVoice: options.speech.provider !== 'none',
    location: await locationNow({ options, access }),
    readCalendar: calendarFiles(config),
    adviceAt: clock.now(),
  }).finally(() => audio.close())
  const findings = [...plugins.troubles.map(({ finding }) => finding), ...diagnostics]
  return { sources, problems, findings, ruleSet, tests, testFaults, stories, plugins, playersNamed }
}

/** Whether there is anything to hear, where no product runs. */
function audibleOn(audio: AudioOnDisk, day: { readonly now: Date; readonly zone: string }) {
  // Several playlists may ask the same.
  const said = { allFiles: () => audio.allFiles(), saidBy: onceEach((file) => audio.saidBy(file)) }
  return {
    fileExists: (name) => audio.has(name),
    filesIn: (folder) => audio.filesIn(folder),
    finds: (playlist) => findsOnDisk(playlist, { audio: said, ...day }),
  } satisfies Audible
}

/** The rules that were read, with the playlists that bring nothing now. */
export async function heardRules({ ruleSet }: Pick<Checked, 'ruleSet'>, input: ReadInput): Promise<RuleSet> {
  const audio = audioOf(input)
  const day = { now: input.clock.now(), zone: input.options.timezone }
  return withSilence(ruleSet, audibleOn(audio, day)).finally(() => audio.close())
}

/** The store is opened at the first question alone; what cannot be read there is not known. */
function storeAtRest(
  options: Options,
): Required<Pick<Surroundings, 'isOurCard' | 'hasCard' | 'hasStream' | 'streamAlike'>> {
  const kept = onceEach((_all: string) => fromStore(options, cardsAndStreamsIn).catch(() => null))
  return {
    isOurCard: async (cardId) => (await kept(''))?.cards.some(({ card_id }) => card_id === cardId) ?? null,
    async hasCard(of) {
      const known = await kept('')
      return known === null ? null : areCardsOf(of, known.cards)
    },
    async hasStream(stream) {
      const known = await kept('')
      if (known === null) return null
      return known.streams.includes(stream) || areCardsOf(`stream/${stream}`, known.cards)
    },
    streamAlike: async (stream) => calledAs(stream, (await kept(''))?.streams ?? []),
  }
}

function asJson({ sources, problems, findings }: Checked, stories: readonly TimedStory[]) {
  return {
    files: sources.map(({ file }) => file),
    unread: problems,
    findings,
    stories: stories.map(({ file, story, run, why, time }) => ({
      ...{ story: story.id, file, scenes: story.scenes.size, run, why },
      playing_time: playingTimeAsJson(time),
    })),
  }
}

function inWords({ sources, problems, findings, plugins }: Checked, stories: readonly TimedStory[]): string {
  const texts = new Map([...sources, ...plugins.troubles].map(({ file, text }) => [file, text]))
  const said = [
    ...problems.map(({ text }) => text),
    ...findings.map((finding) => formatDiagnostic(finding, texts.get(finding.file) ?? '')),
    ...stories.map(storyInWords),
  ]
  const count = (level: Diagnostic['level']) => findings.filter((finding) => finding.level === level).length
  const counts = [
    counted(count('error') + problems.length, 'error'),
    counted(count('warning'), 'warning'),
    counted(count('info'), 'info'),
  ]
  return `${[...said, `${counted(sources.length, 'file')}: ${counts.join(', ')}`].join('\n\n')}\n`
}

function storyInWords({ file, story, run, why, time }: TimedStory): string {
  const how = run === 'card' ? 'told by a card alone' : 'run live'
  const head = `${file}: story "${story.id}", ${counted(story.scenes.size, 'scene')}, ${how}: ${why}`
  return [head, ...playingTimeInWords(time).map((line) => `  ${line}`)].join('\n')
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`
}
