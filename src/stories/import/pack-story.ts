import { quote } from '../../language/wording.ts'
import { byLine, type DraftExit, type DraftScene, type Imported, type Loss } from './draft.ts'
import { storyId } from './names.ts'
import type { Pack, PackStage, Transition } from './pack.ts'
import { casesOf, chanceOf, mostConditions } from './pack-chance.ts'
import { homeOf, lostOfStages, unheard } from './pack-losses.ts'
import { isForTheEye, type Option, PackMenus } from './pack-menus.ts'
import { PackScenes } from './pack-scenes.ts'
import { shortSpeech } from './speech.ts'

interface PackImport {
  /** The name of the story; from its title without one. */
  readonly id?: string | undefined
  /** The names of the audio files that came with it. */
  readonly audio: ReadonlySet<string>
}

/**
 * The story that a pack tells. `files`: the audio that is to lie in its folder of the library.
 * @throws AppError `unprocessable` where it comes to more scenes than a story may have.
 */
export function storyFromPack(
  pack: Pack,
  { id, audio }: PackImport,
): Imported & { readonly files: readonly string[] } {
  const own = id ?? storyId(pack.title)
  return new PackStory(pack).finished(own, audio)
}

class PackStory {
  readonly #pack: Pack
  readonly #menus: PackMenus
  readonly #made = new PackScenes()
  readonly #losses: Loss[]
  readonly #reached = new Map<string, PackStage>()
  #isBehindCover = false
  /** Actions that are told as menus. */
  readonly #told = new Set<string>()

  constructor(pack: Pack) {
    this.#pack = pack
    this.#menus = new PackMenus(pack)
    this.#losses = [...pack.losses]
  }

  finished(id: string, audio: ReadonlySet<string>): Imported & { readonly files: readonly string[] } {
    const start = this.#lead(this.#pack.start, 'start')
    this.#made.makeAll()
    const { home, losses } = homeOf(this.#pack, [...this.#reached.values()], this.#menus)
    const homeId = home === null ? start : this.#lead(home, 'home')
    this.#made.makeAll()
    const stages = [...this.#reached.values()]
    const named = new Set(stages.flatMap((stage) => stage.audio ?? []))
    this.#losses.push(
      ...losses,
      ...lostOfStages(this.#pack, this.#reached, { menus: this.#menus, told: this.#told }),
      ...unheard(stages, audio),
    )
    const { title, vars } = this.#pack
    return {
      story: {
        ...{ id, title: title === '' ? id : title, start, vars, resume: null, silence: null },
        ...(homeId === start ? {} : { home: homeId }),
        audio: named.size === 0 ? null : `scenes/${id}`,
        scenes: this.#made.scenes,
      },
      losses: this.#losses.toSorted(byLine),
      files: [...named].filter((file) => audio.has(file)),
    }
  }

  /** Once for all that it is about. */
  #lose(action: string, what: string): void {
    if (this.#losses.some((loss) => loss.what === what)) return
    this.#losses.push({ line: 1, place: action, what })
  }

  /** The scene that a transition leads to; one that only decides gets the name, where there has to be one. */
  #lead(way: Transition, wished: string): string {
    const decided = this.#decided(way)
    if (typeof decided === 'string') return decided
    const { action, index } = way
    return this.#made.scene(`decides ${action} ${JSON.stringify(index)}`, `${wished} decides`, () => ({
      play: null,
      exit: decided,
    }))
  }

  #decided({ action, index }: Transition): DraftExit | string {
    const options = this.#menus.options(action)
    if (index === 'random') return this.#chance(action, options)
    if (typeof index === 'number') return this.#entered(action, index)
    const last = this.#pack.actions.get(action)?.length ?? 1
    const lines = Array.from({ length: Math.min(last, mostLines) }, (_, number) => ({
      if: number === Math.min(last, mostLines) - 1 ? null : `${index.var} == ${number}`,
      to: this.#leadIn(action, number),
    }))
    return { kind: 'branch', lines }
  }

  #leadIn(action: string, index: number): string {
    return this.#lead({ action, index }, 'option')
  }

  /** The option with that number, or the first behind it whose condition holds; behind the last comes the first. */
  #entered(action: string, index: number): DraftExit | string {
    const options = this.#menus.options(action)
    const from = this.#menus.placeOf(action, index)
    const lines: { readonly if: string | null; readonly to: string }[] = []
    for (let step = 0; step < options.length; step++) {
      const option = options[(from + step) % options.length]
      if (option === undefined) break
      const to = this.#placed(action, option)
      if (option.if === null && step === 0) return to
      lines.push({ if: option.if, to })
      if (option.if === null) return { kind: 'branch', lines }
      if (lines.length < mostLines - 1) continue
      this.#lose(
        action,
        `more than ${mostLines - 2} options of action ${quote(action)} have conditions one behind the other: the story ends where none of so many holds`,
      )
      break
    }
    if (lines.length === 0) return this.#made.stop()
    return { kind: 'branch', lines: [...lines, { if: null, to: this.#made.stop() }] }
  }

  #chance(action: string, options: readonly Option[]): DraftExit | string {
    const few = options.slice(0, mostLines)
    if (options.length > few.length)
      this.#lose(
        action,
        `chance has ${options.length} options in action ${quote(action)}: the first ${mostLines} are taken`,
      )
    const chanceAmong = (some: readonly Option[]) =>
      chanceOf(some.map((option) => this.#placed(action, option)))
    if (few.every((option) => option.if === null)) {
      const exit = chanceAmong(few)
      return exit.kind === 'go' ? exit.to : exit
    }
    const cases = casesOf(few, this.#pack.vars)
    if (cases === null) {
      const what = `action ${quote(action)} leaves to chance what more than ${mostConditions} conditions allow, or very long ones: the first that is allowed is taken`
      this.#lose(action, what)
      return this.#entered(action, 0)
    }
    const lines = cases.map((one, number) => {
      if (one.options.length === 0) return { if: one.if, to: this.#made.stop() }
      const exit = chanceAmong(one.options)
      const among = () => ({ play: null, exit })
      const to = exit.kind === 'go' ? exit.to : this.#made.scene(`among ${action} ${number}`, 'chance', among)
      return { if: one.if, to }
    })
    return { kind: 'branch', lines }
  }

  #placed(action: string, { of, index }: Option): string {
    const kind = this.#menus.kind(action)
    if (kind === 'none' || !of.control.wheel) return this.#plain(of)
    this.#told.add(action)
    switch (kind) {
      case 'pair':
        return this.#pair(action)
      case 'carousel':
        return this.#made.scene(`menu ${action}`, `${of.name} and others`, () => ({
          play: null,
          exit: this.#carousel(action, index),
        }))
      case 'wheel':
        return this.#onWheel(action, { of, index, stage: of.id, if: null })
    }
  }

  #plain(stage: PackStage): string {
    const { id, name, sets } = stage
    const following = this.#behindCover(stage)
    if (following !== null) return following
    return this.#made.setting(`stage ${id}`, name, {
      sets,
      make: (scene) => ({ play: this.#heard(stage), exit: this.#exit(stage, scene) }),
    })
  }

  /** A silent cover is there for the eye alone; null where it is none, or leads nowhere else. */
  #behindCover(stage: PackStage): string | null {
    if (!stage.isCover || stage.audio !== null || stage.ok === null || this.#isBehindCover) return null
    this.#reached.set(stage.id, stage)
    this.#isBehindCover = true
    const following = this.#decided(stage.ok)
    this.#isBehindCover = false
    return typeof following === 'string' ? following : null
  }

  #heard(stage: PackStage): DraftScene['play'] {
    this.#reached.set(stage.id, stage)
    return stage.audio === null ? null : { file: stage.audio }
  }

  #exit({ name, ok, control, isCover }: PackStage, scene: string): DraftExit {
    if (ok === null || !(control.ok || control.autoplay)) return { kind: 'ending', name: scene }
    if (control.autoplay || isCover) return this.#goes(ok, { hearOut: !control.ok })
    const to = this.#lead(ok, name)
    return { kind: 'question', ask: null, left: null, right: to, silence: to }
  }

  /** Goes on by itself; what it comes to is decided, or asked, in the scene itself where that can be. */
  #goes(way: Transition, { hearOut }: { readonly hearOut: boolean }): DraftExit {
    const { action, index } = way
    const options = this.#menus.options(action)
    const kind = this.#menus.kind(action)
    if (kind === 'pair' && typeof index === 'number' && isForTheEye(options)) {
      this.#told.add(action)
      return { ...this.#either(options, null), ...(hearOut ? { hearOut: true } : {}) }
    }
    if (kind === 'carousel' && typeof index === 'number' && this.#menus.hasOneEntry(action)) {
      this.#told.add(action)
      return this.#carousel(action, index)
    }
    const decided = this.#decided(way)
    return typeof decided === 'string' ? { kind: 'go', to: decided } : decided
  }

  /** Both are heard, one behind the other, and each sets what it sets as it is heard. */
  #pair(action: string): string {
    const options = this.#menus.options(action)
    const [first, second] = options.map(({ of }) => of)
    if (first === undefined || second === undefined) throw new RangeError(`action ${action} is no pair`)
    if (isForTheEye(options))
      return this.#made.scene(`menu ${action}`, `${first.name} or ${second.name}`, () => ({
        play: null,
        exit: this.#either(options, null),
      }))
    const makeSecond = () => ({ play: this.#heard(second), exit: this.#either(options, second) })
    const makeFirst = () => {
      const silence = this.#made.setting(`menu ${action} 2`, second.name, {
        sets: second.sets,
        make: makeSecond,
      })
      const exit = { ...this.#either(options, first), silence, times: { wait: '1s', askAgain: 0 } }
      return { play: this.#heard(first), exit }
    }
    return this.#made.setting(`menu ${action}`, first.name, { sets: first.sets, make: makeFirst })
  }

  /** `heard`: the one that is heard meanwhile. The wheel comes to the other first, which sets something as well. */
  #either(options: readonly Option[], heard: PackStage | null): Extract<DraftExit, { kind: 'question' }> {
    const [left = null, right = null] = options.map(({ of }) =>
      of === heard ? this.#behind(of) : this.#taken(of),
    )
    return { kind: 'question', ask: null, left, right, silence: this.#made.stop() }
  }

  #carousel(action: string, from: number): DraftExit {
    const options = this.#menus.options(action)
    const at = options.findIndex(({ index }) => index === from)
    const order = [...options.slice(at), ...options.slice(0, at)]
    return {
      kind: 'carousel',
      options: order.map(({ of }) => {
        const play = this.#heard(of)
        const to = this.#taken(of)
        return play !== null && 'file' in play ? { play: play.file, to } : { say: shortSpeech(of.name), to }
      }),
      silence: this.#made.stop(),
    }
  }

  #onWheel(action: string, { of, index }: Option): string {
    const { control, ok, name } = of
    return this.#made.setting(`wheel ${action} ${index}`, name, {
      sets: of.sets,
      make: () => {
        const left = this.#leadIn(action, index + 1)
        const following = ok === null ? this.#made.stop() : this.#lead(ok, name)
        const play = this.#heard(of)
        const asked = { kind: 'question', ask: null, left, right: control.ok ? following : null } as const
        if (!control.autoplay) return { play, exit: { ...asked, silence: this.#made.stop() } }
        return { play, exit: { ...asked, silence: following, times: { wait: '1s', askAgain: 0 } } }
      },
    })
  }

  /** Where OK leads that takes the option, and what the option sets on the way. */
  #taken(stage: PackStage): string {
    const { id, name, sets } = stage
    const to = this.#behind(stage)
    if (sets.length === 0) return to
    return this.#made.setting(`taken ${id}`, `${name} taken`, {
      sets,
      make: () => ({ play: null, exit: { kind: 'go', to } }),
    })
  }

  #behind(stage: PackStage): string {
    this.#reached.set(stage.id, stage)
    return stage.ok === null ? this.#made.stop() : this.#lead(stage.ok, stage.name)
  }
}

// A branch may have no more.
const mostLines = 50
