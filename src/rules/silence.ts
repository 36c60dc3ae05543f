import type { Playlist, RuleSet } from './rule-set.ts'
import { allSteps, type Step } from './step.ts'

/** The household's audio, as far as it can be told whether there is any. */
export interface Audible {
  fileExists(file: string): Promise<boolean>
  /** The audio directly in a folder; absent where that is not known. */
  filesIn?(folder: string): Promise<readonly string[]>
  /** Whether the `pick` of a playlist finds anything now; null or absent where that is not known. */
  finds?(playlist: Playlist): Promise<boolean | null>
}

/** What of a playlist brings nothing: that nothing stands in it, its folder, or its pick. */
export type SilentPart = 'nothing' | 'folder' | 'pick'

/** What of the playlist itself brings nothing now. Its files are not looked for. */
export async function silentParts(playlist: Playlist, audible: Audible): Promise<readonly SilentPart[]> {
  const { entries, folder, pick, from } = playlist
  if (entries.length === 0 && folder === null && pick === undefined && from === undefined) return ['nothing']
  return [
    ...(folder !== null && (await isFolderSilent(folder, audible)) ? (['folder'] as const) : []),
    ...(pick !== undefined && (await audible.finds?.(playlist)) === false ? (['pick'] as const) : []),
  ]
}

/** A book stands for a folder of its chapters, and may be one that is not read yet. */
async function isFolderSilent(folder: string, audible: Audible): Promise<boolean> {
  const files = await audible.filesIn?.(folder)
  return files !== undefined && files.length === 0 && !(await audible.fileExists(folder))
}

/**
 * The rules with `isSilent` at each playlist that they or a schedule play and that holds nothing to hear now, be it that
 * nothing in it is there.
 */
export async function withSilence(ruleSet: RuleSet, audible: Audible): Promise<RuleSet> {
  const silent = await silentPlaylists(ruleSet, audible)
  if (silent.size === 0) return ruleSet
  const playlists = [...ruleSet.playlists].map(([id, playlist]): [string, Playlist] => [
    id,
    silent.has(id) ? { ...playlist, isSilent: true } : playlist,
  ])
  return { ...ruleSet, playlists: new Map(playlists) }
}

/** By playlist that is played: why nothing of it is heard now. */
export async function silentPlaylists(
  { playlists, schedules, rules }: Pick<RuleSet, 'playlists' | 'schedules' | 'rules'>,
  audible: Audible,
): Promise<ReadonlyMap<string, string>> {
  const played = [
    ...schedules.flatMap(({ default: otherwise, slots }) => [otherwise, ...slots.map(({ play }) => play)]),
    ...rules.flatMap((rule) => allSteps(rule.do).flatMap(namedBy)),
  ]
  const known = new Map<string, Promise<boolean>>()
  const isSilent = (id: string): Promise<boolean> => {
    const asked = known.get(id)
    if (asked !== undefined) return asked
    // In a circle a playlist brings nothing to itself.
    known.set(id, Promise.resolve(true))
    const answer = holdsNothing(id)
    known.set(id, answer)
    return answer
  }
  const holdsNothing = async (id: string): Promise<boolean> => {
    const playlist = playlists.get(id)
    if (playlist === undefined || playlist.from !== undefined) return false
    for (const entry of playlist.entries)
      if (!(playlists.has(entry) ? await isSilent(entry) : !(await audible.fileExists(entry)))) return false
    const parts = await silentParts(playlist, audible)
    if (parts.includes('nothing')) return true
    return (
      (playlist.folder === null || parts.includes('folder')) &&
      (playlist.pick === undefined || parts.includes('pick'))
    )
  }
  const silent = new Map<string, string>()
  for (const id of new Set(played)) {
    const playlist = id === null ? undefined : playlists.get(id)
    if (playlist !== undefined && (await isSilent(playlist.id)))
      silent.set(playlist.id, await whyOf(playlist, audible))
  }
  return silent
}

function namedBy(step: Step): readonly string[] {
  if (step.does !== 'act') return []
  const named = step.definition.references?.(step.options) ?? []
  return named.flatMap(({ kind, name }) => (kind === 'playlist or file' ? [name] : []))
}

async function whyOf(playlist: Playlist, audible: Audible): Promise<string> {
  const parts = await silentParts(playlist, audible)
  const why = parts.map((part) => silenceInWords(part, playlist))
  if (playlist.entries.length > 0) why.unshift('nothing that stands in it is there')
  return why.join(', and ')
}

/** "no audio lies in the folder "storys"". */
export function silenceInWords(part: SilentPart, { folder }: Pick<Playlist, 'folder'>): string {
  switch (part) {
    case 'nothing':
      return 'nothing stands in it'
    case 'folder':
      return `no audio lies in the folder "${folder}"`
    case 'pick':
      return 'its `pick` finds nothing in the library'
  }
}
