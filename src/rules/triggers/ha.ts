import { type Static, Type } from 'typebox'
import { duration, durationInWords, durationMs } from '../../language/duration.ts'
import { entityId, textOrTexts } from '../entity.ts'
import { type Remark, type RuleEvent, type TriggerContext, trigger } from '../plugin.ts'
import { inWords } from '../telling.ts'

const options = Type.Object(
  {
    entity: entityId,
    from: Type.Optional(textOrTexts),
    to: Type.Optional(textOrTexts),
    for: Type.Optional(duration),
    also_at_start: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
)

type Options = Static<typeof options>

export const ha = trigger({
  title: 'Home Assistant',
  describe:
    'An entity of Home Assistant went to another state; with `to` and `from` only to and from these. With `for` when it has stayed so for that long. With `also_at_start` it fires once after the start of the product too, if it is so then.',
  examples: [
    '- ha: binary_sensor.front_door',
    '- ha: {entity: light.nursery, to: "on"}',
    '- ha: {entity: binary_sensor.front_door, to: "on", for: 5m}',
    '- ha: {entity: person.anna, from: home, to: [not_home, work]}',
    '- ha: {entity: input_boolean.bedtime, to: "on", also_at_start: true}',
  ],
  options,
  shorthand: 'entity',
  provides: { entity: 'text', from: 'text', to: 'text' },
  explain({ entity, from, to, for: length, also_at_start: atStart }) {
    const left = from === undefined ? '' : ` from ${inWords([from].flat(), 'or')}`
    const reached = to === undefined ? ' to another state' : ` to ${inWords([to].flat(), 'or')}`
    const stays = length === undefined ? '' : ` and stays so for ${durationInWords(durationMs(length))}`
    const start = atStart === true ? ', or is so when the product starts' : ''
    return `${entity} of Home Assistant goes${left}${reached}${stays}${start}`
  },
  check: (written) => [
    ...wordRemarks(written, 'from'),
    ...wordRemarks(written, 'to'),
    ...startRemarks(written),
  ],
  start(context) {
    const watch = new Watch(context)
    const { entity, also_at_start: atStart, for: length } = context.options
    context.on('ha', { entity }, (event) => watch.changed(event))
    if (atStart === true || length !== undefined)
      context.on('ha', { known: entity }, (event) => watch.known(event))
  },
})

/** Home Assistant's words for a switch, where people write YAML's. */
function wordRemarks(written: Options, option: 'from' | 'to'): Remark[] {
  return [written[option] ?? []].flat().flatMap((word): Remark[] => {
    const meant = /^(true|on)$/i.test(word) ? 'on' : /^(false|off)$/i.test(word) ? 'off' : null
    if (meant === null || meant === word) return []
    const message = `no entity of Home Assistant is ever "${word}"`
    return [{ option, level: 'error', code: 'type/value', message, help: `write "${meant}"` }]
  })
}

function startRemarks({ from, also_at_start: atStart }: Options): Remark[] {
  if (from === undefined || atStart !== true) return []
  const message = '`from` and `also_at_start` cannot stand together: at the start it comes from nowhere'
  return [
    { option: 'also_at_start', level: 'error', code: 'type/value', message, help: 'leave one of them out' },
  ]
}

/** Its state is not known while it says one of these. */
const notKnown: readonly unknown[] = ['unavailable', 'unknown', null]

/** A state that has to last. */
interface Lasting {
  readonly from: string | null
  readonly state: string
  /** When it began, as Home Assistant says it. */
  readonly sinceMs: unknown
  /** False while it cannot be told whether it still is so. */
  isSure: boolean
  readonly cancel: () => void
}

class Watch {
  readonly #context: TriggerContext<Options>
  readonly #lengthMs: number
  #lasting: Lasting | null = null

  constructor(context: TriggerContext<Options>) {
    this.#context = context
    const { for: length } = context.options
    this.#lengthMs = length === undefined ? 0 : durationMs(length)
    context.signal.addEventListener('abort', () => this.#endLasting(), { once: true })
  }

  changed({ from: left, to: reached, since_ms: sinceMs }: RuleEvent): void {
    const from = textOrNull(left)
    const to = textOrNull(reached)
    if (this.#goesOn(to)) return
    this.#endLasting()
    if (to === null || !this.#isMeant(from, to)) return
    const { entity } = this.#context.options
    if (this.#lengthMs > 0) this.#wait({ from, state: to, sinceMs }, this.#lengthMs)
    else this.#context.fire({ entity, from, to }, `${entity} is ${to}`)
  }

  known({ state: told, since_ms: sinceMs, is_first: isFirst }: RuleEvent): void {
    const state = textOrNull(told)
    const lasting = this.#lasting
    if (lasting !== null) {
      if (state === null) lasting.isSure = false
      else if (state === lasting.state && sinceMs === lasting.sinceMs) lasting.isSure = true
      else this.#endLasting()
    }
    const { entity, also_at_start: atStart } = this.#context.options
    if (atStart !== true || isFirst !== true || state === null) return
    if (!isOneOf(state, this.#context.options.to)) return
    if (this.#lengthMs === 0) {
      this.#context.fire({ entity, from: null, to: state }, `${entity} is ${state} at the start`)
      return
    }
    const lastedMs = typeof sinceMs === 'number' ? this.#context.clock.now().getTime() - sinceMs : 0
    this.#wait({ from: null, state, sinceMs }, Math.max(0, this.#lengthMs - Math.max(0, lastedMs)))
  }

  /** An entity that is away for a moment and is what it was has not changed. */
  #goesOn(to: string | null): boolean {
    const lasting = this.#lasting
    if (lasting === null) return false
    const isAway = notKnown.includes(to)
    if (isAway && !notKnown.includes(lasting.state)) lasting.isSure = false
    else if (to === lasting.state) lasting.isSure = true
    else return false
    return true
  }

  /** What leads from or to `unavailable` and `unknown` counts only where it is named. */
  #isMeant(from: string | null, to: string): boolean {
    const { from: asked, to: wanted } = this.#context.options
    return isOneOf(from, asked) && isOneOf(to, wanted)
  }

  #wait(began: Pick<Lasting, 'from' | 'state' | 'sinceMs'>, ms: number): void {
    const { clock } = this.#context
    const cancel = clock.at(new Date(clock.now().getTime() + ms), () => this.#over())
    this.#lasting = { ...began, isSure: true, cancel }
  }

  #over(): void {
    const lasting = this.#lasting
    this.#lasting = null
    if (lasting === null) return
    const { entity, for: length = '' } = this.#context.options
    const { from, state: to, isSure } = lasting
    const because = `${entity} has been ${to} for ${length}`
    if (isSure) this.#context.fire({ entity, from, to }, because)
    else this.#context.didNotFire(`it cannot be told whether ${because}: it, or Home Assistant, is away`)
  }

  #endLasting(): void {
    this.#lasting?.cancel()
    this.#lasting = null
  }
}

/** Without a wish any state is meant, but not that it is not known. */
function isOneOf(state: string | null, wished: string | readonly string[] | undefined): boolean {
  return wished === undefined ? !notKnown.includes(state) : [wished].flat().some((one) => one === state)
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
