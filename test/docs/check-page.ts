import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { folderHint } from '../../src/audio/folder-hint.ts'
import { heardTopicFault, householdTopicFault } from '../../src/broker/household-topic.ts'
import { topicsFor } from '../../src/broker/topic.ts'
import { systemClock } from '../../src/core/clock.ts'
import { type Diagnostic, formatDiagnostic } from '../../src/language/diagnostic.ts'
import type { Source } from '../../src/language/source.ts'
import { readRuleFiles } from '../../src/rules/read/rule-files.ts'
import { lossFindings } from '../../src/stories/import/draft.ts'
import { storyFromTwee } from '../../src/stories/import/twee-story.ts'
import { readStories } from '../../src/stories/read/section.ts'
import { homeAssistantChecks } from '../../src/wiring/home-assistant.ts'
import { PluginShelf } from '../../src/wiring/plugin-shelf.ts'
import { RuleThread } from '../../src/wiring/rule-thread.ts'
import { failuresIn, runTests } from '../../src/wiring/test-command.ts'
import { HangingThread } from '../support/hanging-thread.ts'
import { recordingLog } from '../support/recording-log.ts'

const pages = new URL('../../docs/checks/', import.meta.url)
const shipped = new URL('../../rules/audio/', import.meta.url)
const tree = { base: 'yoto', discoveryPrefix: 'homeassistant' }
// As the pages call it.
const file = 'bedroom.yaml'

const simulatedPlayers = [
  { id: 'ysimNurseryMini000000001', name: 'Nursery', model: 'Yoto Mini' },
  { id: 'ysimDenPlayerV3000000002', name: 'Den', model: 'Yoto Player (3rd generation)' },
]

/** A page about one code: an example that fails, what is said of it, and the same mended. */
export interface CheckPage {
  readonly code: string
  readonly failing: string
  readonly shown: string
  readonly mended: string
  /** The plug-in `plugins/lamp.mjs` beside each of them, on pages about plug-ins. */
  readonly plugins: { readonly failing: string | null; readonly mended: string | null }
}

/** The codes that have a page, sorted. */
export function pagedCodes(): string[] {
  const names = readdirSync(fileURLToPath(pages), { recursive: true, encoding: 'utf8' })
  return names.flatMap((name) => /^([a-z-]+\/[a-z-]+)\.md$/.exec(name)?.[1] ?? []).sort()
}

export function checkPage(code: string): CheckPage {
  const text = readFileSync(new URL(`${code}.md`, pages), 'utf8')
  const block = (head: RegExp) => {
    const [whole, times, body = ''] =
      new RegExp(`^\`\`\`${head.source}\\n([^]*?\\n)\`\`\`$`, 'm').exec(text) ?? []
    if (whole === undefined) throw new Error(`docs/checks/${code}.md has no block of ${head.source}`)
    const last = body.slice(body.lastIndexOf('\n', body.length - 2) + 1)
    return body + last.repeat(Number(times || 1) - 1)
  }
  return {
    code: /^# (\S+)\n/.exec(text)?.[1] ?? '',
    failing: block(/(?:yaml|twee) failing(?:, last line (\d+) times)?/),
    shown: block(/text()/),
    mended: block(/(?:yaml|twee) mended()/),
    plugins: {
      failing: text.includes('\n```js failing\n') ? block(/js failing()/) : null,
      mended: text.includes('\n```js mended\n') ? block(/js mended()/) : null,
    },
  }
}

/** What `check` finds in a rule file, and where that is nothing what `test` does, beside the audio that comes with the product, with London's clocks of 2027. */
export async function findingsIn(text: string, plugin: string | null = null): Promise<readonly Diagnostic[]> {
  if (text.startsWith(':: ')) return lossFindings(storyFromTwee(text).losses, 'story.twee')
  const shelf = await shelfWith(plugin)
  const source = { file, text }
  if (/^# on a busy machine$/m.test(text)) return foundWhileBusy(source)
  const { diagnostics, ...read } = await readRuleFiles([source], {
    registry: shelf.registry,
    stories: readStories,
    fileExists: async (name) => existsSync(new URL(name, shipped)) || lengthIn(text, name) !== null,
    lengthOf: async (name) => lengthIn(text, name),
    filesIn: async (folder) => {
      const path = new URL(`${folder}/`, shipped)
      return existsSync(path) ? readdirSync(path).map((name) => `${folder}/${name}`) : []
    },
    folderHint: async (folder) =>
      folderHint(folder, readdirSync(fileURLToPath(shipped), { recursive: true, encoding: 'utf8' })),
    topicFault: (topic, use) =>
      (use === 'publish' ? householdTopicFault : heardTopicFault)(
        topic,
        tree,
        topicsFor(tree.base, tree.discoveryPrefix),
      ),
    homeAssistant: homeAssistantChecks({
      isThere: !/^# outside Home Assistant$/m.test(text),
      allow: ['light', 'switch', 'scene', 'script', 'media_player', 'notify', 'input_boolean'],
    }),
    hasVoice: !/^# without a voice$/m.test(text),
    isOurCard: (cardId) => cardId !== '7JtVV',
    hasCard: () => !/^# no card was made yet$/m.test(text),
    zone: 'Europe/London',
    players: simulatedPlayers,
    location: locationIn(text),
    readCalendar: async () => ({ fault: 'there is no such file' }),
    adviceAt: new Date('2027-01-15T12:00:00Z'),
  })
  if (diagnostics.length > 0) return diagnostics
  const troubles = shelf.troubles.map(({ finding }) => finding)
  if (troubles.length > 0) return troubles
  return failuresIn(await runTests(read, new Map()), { sources: [source] })
}

/** What is said of a file whose time to be read ran out while others had the processor. */
async function foundWhileBusy(source: Source): Promise<readonly Diagnostic[]> {
  const folder = mkdtempSync(join(tmpdir(), 'check-page-'))
  const hanging = new HangingThread(folder, '# on a busy machine')
  hanging.hangs = true
  hanging.share = 0.5
  const thread = new RuleThread({ clock: hanging.clock, log: recordingLog(), ...(await hanging.options()) })
  try {
    return (await hanging.outOfTime(() => thread.load(source))).diagnostics
  } finally {
    await thread.stop()
    hanging.stop()
    rmSync(folder, { recursive: true })
  }
}

/** The plug-ins of a household that has that one, or none. */
async function shelfWith(plugin: string | null): Promise<PluginShelf> {
  const folder = mkdtempSync(join(tmpdir(), 'check-page-'))
  try {
    await mkdir(join(folder, 'plugins'))
    if (plugin !== null) await writeFile(join(folder, 'plugins', 'lamp.mjs'), plugin)
    const log = recordingLog()
    const shelf = new PluginShelf({ folder, packages: [], purpose: 'dry', clock: systemClock, log })
    await shelf.look()
    return shelf
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** How long a file of an example plays, in ms: `# tales/voyage.mp3 plays for 14 minutes` says it. */
function lengthIn(text: string, name: string): number | null {
  const said = [...text.matchAll(/^# (\S+) plays for (\d+) minutes$/gm)]
  const minutes = said.find(([, file]) => file === name)?.[2]
  return minutes === undefined ? null : Number(minutes) * 60_000
}

/** Where the house of an example stands: `# location: 69.6, 18.9` says it. */
function locationIn(text: string): { latitude: number; longitude: number } | null {
  const [, latitude, longitude] = /^# location: (\S+), (\S+)$/m.exec(text) ?? []
  return latitude === undefined ? null : { latitude: Number(latitude), longitude: Number(longitude) }
}

/** All that is said of a rule file, as `check` prints it. */
export async function saidOf(text: string, plugin: string | null = null): Promise<string> {
  return asPrinted(await findingsIn(text, plugin), text)
}

export function asPrinted(findings: readonly Diagnostic[], text: string): string {
  return findings.map((finding) => `${formatDiagnostic(finding, text)}\n`).join('')
}
