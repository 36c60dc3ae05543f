import { readdir } from 'node:fs/promises'
import { isAudioName, staysInside } from '../names.ts'

/** What lies in a folder under a name that nothing can be asked for by. */
export interface Unusable {
  /** For people: with what cannot be shown written out. */
  readonly shown: string
  /** For people. */
  readonly reason: string
}

// What Node puts in the place of bytes that are not UTF-8.
const replacement = '\ufffd'

/** Why a name of the library is none, with the name as it can be shown; null where it is one. */
export function unusable(name: string): Unusable | null {
  if (staysInside(name)) return null
  const reason =
    'its name has a backslash, a control character or an encoded one (%2e, %2f, %5c, %00), or is longer than 1024 characters with its folders: rename it'
  return { shown: shownName(name), reason }
}

/** Those whose names are not UTF-8, which Node cannot open by a text: audio files and folders. @throws as readdir does */
export async function notUtf8(folder: string, names: readonly string[]): Promise<readonly Unusable[]> {
  if (!names.some((name) => name.includes(replacement))) return []
  const entries = await readdir(folder, { withFileTypes: true, encoding: 'buffer' })
  return entries.flatMap((entry) => {
    const text = entry.name.toString('utf8')
    if (Buffer.from(text, 'utf8').equals(entry.name) || !(entry.isDirectory() || isAudioName(text))) return []
    return [{ shown: shownBytes(entry.name), reason: 'its name is not UTF-8: rename it' }]
  })
}

function shownName(name: string): string {
  return name.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => encodeURIComponent(character))
}

/** The ASCII of it, and each other byte as \\xe4. */
function shownBytes(name: Buffer): string {
  return [...name]
    .map((byte) =>
      byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`,
    )
    .join('')
}
