import { applyEdits, findNodeAtLocation, modify, type Node, type ParseError, parseTree } from 'jsonc-parser'
import type { PlayerSettings } from '../core/effect.ts'
import { AppError } from '../core/error.ts'
import type { Light, PlayerPatch } from '../core/player.ts'
import { type Coerce, light, wholeWithin } from './coerce.ts'
import { type Field, field } from './fields.ts'
import { textOfUtf8 } from './json.ts'

/** A setting of a player over REST, nearly all of them strings (yoto-protocol §2.3). */
export interface SettingField extends Field {
  readonly ours: keyof PlayerSettings
  /** The wished value in Yoto's own spelling; undefined where nothing is wished. @throws AppError `unprocessable`. */
  readonly write: (wish: PlayerSettings) => string | undefined
}

/** One row a setting: Yoto's name for it, ours, how it is read, and how it is written. */
export const settingFields: readonly SettingField[] = [
  setting('maxVolumeLimit', 'volume_max_step_day', wholeWithin(0, 16), stepText),
  setting('nightMaxVolumeLimit', 'volume_max_step_night', wholeWithin(0, 16), stepText),
  setting('ambientColour', 'ambient_day', light, lightText),
  setting('nightAmbientColour', 'ambient_night', light, lightText),
]

/** What is to be written into a player's settings, by Yoto's names. @throws AppError `unprocessable`. */
export function writtenSettings(wish: PlayerSettings): ReadonlyMap<string, string> {
  const written = new Map<string, string>()
  for (const { wire, write } of settingFields) {
    const value = write(wish)
    if (value !== undefined) written.set(wire, value)
  }
  if (written.size === 0) throw new AppError('unprocessable', 'no setting is named that can be changed')
  return written
}

/** The names of wished settings that are not what the player has now. */
export function untaken(wish: PlayerSettings, now: PlayerPatch): (keyof PlayerSettings)[] {
  return settingFields
    .map(({ ours }) => ours)
    .filter((ours) => wish[ours] !== undefined && said(wish[ours]) !== said(now[ours]))
}

/**
 * The text of `device.config` in the answer to GET …/config with some texts in it set, and not one byte of the
 * others changed: the block is replaced as a whole by the next PUT, and holds more than we know of. Undefined
 * where the answer has no such block, or is not JSON in UTF-8.
 */
export function editedConfig(answer: Uint8Array, written: ReadonlyMap<string, string>): string | undefined {
  const text = textOfUtf8(answer)
  const config = text === undefined ? undefined : configIn(text)
  if (text === undefined || config === undefined) return undefined
  let edited = text.slice(config.offset, config.offset + config.length)
  for (const [name, value] of written) edited = applyEdits(edited, modify(edited, [name], value, {}))
  return edited
}

function setting<Key extends keyof PlayerSettings>(
  wire: string,
  ours: Key,
  read: Coerce<PlayerPatch[Key]>,
  spell: (value: NonNullable<PlayerSettings[Key]>, ours: Key) => string,
): SettingField {
  const write = (wish: PlayerSettings) => {
    const value = wish[ours]
    return value === undefined ? undefined : spell(value, ours)
  }
  return { ...field(wire, ours, read), ours, write }
}

function stepText(step: number, ours: string): string {
  if (Number.isInteger(step) && step >= 0 && step <= 16) return String(step)
  throw new AppError('unprocessable', `${ours} must be a whole number from 0 to 16, not ${step}`)
}

function lightText(colour: Light, ours: string): string {
  if (colour === 'off') return '#0'
  if (/^#[0-9a-f]{6}$/i.test(colour)) return colour.toLowerCase()
  throw new AppError('unprocessable', `${ours} must be "#rrggbb" or "off", not "${colour.slice(0, 80)}"`)
}

function said(value: unknown): unknown {
  return typeof value === 'string' ? value.toLowerCase() : value
}

function configIn(text: string): Node | undefined {
  const root = treeOf(text)
  const config = root === undefined ? undefined : findNodeAtLocation(root, ['device', 'config'])
  return config?.type === 'object' ? config : undefined
}

function treeOf(text: string): Node | undefined {
  const errors: ParseError[] = []
  try {
    const root = parseTree(text, errors, { disallowComments: true })
    return errors.length > 0 ? undefined : root
  } catch (error) {
    // A stranger's brackets may be nested deeper than the stack.
    if (error instanceof RangeError) return undefined
    throw error
  }
}
