import { entryOf, type Node } from '../../language/node.ts'
import { type SilentPart, silenceInWords, silentParts } from '../silence.ts'
import type { Surroundings } from './references.ts'
import type { RuleFile } from './rule-file.ts'

type Around = Pick<Surroundings, 'fileExists' | 'filesIn' | 'finds' | 'folderHint' | 'breathe'>

/** Warns of playlists that are empty, and of folders and picks that bring nothing now: audio may come later. */
export async function checkSilence(file: RuleFile, around: Around): Promise<void> {
  for (const { playlist, node } of file.playlists.values()) {
    await around.breathe?.()
    for (const part of await silentParts(playlist, around)) {
      const message = `playlist "${playlist.id}" brings nothing: ${silenceInWords(part, playlist)}`
      const help = await helpFor(part, { folder: playlist.folder ?? '', ...around })
      file.report.add(placeOf(part, node), 'warning', 'playlist/silent', message, help)
    }
  }
}

function placeOf(part: SilentPart, node: Node): Node {
  if (part === 'folder') return entryOf(node, 'folder')
  return (part === 'pick' && node.kind === 'map' ? node.entries.get('pick')?.key : undefined) ?? node
}

async function helpFor(
  part: SilentPart,
  { folder, folderHint }: Around & { readonly folder: string },
): Promise<string> {
  switch (part) {
    case 'nothing':
      return 'write files into it, or a `folder` or a `pick`; for silence a slot says `play: none`'
    case 'folder':
      return (await folderHint?.(folder)) ?? 'put audio into it, or name another folder of the library'
    case 'pick':
      return 'ask for less, or put audio that fits into the library'
  }
}
