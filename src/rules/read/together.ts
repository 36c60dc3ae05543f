import { adviseQuotes } from '../../language/eleven.ts'
import type { Node } from '../../language/node.ts'
import type { Calendar } from '../calendar.ts'
import { PlayerNames } from '../players.ts'
import { checkAbilities } from './abilities.ts'
import { checkButtonCards } from './button-cards.ts'
import { checkClashes } from './clashes.ts'
import type { Declared } from './declared.ts'
import { checkHomeAssistant } from './home-assistant.ts'
import { checkLoops } from './loops.ts'
import {
  adviseAnswers,
  adviseUnused,
  checkPlayers,
  checkStreams,
  checkStreamsAreThere,
  doubtAlikeStreams,
  refuseAlikeStreams,
} from './names.ts'
import { checkReferences, type Surroundings } from './references.ts'
import { isSound, type RuleFile } from './rule-file.ts'
import { adviseClockChanges, adviseGaps, checkOverlaps, checkShadowed } from './schedule-times.ts'
import { checkSilence } from './silence.ts'
import { checkHolds, checkSlotNames } from './slot-names.ts'
import { adviseStoryAudio } from './story-audio.ts'
import { checkStoryFiles } from './story-files.ts'
import { adviseNeeds } from './templates.ts'
import { checkTestNames } from './test-names.ts'
import { adviseTriggers } from './triggers.ts'
import { checkPublished } from './unpublished.ts'
import { checkVoice } from './voice.ts'

interface Together extends Surroundings {
  readonly declared: Declared
  /** With a moment, what is merely worth knowing of the year from then on is said too, at the level `info`. */
  readonly adviceAt?: Date | null
  /** Asked for between two parts of the work; resolves when it may go on. */
  readonly breathe: () => Promise<void>
}

/** What the files say beside each other. */
export async function checkTogether(
  files: readonly RuleFile[],
  {
    declared,
    breathe,
    adviceAt = null,
    players = null,
    homeAssistant,
    hasVoice,
    isOurCard,
    hasCard,
    hasStream,
    streamAlike,
    ...surroundings
  }: Together,
): Promise<void> {
  refuseDoubles(files)
  refuseAlikeStreams(files)
  if (streamAlike !== undefined) await doubtAlikeStreams(files, { streamAlike, breathe })
  for (const file of files) await checkReferences(file, files, { ...surroundings, breathe })
  for (const file of files) await checkSilence(file, { ...surroundings, breathe })
  if (homeAssistant !== undefined) for (const file of files) await checkHomeAssistant(file, homeAssistant)
  if (hasVoice === false) for (const file of files) checkVoice(file)
  for (const file of files) await checkStoryFiles(file, { ...surroundings, breathe })
  checkTestNames(files)
  const sound = files.filter(isSound)
  for (const file of sound) {
    checkShadowed(file)
    checkOverlaps(file)
    await breathe()
  }
  // What is wrong in one file may be all that the others lack.
  if (sound.length === files.length) {
    await checkStreams(files, breathe)
    await checkSlotNames(files, breathe)
    if (hasStream !== undefined) await checkStreamsAreThere(files, { hasStream, breathe })
    checkHolds(files)
  }
  checkLoops(sound)
  await checkClashes(sound, { players: declared.players, breathe })
  if (isOurCard !== undefined) for (const file of sound) await checkButtonCards(file, { isOurCard, breathe })
  if (hasCard !== undefined) for (const file of sound) await checkPublished(file, files, { hasCard, breathe })
  if (players !== null) {
    const names = new PlayerNames({ aliases: () => declared.players, players: () => players })
    checkPlayers(files, names)
    checkAbilities(files, { names, players })
  }
  if (adviceAt !== null) advise(files, { now: adviceAt, calendar: declared.calendar })
  if (adviceAt !== null) adviseNeeds(declared.templates)
  if (adviceAt !== null) await adviseStoryAudio(files, { ...surroundings, breathe })
}

function advise(
  files: readonly RuleFile[],
  clocks: { readonly now: Date; readonly calendar: Calendar },
): void {
  const sound = files.filter((file) => isSound(file) && !file.testReport.hasErrors)
  if (sound.length === files.length) {
    adviseUnused(files)
    adviseAnswers(files)
  }
  for (const file of sound) {
    adviseGaps(file)
    adviseClockChanges(file, clocks)
    adviseTriggers(file, clocks)
    for (const { place, code, message, help } of file.advice)
      file.report.add(place, 'info', code, message, help)
    if (file.root !== null) adviseQuotes(file.root, file.report)
  }
}

/** The same id in two files: the second is told where the first stands. */
function refuseDoubles(files: readonly RuleFile[]): void {
  const seen = new Map<string, string>()
  for (const file of files) {
    const definitions: [what: string, id: string, node: Node][] = [
      ...[...file.playlists].map(([id, { node }]): [string, string, Node] => ['playlist', id, node]),
      ...file.schedules.map(({ schedule, node }): [string, string, Node] => [
        'schedule',
        schedule.stream,
        node,
      ]),
      ...file.rules.map(({ rule, node }): [string, string, Node] => ['rule', rule.id, node]),
      ...file.stories.map(({ story, node }): [string, string, Node] => ['story', story.id, node]),
      ...file.tests.map(({ test, node }): [string, string, Node] => ['test', test.id, node]),
    ]
    for (const [what, id, node] of definitions) {
      const first = seen.get(`${what} ${id}`)
      if (first === undefined) seen.set(`${what} ${id}`, `${file.report.file}:${file.report.lineOf(node)}`)
      else {
        const report = what === 'test' ? file.testReport : file.report
        report.add(node, 'error', 'yaml/duplicate', `${what} "${id}" is already defined at ${first}`)
      }
    }
  }
}
