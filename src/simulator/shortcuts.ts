import { createHash } from 'node:crypto'
import { isJsonObject, type JsonObject } from '../core/json.ts'
import { wrongForm } from './wrong-form.ts'

/** What the buttons of a player start while it has no card, as they leave the factory (yoto-protocol §2.3). */
export const factoryShortcuts: JsonObject = {
  versionId: '36645a9463e038d6cb9923257b38d9d9df7a6509',
  modes: { day: mode('radio-day'), night: mode('radio-night') },
}

/**
 * The shortcuts of a write, under a version of their own. That a write replaces both modes, and that the version
 * is a hash of them, are assumptions.
 * @throws AppError `invalid`, naming the place and what it should hold.
 */
export function readShortcuts(written: unknown): JsonObject {
  if (!isJsonObject(written)) throw wrongForm('shortcuts', 'an object')
  const { modes } = written
  if (!isJsonObject(modes)) throw wrongForm('shortcuts.modes', 'an object')
  for (const [name, each] of Object.entries(modes)) {
    const path = `shortcuts.modes.${name}`
    if (name !== 'day' && name !== 'night') throw wrongForm('shortcuts.modes', 'of day and night alone')
    if (!isJsonObject(each)) throw wrongForm(path, 'an object')
    if (!Array.isArray(each.content)) throw wrongForm(`${path}.content`, 'a list')
    each.content.forEach((entry: unknown, index) => {
      checkEntry(entry, `${path}.content[${index}]`)
    })
  }
  const versionId = createHash('sha1').update(JSON.stringify(modes)).digest('hex')
  return { ...written, versionId }
}

function checkEntry(entry: unknown, path: string): void {
  if (!isJsonObject(entry)) throw wrongForm(path, 'an object')
  if (typeof entry.cmd !== 'string') throw wrongForm(`${path}.cmd`, 'a text')
  if (!isJsonObject(entry.params)) throw wrongForm(`${path}.params`, 'an object')
}

function mode(radio: string): JsonObject {
  return { content: [trackPlay('daily', '<yyyymmdd>'), trackPlay(radio, '01')] }
}

function trackPlay(chapter: string, track: string): JsonObject {
  return { cmd: 'track-play', params: { card: '3nC80', chapter, track } }
}
