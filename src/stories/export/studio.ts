import { createHash } from 'node:crypto'
import type { Clip, Story } from '../../core/story.ts'
import type { Expansion, Lead, Stop } from './expansion.ts'
import { Lost } from './lost.ts'
import type { Picture } from './pictures.ts'
import { type WheelPlace, wheelsIn } from './wheels.ts'

interface StudioExport {
  /** The name of the asset with a file of the library. */
  readonly soundOf: (file: string) => string
  readonly pictureOf: (picture: Picture) => string
}

/** The map of a pack of STUdio's, and what it cannot say. */
export interface StudioStory {
  /** For `story.json`. */
  readonly json: Readonly<Record<string, unknown>>
  /** The pictures that it shows. */
  readonly pictures: readonly Picture[]
  readonly lost: readonly string[]
}

/**
 * The story as a pack of STUdio's (format v1): stages that are heard, and actions among which the wheel chooses. What goes
 * on by itself is played automatically, a question is a menu of two options with arrows, and a carousel a wheel.
 */
export function studioStory(story: Story, expansion: Expansion, files: StudioExport): StudioStory {
  return new StudioWriting(story, expansion, files).all()
}

interface Way {
  readonly actionNode: string
  /** -1 for chance. */
  readonly optionIndex: number
}

interface StageOf {
  readonly key: string
  readonly name: string
  readonly clip?: Clip | null
  readonly picture?: Picture
  readonly control: Pick<
    Record<'wheel' | 'ok' | 'autoplay' | 'pause' | 'home', boolean>,
    'wheel' | 'ok' | 'autoplay'
  >
  readonly isCover?: boolean
  readonly ok: Way | null
}

const auto = { wheel: false, ok: false, autoplay: true }
const offered = { wheel: true, ok: true, autoplay: false }

class StudioWriting {
  readonly #story: Story
  readonly #expansion: Expansion
  readonly #files: StudioExport
  readonly #wheels: ReadonlyMap<string, WheelPlace>
  readonly #stages: Readonly<Record<string, unknown>>[] = []
  readonly #actions = new Map<string, readonly string[]>()
  readonly #pictures = new Set<Picture>()
  readonly #lost = new Lost()
  #home: Way | null = null

  constructor(story: Story, expansion: Expansion, files: StudioExport) {
    this.#story = story
    this.#expansion = expansion
    this.#files = files
    this.#wheels = wheelsIn(expansion)
  }

  all(): StudioStory {
    const { start, home, stops } = this.#expansion
    const { id, title } = this.#story
    if (home !== start) this.#home = this.#wayTo(home)
    const cover = this.#coverIn(start)
    if (cover === null) this.#addCover(start)
    for (const stop of stops.values()) this.#add(stop, stop.key === cover)
    this.#sayLost()
    const actions = [...this.#actions].map(([action, options], index) => ({
      ...{ id: action, name: 'Action node', options },
      position: placeOf(index, 1),
    }))
    const json = {
      ...{ title, description: '', format: 'v1', version: 1, nightModeAvailable: false },
      ...{ actionNodes: actions, stageNodes: this.#stages },
    }
    return {
      json: { ...json, uuid: uuidOf(`story ${id}`) },
      pictures: [...this.#pictures],
      lost: this.#lost.all,
    }
  }

  /** What the story begins with is its cover where it goes on by itself, and nothing else leads to it. */
  #coverIn(start: Lead): string | null {
    const [key = ''] = start
    const stop = this.#expansion.stops.get(key)
    if (start.length !== 1 || stop === undefined || stop.clip === null) return null
    const isLed = [...this.#expansion.stops.values()].some(({ ways }) =>
      [ways.left, ways.right, ways.end].some((lead) => lead?.includes(key)),
    )
    return stop.scene.exit.kind === 'go' && !isLed && this.#home === null ? key : null
  }

  #addCover(start: Lead): void {
    const { title } = this.#story
    this.#stage({
      key: 'cover',
      name: title,
      picture: 'start',
      control: offered,
      isCover: true,
      ok: this.#wayTo(start),
    })
  }

  #add({ key, scene, clip, ways }: Stop, isCover: boolean): void {
    const name = scene.id
    const { exit } = scene
    if (exit.kind === 'ending') {
      this.#stage({ key, name, clip, control: auto, ok: null })
      return
    }
    if (exit.kind !== 'question') {
      const control = isCover ? offered : auto
      this.#stage({ key, name, clip, control, isCover, ok: ways.end && this.#wayTo(ways.end) })
      return
    }
    if (this.#wheels.has(key)) {
      this.#stage({ key, name, clip, control: offered, ok: ways.right && this.#wayTo(ways.right) })
      return
    }
    const asks = this.#answers(key, ways)
    const control = { ...auto, ...asks.control, ok: asks.isWaiting || !exit.hearOut }
    if (exit.ask === null || clip === null) {
      this.#stage({ key, name, clip: clip ?? exit.ask, control, ok: asks.ok })
      return
    }
    const question = `${key} asks`
    this.#stage({ key, name, clip, control: { ...auto, ok: !exit.hearOut }, ok: this.#action([question]) })
    this.#stage({
      key: question,
      name: `${name} asks`,
      clip: exit.ask,
      control: { ...control, ok: true },
      ok: asks.ok,
    })
  }

  /** What follows a question: one answer waits for OK, two are a menu that comes by itself. */
  #answers(
    key: string,
    { left, right }: Stop['ways'],
  ): Pick<StageOf, 'ok'> & { readonly isWaiting: boolean; readonly control: { readonly autoplay: boolean } } {
    if (left === null || right === null) {
      const only = left ?? right
      return { isWaiting: true, control: { autoplay: false }, ok: only && this.#wayTo(only) }
    }
    const options = [
      { key: `${key} left`, name: 'left', picture: 'left', lead: left },
      { key: `${key} right`, name: 'right', picture: 'right', lead: right },
    ] as const
    for (const { lead, ...option } of options)
      this.#stage({ ...option, control: offered, ok: this.#wayTo(lead) })
    const menu = options.map((option) => option.key)
    return { isWaiting: false, control: { autoplay: true }, ok: this.#action(menu) }
  }

  #stage({ key, name, clip = null, picture, control, isCover = false, ok }: StageOf): void {
    if (picture !== undefined) this.#pictures.add(picture)
    if (clip !== null && !('file' in clip))
      this.#lost.add('words have no sound in a pack, and nothing is heard', name)
    this.#stages.push({
      uuid: uuidOf(`${this.#story.id} ${key}`),
      ...(isCover ? { squareOne: true } : {}),
      type: 'stage',
      name,
      image: picture === undefined ? null : this.#files.pictureOf(picture),
      audio: clip !== null && 'file' in clip ? this.#files.soundOf(clip.file) : null,
      okTransition: ok,
      homeTransition: isCover ? null : this.#home,
      controlSettings: { ...control, home: !isCover, pause: control.autoplay && !control.wheel },
      position: placeOf(this.#stages.length, 0),
    })
  }

  #wayTo(lead: Lead): Way {
    const [key = ''] = lead
    if (new Set(lead).size > 1)
      return { ...this.#action(lead.map((one) => this.#apart(one))), optionIndex: -1 }
    const place = this.#wheels.get(key)
    return place === undefined
      ? this.#action([key])
      : { ...this.#action(place.wheel), optionIndex: place.index }
  }

  /** Among what chance may bring, the wheel must not turn. */
  #apart(key: string): string {
    if (!this.#wheels.has(key)) return key
    const before = `${key} before`
    const uuid = uuidOf(`${this.#story.id} ${before}`)
    if (!this.#stages.some((stage) => stage.uuid === uuid))
      this.#stage({ key: before, name: 'options', control: auto, ok: this.#wayTo([key]) })
    return before
  }

  #action(keys: readonly string[]): Way {
    const id = uuidOf(`${this.#story.id} to ${JSON.stringify(keys)}`)
    this.#actions.set(
      id,
      keys.map((key) => uuidOf(`${this.#story.id} ${key}`)),
    )
    return { actionNode: id, optionIndex: 0 }
  }

  #sayLost(): void {
    const { vars, bedtime } = this.#story
    for (const { key, scene } of this.#expansion.stops.values()) {
      const { id, exit } = scene
      if (exit.kind === 'random' && exit.notTwice) this.#lost.add('`not_twice` is not kept', id)
      if (exit.kind !== 'question') continue
      if (exit.silence !== null) this.#lost.add('a box waits for an answer, and silence leads nowhere', id)
      if (exit.left !== null && exit.right === null && !this.#wheels.has(key))
        this.#lost.add('OK takes what the left button does', id)
    }
    if (vars.size > 0) this.#lost.add('the vars are unfolded: each situation is a stage of its own')
    if (bedtime !== null) this.#lost.add('bedtime is not there on a box', bedtime)
  }
}

/** Always the same for the same. */
function uuidOf(what: string): string {
  const hash = createHash('sha256').update(what).digest()
  // The bits of a UUID of version 8, for what anybody makes (RFC 9562 5.8).
  hash.writeUInt8((hash.readUInt8(6) & 0x0f) | 0x80, 6)
  hash.writeUInt8((hash.readUInt8(8) & 0x3f) | 0x80, 8)
  const hex = hash.toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  )
}

/** Where an editor draws it: ten to a row. */
function placeOf(index: number, row: 0 | 1): { readonly x: number; readonly y: number } {
  return { x: (index % 10) * 300, y: Math.floor(index / 10) * 500 + row * 250 }
}
