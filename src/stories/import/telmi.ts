import { isJsonObject, type JsonObject } from '../../core/json.ts'
import type { Setting } from '../../core/story.ts'
import { list, quote } from '../../language/wording.ts'
import { mostVars } from '../read/schema.ts'
import type { Loss } from './draft.ts'
import { JsonLines } from './json-lines.ts'
import { isAssetName, type Pack, type PackOption, type PackStage, type Transition } from './pack.ts'
import { canBeSaid } from './pack-chance.ts'
import { inOneLine } from './speech.ts'
import { checkCount } from './studio.ts'
import { becomes, compared, Inventory, type Item, inSteps, type Operand, wholeNumber } from './telmi-items.ts'

/**
 * Reads the `nodes.json` of a story for Telmi (https://github.com/DantSu/Telmi-story-teller, stories_reader.h); `title`:
 * of its `metadata.json`.
 * @throws AppError `unprocessable` where it has no stages, or more than a story may have scenes.
 */
export function packOfTelmi(json: JsonObject, { text, title }: { text: string; title: string }): Pack {
  return new TelmiReading(json, text).pack(title)
}

const understood = new Set(['startAction', 'inventory', 'stages', 'actions'])

class TelmiReading {
  readonly #json: JsonObject
  readonly #lines: JsonLines
  readonly #losses: Loss[] = []
  readonly #inventory = new Inventory()
  readonly #actions = new Map<string, readonly (PackOption | null)[]>()

  constructor(json: JsonObject, text: string) {
    this.#json = json
    this.#lines = new JsonLines(text)
  }

  pack(title: string): Pack {
    const stages = entriesIn(this.#json.stages)
    checkCount(stages.length)
    this.#readInventory()
    const known = new Set(stages.map(([id]) => id))
    for (const [id, value] of entriesIn(this.#json.actions)) this.#readAction(id, value, known)
    const start = this.#start(known)
    const read = new Map(stages.map(([id, value]) => [id, this.#stage(id, objectOf(value))]))
    this.#sayUntaken(stages)
    return {
      ...{ title: inOneLine(title), start, stages: read, actions: this.#actions },
      ...{ vars: this.#inventory.vars, losses: this.#losses },
    }
  }

  #lose(line: number, what: string, place: string | null = null): void {
    this.#losses.push({ line, place, what })
  }

  #readInventory(): void {
    const items: readonly unknown[] = listOf(this.#json.inventory)
    const line = this.#lines.of('inventory')
    for (const [index, value] of items.slice(0, mostVars).entries()) {
      const { name, initialNumber, maxNumber } = objectOf(value)
      const max = numberOf(maxNumber) ?? 0
      const called = typeof name === 'string' ? name : ''
      this.#inventory.add({ name: called, start: numberOf(initialNumber) ?? 0, max })
      if (max <= 0)
        this.#lose(
          this.#lines.of('inventory', index),
          `item ${index + 1} of the inventory never has more than 0: no var stands for it`,
        )
    }
    if (items.length > mostVars)
      this.#lose(
        line,
        `of ${items.length} items the first ${mostVars} are taken, as a story may have so many vars`,
      )
  }

  /** Without an inventory Telmi looks at no conditions. */
  #readAction(id: string, value: unknown, stages: ReadonlySet<string>): void {
    const line = this.#lines.of('actions', id)
    const options = listOf(value).map((one, index): PackOption | null => {
      const { stage, conditions } = objectOf(one)
      if (typeof stage !== 'string' || !stages.has(stage)) {
        const what = typeof stage === 'string' ? quote(stage) : 'nothing'
        this.#lose(
          line,
          `option ${index + 1} of action ${quote(id)} leads to ${what}, and there is no such stage`,
          id,
        )
        return null
      }
      const all =
        this.#inventory.vars.length === 0 ? [] : listOf(conditions).map((one) => this.#condition(one))
      if (all.includes(false)) {
        this.#lose(line, `option ${index + 1} of action ${quote(id)} can never be taken: it is left out`, id)
        return null
      }
      const texts = [...new Set(all.filter((condition) => typeof condition === 'string'))]
      if (texts.length === 0) return { stage, if: null }
      const condition = texts.join(' and ')
      if (canBeSaid(condition, this.#inventory.vars)) return { stage, if: condition }
      this.#lose(
        line,
        `option ${index + 1} of action ${quote(id)} has too many conditions for one expression: it is left out`,
        id,
      )
      return null
    })
    this.#actions.set(id, options)
  }

  #condition(value: unknown): string | boolean {
    const condition = objectOf(value)
    const item = this.#itemOf(condition.item)
    const to = this.#operand(condition.number, condition.compareItem)
    return compared(item, numberOf(condition.comparator) ?? 0, to)
  }

  #itemOf(index: unknown): Item {
    return this.#inventory.get(numberOf(index) ?? 0) ?? 0
  }

  #operand(number: unknown, item: unknown): Operand {
    const written = numberOf(number)
    if (written !== null) return written
    if (numberOf(item) === null) return 0
    const other = this.#itemOf(item)
    return other === 0 ? 0 : other.name
  }

  /** Telmi's own start may be anything; a story without one begins with its first stage. */
  #start(stages: ReadonlySet<string>): Transition {
    const written = this.#transition(this.#json.startAction, {
      line: this.#lines.of('startAction'),
      from: 'the start',
    })
    if (written !== null) return written
    const [first = ''] = stages
    this.#lose(this.#lines.of('startAction'), `nothing says where it begins: it begins with ${quote(first)}`)
    this.#actions.set(firstAction, [{ stage: first, if: null }])
    return { action: firstAction, index: 0 }
  }

  #stage(id: string, value: JsonObject): PackStage {
    const line = this.#lines.of('stages', id)
    const settings = objectOf(value.control)
    const autoplay = settings.autoplay === true
    // Where it waits, the wheel and OK always do something, whatever `control` says.
    const control = {
      ...{ wheel: !autoplay, ok: !autoplay || settings.ok === true, autoplay },
      ...{ home: settings.home === true, pause: settings.pause === true },
    }
    const audio = typeof value.audio === 'string' && value.audio !== '' ? value.audio : null
    const isUsable = audio === null || isAssetName(audio)
    if (!isUsable)
      this.#lose(
        line,
        `${quote(id)} plays ${quote(audio)}, which is no name of an audio file: it is silent`,
        id,
      )
    return {
      ...{
        id,
        name: inOneLine(id) || 'scene',
        line,
        control,
        isCover: false,
        audio: isUsable ? audio : null,
      },
      ok: this.#transition(value.ok, { line, from: `OK of ${quote(id)}` }),
      home: this.#transition(value.home, { line, from: `HOME of ${quote(id)}` }),
      sets: inSteps(this.#changes(id, value, line)),
    }
  }

  #changes(id: string, value: JsonObject, line: number): readonly Setting[] {
    const reset = value.inventoryReset === true ? this.#inventory.beginning : []
    if (this.#inventory.vars.length === 0) return []
    const changes = listOf(value.items).flatMap((one): readonly Setting[] => {
      const { item: index, type, number, assignItem, playingTime } = objectOf(one)
      const item = this.#itemOf(index)
      if (item === 0) return []
      if (numberOf(number) === null && numberOf(assignItem) === null && playingTime === true) {
        const what = `${quote(id)} sets ${item.name} by how long was played, which a story here does not know: that is left out`
        this.#lose(line, what, id)
        return []
      }
      const becoming = becomes(item, numberOf(type) ?? 0, this.#operand(number, assignItem))
      if (becoming !== null) return [{ name: item.name, value: becoming }]
      this.#lose(line, `${quote(id)} divides ${item.name} by 0, or in a way not known: that is left out`, id)
      return []
    })
    return [...reset, ...changes]
  }

  /** A number beyond the last option is the last one. */
  #transition(
    value: unknown,
    { line, from }: { readonly line: number; readonly from: string },
  ): Transition | null {
    if (!isJsonObject(value)) return null
    const action = typeof value.action === 'string' ? value.action : ''
    const options = this.#actions.get(action)
    if (options === undefined || options.every((option) => option === null)) {
      this.#lose(line, `${from} leads to the action ${quote(action)}, which has no options: it leads nowhere`)
      return null
    }
    const index = numberOf(value.index)
    if (index !== null) return { action, index: index < 0 ? 'random' : Math.min(index, options.length - 1) }
    if (numberOf(value.indexItem) === null) return { action, index: 0 }
    const item = this.#itemOf(value.indexItem)
    return { action, index: item === 0 ? 0 : { var: item.name } }
  }

  #sayUntaken(stages: readonly (readonly [string, unknown])[]): void {
    const other = Object.keys(this.#json).filter((key) => !understood.has(key))
    const [first] = other
    if (first !== undefined) this.#lose(this.#lines.of(first), `${list(other)}: that is not taken along`)
    const shown = stages.filter(([, value]) => typeof objectOf(value).image === 'string')
    const [picture] = shown
    if (picture !== undefined)
      this.#lose(
        this.#lines.of('stages', picture[0]),
        `${shown.length === 1 ? '1 stage shows a picture' : `${shown.length} stages show pictures`}, which nobody hears`,
      )
    if (listOf(this.#json.inventory).length > 0)
      this.#lose(
        this.#lines.of('inventory'),
        'the inventory is not shown: its items are vars, which nobody sees',
      )
  }
}

const firstAction = ' start'

function objectOf(value: unknown): JsonObject {
  return isJsonObject(value) ? value : {}
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function entriesIn(value: unknown): readonly (readonly [string, unknown])[] {
  return Object.entries(objectOf(value))
}

function numberOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? wholeNumber(value) : null
}
