import { lengthsBy } from '../../core/playing-time.ts'
import { list } from '../../language/wording.ts'
import type { Surroundings } from './references.ts'
import { isSound, type RuleFile } from './rule-file.ts'
import type { FiledStory } from './story-section.ts'

type Around = Pick<Surroundings, 'lengthOf' | 'filesIn' | 'breathe'>

// What rules-and-stories §9 advises for the age of those who press knobs.
const longestBeforeChoiceMs = 4 * 60_000
/** Says what is merely worth knowing of the audio of stories. */
export async function adviseStoryAudio(files: readonly RuleFile[], around: Around): Promise<void> {
  const sound = files.filter(isSound)
  for (const file of sound)
    for (const story of file.stories) {
      await around.breathe?.()
      await adviseLength(file, story, around)
    }
  // What nobody names may be named in a file that cannot be read.
  if (sound.length === files.length) await adviseUnused(files, around)
}

async function adviseLength({ report }: RuleFile, filed: FiledStory, { lengthOf }: Around): Promise<void> {
  if (lengthOf === undefined) return
  const { beforeChoiceMs } = await filed.playingTime(lengthsBy(lengthOf))
  if (beforeChoiceMs === null || beforeChoiceMs <= longestBeforeChoiceMs) return
  const [minutes, most] = [beforeChoiceMs, longestBeforeChoiceMs].map((ms) => Math.round(ms / 60_000))
  const message = `${minutes} minutes can pass in story "${filed.story.id}" before the first question; children want to do something after ${most}`
  const help = 'ask something earlier, if it is only which way to look'
  report.add(filed.node, 'info', 'story/long-before-choice', message, help)
}

/** Each folder once, at the first story that is told from it. */
async function adviseUnused(files: readonly RuleFile[], { filesIn, breathe }: Around): Promise<void> {
  // What playlists pick from all of the library nobody names.
  const picks = files.some(({ playlists }) => [...playlists.values()].some(({ playlist }) => playlist.pick))
  if (filesIn === undefined || picks) return
  const named = new Set(files.flatMap(namedIn))
  const said = new Set<string>()
  for (const { stories, report } of files)
    for (const { folder, story, node } of stories) {
      if (folder === '' || said.has(folder) || named.has(folder)) continue
      said.add(folder)
      await breathe?.()
      const unused = (await filesIn(folder)).filter((file) => !named.has(file))
      if (unused.length === 0) continue
      const names = list(unused.map((file) => file.slice(folder.length + 1)))
      const these = unused.length === 1 ? 'a file' : `${unused.length} files`
      const message = `nothing plays ${these} in "${folder}": ${names}`
      const help = `let a scene of story "${story.id}" play it, or move it away`
      report.add(node, 'info', 'story/audio-unused', message, help)
    }
}

/** The files that the file names, and the folders that its playlists hold. */
function namedIn({ stories, playlists, rules, faultyRules }: RuleFile): readonly string[] {
  const inStories = stories.flatMap(({ files }) => files.map(({ file }) => file))
  const inPlaylists = [...playlists.values()].flatMap(({ playlist: { entries, folder } }) => [
    ...entries,
    ...(folder === null ? [] : [folder]),
  ])
  const actions = [...rules, ...faultyRules].flatMap((rule) => rule.actions)
  const inRules = actions.flatMap(
    ({ bound: { definition, options } }) => definition.references?.(options) ?? [],
  )
  // Of a part of a book its file is played.
  return [...inStories, ...inPlaylists, ...inRules.map(({ name }) => name)].flatMap((name) => [
    name,
    name.replace(/\/\d+$/, ''),
  ])
}
