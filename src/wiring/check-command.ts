import { heardTopicFault, householdTopicFault } from '../broker/household-topic.ts'
import { topicsFor } from '../broker/topic.ts'
import type { Clock } from '../core/clock.ts'
import { AppError } from '../core/error.ts'
import { silentLog } from '../core/log.ts'
import { type Diagnostic, formatDiagnostic } from '../language/diagnostic.ts'
import type { Options } from '../options.ts'
import type { RuleTest } from '../rules/dry/rule-test.ts'
import type { NamedPlayer } from '../rules/read/names.ts'
import { readRuleFiles } from '../rules/read/rule-files.ts'
import type { FiledStory } from '../rules/read/story-section.ts'
import type { RuleSet } from '../rules/rule-set.ts'
import { readStories } from '../stories/read/section.ts'
import { AudioOnDisk } from './audio-on-disk.ts'
import { homeAssistantChecks } from './home-assistant.ts'
import { locationNow } from './home-location.ts'
import type { PluginShelf } from './plugin-shelf.ts'
import { readPlugins } from './read-plugins.ts'
import { calendarFiles, type RuleFolder, readRuleFolder } from './rule-folder.ts'
import { cardsIn, fromStore } from './store-at-rest.ts'
import type { Supervisor } from './supervisor.ts'

interface ReadInput {
  readonly options: Options
  /** The folder of rules and audio that come with the product. */
  readonly shipped: string
  readonly clock: Clock
  /** Where Home Assistant's Supervisor started it. */
  readonly supervisor?: Supervisor
  /** `dry`: the rules are tried out, so plug-ins are set up. */
  readonly purpose?: 'read' | 'dry'
}

/** The household's rule files as a command finds them. */
export interface Checked extends RuleFolder {
  readonly findings: readonly Diagnostic[]
  /** What is sound in them. */
  readonly ruleSet: RuleSet
  /** What people wrote to try it out. */
  readonly tests: readonly RuleTest[]
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
  return { answer: input.json ? `${JSON.stringify(asJson(checked), null, 2)}\n` : inWords(checked), failed }
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
  const { config, media } = options.folders
  const { sources, problems } = await readRuleFolder(config, silentLog)
  if (problems.some(({ file }) => file === '.'))
    throw new AppError(
      'not_found',
      `the config folder ${config} cannot be read: start the product once, or name another with --config`,
    )
  const plugins = await readPlugins({ options, clock, purpose })
  const audio = new AudioOnDisk({ folders: [media, config], shipped, clock, log: silentLog })
  const { base_topic: base, discovery_prefix: discoveryPrefix } = options.mqtt
  const topics = topicsFor(base, discoveryPrefix)
  const { diagnostics, ruleSet, tests, stories, playersNamed } = await readRuleFiles(sources, {
    registry: plugins.registry,
    stories: readStories,
    fileExists: (name) => audio.has(name),
    fileHint: (name) => audio.hint(name),
    topicFault: (topic, use) =>
      (use === 'publish' ? householdTopicFault : heardTopicFault)(topic, { base, discoveryPrefix }, topics),
    isOurCard: cardsOnceAsked(options),
    zone: options.timezone,
    homeAssistant: homeAssistantChecks({
      isThere: supervisor !== undefined,
      allow: options.homeassistant.allow,
    }),
    location: await locationNow({ options, supervisor: supervisor ?? null }),
    readCalendar: calendarFiles(config),
    adviceAt: clock.now(),
  }).finally(() => audio.close())
  const findings = [...plugins.troubles.map(({ finding }) => finding), ...diagnostics]
  return { sources, problems, findings, ruleSet, tests, stories, plugins, playersNamed }
}

/** The store is opened at the first question alone; what cannot be read there is not known. */
function cardsOnceAsked(options: Options): (cardId: string) => Promise<boolean | null> {
  let cards: Promise<ReadonlyMap<string, string> | null> | null = null
  return async (cardId) => {
    cards ??= fromStore(options, cardsIn).catch(() => null)
    return (await cards)?.has(cardId) ?? null
  }
}

function asJson({ sources, problems, findings }: Checked) {
  return { files: sources.map(({ file }) => file), unread: problems, findings }
}

function inWords({ sources, problems, findings, plugins }: Checked): string {
  const texts = new Map([...sources, ...plugins.troubles].map(({ file, text }) => [file, text]))
  const said = [
    ...problems.map(({ text }) => text),
    ...findings.map((finding) => formatDiagnostic(finding, texts.get(finding.file) ?? '')),
  ]
  const count = (level: Diagnostic['level']) => findings.filter((finding) => finding.level === level).length
  const counts = [
    counted(count('error') + problems.length, 'error'),
    counted(count('warning'), 'warning'),
    counted(count('info'), 'info'),
  ]
  return `${[...said, `${counted(sources.length, 'file')}: ${counts.join(', ')}`].join('\n\n')}\n`
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`
}
