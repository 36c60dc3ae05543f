import { AppError } from '../../core/error.ts'
import { isJsonObject, type JsonObject } from '../../core/json.ts'
import { list, quote } from '../../language/wording.ts'
import { mostScenes } from '../read/schema.ts'
import type { Loss } from './draft.ts'
import { JsonLines } from './json-lines.ts'
import { isAssetName, type Pack, type PackOption, type PackStage, type Transition } from './pack.ts'
import { inOneLine } from './speech.ts'

/**
 * Reads the `story.json` of a pack of STUdio's, as Lunii's box has them (format v1;
 * https://github.com/marian-m12l/studio, ArchiveStoryPackReader.java).
 * @throws AppError `unprocessable` where it has no stages, or more than a story may have scenes.
 */
export function packOfStudio(json: JsonObject, text: string): Pack {
  return new StudioReading(json, text).pack()
}

// What others are: where a stage stands on the screen of an editor, and what a version of the format counts.
const understood = new Set([
  ...['format', 'title', 'description', 'version', 'nightModeAvailable', 'stageNodes', 'actionNodes'],
])

class StudioReading {
  readonly #json: JsonObject
  readonly #lines: JsonLines
  readonly #losses: Loss[] = []
  readonly #stages = new Map<string, PackStage>()
  readonly #actions = new Map<string, readonly (PackOption | null)[]>()

  constructor(json: JsonObject, text: string) {
    this.#json = json
    this.#lines = new JsonLines(text)
  }

  pack(): Pack {
    const nodes = objectsIn(this.#json.stageNodes)
    const actions = objectsIn(this.#json.actionNodes)
    checkCount(nodes.length)
    const known = new Set(nodes.map(({ value }) => textIn(value.uuid)))
    for (const { value, index } of actions) this.#readAction(value, index, known)
    const covers = nodes.filter(({ value }) => value.squareOne === true)
    const cover = covers[0] ?? nodes[0]
    if (covers.length > 1)
      this.#lose(
        this.#lines.of('stageNodes', covers[1]?.index),
        `${covers.length} stages say that they are the first (squareOne): the first of them is`,
      )
    for (const { value, index } of nodes) this.#readStage(value, index, index === cover?.index)
    this.#sayUntaken(nodes)
    const start = [...this.#stages.values()].find(({ isCover }) => isCover)
    if (start === undefined)
      throw new AppError('unprocessable', 'this pack has no stages with an `uuid`, so there is no story')
    // No action leads to the cover.
    this.#actions.set(coverAction, [{ stage: start.id, if: null }])
    return {
      title: inOneLine(textIn(this.#json.title) ?? ''),
      start: { action: coverAction, index: 0 },
      stages: this.#stages,
      actions: this.#actions,
      vars: [],
      losses: this.#losses,
    }
  }

  #lose(line: number, what: string, place: string | null = null): void {
    this.#losses.push({ line, place, what })
  }

  #readAction(value: JsonObject, index: number, stages: ReadonlySet<string | undefined>): void {
    const id = textIn(value.id)
    const line = this.#lines.of('actionNodes', index)
    if (id === undefined) {
      this.#lose(line, 'an action has no `id`: it is left out')
      return
    }
    if (this.#actions.has(id)) {
      this.#lose(line, `action ${quote(id)} is there twice: the first is taken`)
      return
    }
    const options = (Array.isArray(value.options) ? value.options : []).map((option: unknown) => {
      const stage = textIn(option)
      if (stage !== undefined && stages.has(stage)) return { stage, if: null }
      const what = stage === undefined ? 'nothing' : quote(stage)
      this.#lose(line, `an option of action ${quote(id)} leads to ${what}, and there is no such stage`, id)
      return null
    })
    this.#actions.set(id, options)
  }

  #readStage(value: JsonObject, index: number, isCover: boolean): void {
    const id = textIn(value.uuid)
    const line = this.#lines.of('stageNodes', index)
    if (id === undefined) {
      this.#lose(line, 'a stage has no `uuid`: it is left out')
      return
    }
    if (this.#stages.has(id)) {
      this.#lose(line, `stage ${quote(id)} is there twice: the first is taken`)
      return
    }
    const name = inOneLine(textIn(value.name) ?? '') || `scene ${index + 1}`
    const settings = isJsonObject(value.controlSettings) ? value.controlSettings : {}
    const control = {
      wheel: settings.wheel === true,
      ok: settings.ok === true,
      home: settings.home === true,
      pause: settings.pause === true,
      autoplay: settings.autoplay === true,
    }
    const audio = this.#audioOf(value.audio, { name, line })
    const [ok, home] = (['ok', 'home'] as const).map((way) =>
      this.#transition(value[`${way}Transition`], { name, line, way }),
    )
    this.#stages.set(id, {
      ...{ id, name, line, audio, control, isCover, sets: [] },
      ...{ ok: ok ?? null, home: home ?? null },
    })
  }

  #audioOf(value: unknown, { name, line }: Pick<PackStage, 'name' | 'line'>): string | null {
    const file = textIn(value)
    if (file === undefined) return null
    if (isAssetName(file)) return file
    this.#lose(
      line,
      `${quote(name)} plays ${quote(file)}, which is no name of an audio file: it is silent`,
      name,
    )
    return null
  }

  #transition(
    value: unknown,
    { name, line, way }: Pick<PackStage, 'name' | 'line'> & { readonly way: 'ok' | 'home' },
  ): Transition | null {
    if (!isJsonObject(value)) return null
    const action = textIn(value.actionNode) ?? ''
    const options = this.#actions.get(action)
    const from = `${way === 'ok' ? 'OK' : 'HOME'} of ${quote(name)}`
    if (options === undefined) {
      this.#lose(
        line,
        `${from} leads to the action ${quote(action)}, and there is none: it leads nowhere`,
        name,
      )
      return null
    }
    const index = typeof value.optionIndex === 'number' ? value.optionIndex : 0
    if (index === -1 && options.some((option) => option !== null)) return { action, index: 'random' }
    if (options[index] === undefined || options[index] === null) {
      const what = `${from} leads to option ${index + 1} of the action ${quote(action)}, and there is none: it leads nowhere`
      this.#lose(line, what, name)
      return null
    }
    return { action, index }
  }

  #sayUntaken(nodes: readonly Entry[]): void {
    if (this.#json.nightModeAvailable === true)
      this.#lose(
        this.#lines.of('nightModeAvailable'),
        'the night mode, in which stories follow one another, is not taken along: put them into a playlist',
      )
    if ((textIn(this.#json.description) ?? '') !== '')
      this.#lose(this.#lines.of('description'), 'the description is not taken along')
    const other = Object.keys(this.#json).filter((key) => !understood.has(key))
    const [first] = other
    if (first !== undefined) this.#lose(this.#lines.of(first), `${list(other)}: that is not taken along`)
    const shown = nodes.filter(({ value }) => textIn(value.image) !== undefined)
    const [picture] = shown
    if (picture !== undefined)
      this.#lose(
        this.#lines.of('stageNodes', picture.index),
        `${shown.length === 1 ? '1 stage shows a picture' : `${shown.length} stages show pictures`}, which nobody hears`,
      )
  }
}

const coverAction = ' cover'

interface Entry {
  readonly value: JsonObject
  readonly index: number
}

function objectsIn(value: unknown): readonly Entry[] {
  const all: readonly unknown[] = Array.isArray(value) ? value : []
  return all.flatMap((one, index) => (isJsonObject(one) ? [{ value: one, index }] : []))
}

function textIn(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** @throws AppError `unprocessable` where no story can come of so many stages. */
export function checkCount(count: number): void {
  if (count === 0) throw new AppError('unprocessable', 'this pack has no stages, so there is no story')
  if (count > mostScenes)
    throw new AppError(
      'unprocessable',
      `this pack has ${count} stages; a story may have ${mostScenes} scenes: make several stories of it`,
    )
}
