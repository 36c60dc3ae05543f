import type { Collection } from './collection.ts'
import { AppError } from './error.ts'
import { type Queue, streamNamePattern } from './queue.ts'
import { Turns } from './turns.ts'

/** What a stream was when somebody saved it under a name, to be put on any stream again. */
export interface Preset extends Pick<Queue, 'loop' | 'shuffle' | 'mode' | 'resume'> {
  readonly name: string
  readonly files: readonly string[]
}

interface PresetsOptions {
  /** A preset is in it before it is acknowledged. */
  readonly store: Collection<Preset>
}

/** More than anybody chooses from. */
export const mostPresets = 200

/** The name as presets are kept under it. @throws AppError `unprocessable` when it cannot be a preset's. */
export function checkPresetName(written: string): string {
  const name = written.normalize('NFC')
  if (streamNamePattern.test(name)) return name
  throw new AppError(
    'unprocessable',
    `"${name.slice(0, 80)}" cannot be a preset's name: use 1 to 64 letters, digits, dots, dashes and underscores, beginning with a letter or digit`,
  )
}

/** The stream as a preset of that name. */
export function presetOf({ items, loop, shuffle, mode, resume }: Queue, name: string): Preset {
  return { name: checkPresetName(name), files: items.map((item) => item.file), loop, shuffle, mode, resume }
}

const turn = 'presets'

/** The saved queues of the household. */
export class Presets {
  readonly #store: PresetsOptions['store']
  readonly #presets = new Map<string, Preset>()
  readonly #turns = new Turns<typeof turn>()

  constructor({ store }: PresetsOptions) {
    this.#store = store
  }

  /** Reads those of the last run. */
  async start(): Promise<void> {
    for (const [name, preset] of await this.#store.entries()) this.#presets.set(name, preset)
  }

  /** Resolves when all that was asked for is in the store. */
  async stop(): Promise<void> {
    await this.#turns.allSettled()
  }

  /** By name. */
  list(): Preset[] {
    return [...this.#presets.values()].sort((one, other) => (one.name < other.name ? -1 : 1))
  }

  /** @throws AppError `not_found`, and as `checkPresetName`. */
  get(name: string): Preset {
    const preset = this.#presets.get(checkPresetName(name))
    if (preset === undefined) throw noPreset(name)
    return preset
  }

  /** @throws AppError `conflict` where there is one of the name and it is not to be overwritten, or there are too many. */
  save(preset: Preset, { overwrite }: { readonly overwrite: boolean }): Promise<void> {
    const { name } = preset
    return this.#turns.take(turn, async () => {
      const isKnown = this.#presets.has(name)
      if (isKnown && !overwrite)
        throw new AppError(
          'conflict',
          `there is a preset "${name}" already: choose another name, or send overwrite: true`,
        )
      if (!isKnown) checkCount(this.#presets.size + 1)
      await this.#store.set(name, preset)
      this.#presets.set(name, preset)
    })
  }

  /**
   * Saves them all, in place of those of their names, once `write` has them in the store. `leaving`: the names of those
   * that will be deleted then.
   * @throws AppError `conflict` for too many.
   */
  saveAll(
    presets: readonly Preset[],
    { leaving, write }: { readonly leaving: readonly string[]; readonly write: () => Promise<void> },
  ): Promise<void> {
    return this.#turns.take(turn, async () => {
      const names = new Set([...this.#presets.keys(), ...presets.map((preset) => preset.name)])
      checkCount(names.size - leaving.length)
      await write()
      for (const preset of presets) this.#presets.set(preset.name, preset)
    })
  }

  /** @throws AppError `not_found`, and as `checkPresetName`. */
  delete(name: string): Promise<void> {
    return this.#turns.take(turn, async () => {
      this.get(name)
      await this.#store.delete(name)
      this.#presets.delete(name)
    })
  }
}

function checkCount(count: number): void {
  if (count > mostPresets)
    throw new AppError(
      'conflict',
      `there would be ${count} presets, and there may be ${mostPresets}: delete some first; nothing was saved`,
    )
}

function noPreset(name: string): AppError {
  return new AppError('not_found', `there is no preset "${name}"`)
}
