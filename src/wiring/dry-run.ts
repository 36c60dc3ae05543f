import { AppError } from '../core/error.ts'
import type { PlayerPatch, PlayerState } from '../core/player.ts'
import type { StoredQueue } from '../core/queue.ts'
import { type Declaration, fittedTo, type PlainValue } from '../core/value-form.ts'
import { decodeJson } from '../language/json.ts'
import { list, quote } from '../language/wording.ts'
import { eventsAsked } from '../rules/dry/asked.ts'
import { dryRun } from '../rules/dry/dry-run.ts'
import type { CardIn, StagePlayer } from '../rules/dry/house.ts'
import { type Implied, impliedBy } from '../rules/dry/implied.ts'
import type { DryReport } from '../rules/dry/report.ts'
import { momentOf } from '../rules/moment.ts'
import { PlayerNames } from '../rules/players.ts'
import { patchOfFields, playerOf, stagePlayer } from '../rules/read/test-players.ts'
import type { Rule, RuleSet } from '../rules/rule-set.ts'
import { InMemoryHouse } from './dry-house.ts'
import { streamsOf } from './rules.ts'

/** What is to be tried, as somebody wrote it. */
export interface DryQuestion {
  /** On the household's clocks: `2026-11-24T19:29`, or `19:29` for when they show it next. Now where absent. */
  readonly at?: string
  /** In order, each as one word: `button=right`. */
  readonly events: readonly string[]
  /** Whom they happen to. */
  readonly player?: string
  /** How that player is as it begins, in the words of the `players` of tests. */
  readonly state?: Readonly<Record<string, string | number | boolean>>
  readonly seed?: number
}

/** What a household remembers, by name. */
export interface Remembered {
  readonly vars: ReadonlyMap<string, PlainValue>
  readonly inputs: ReadonlyMap<string, PlainValue>
  readonly queues: ReadonlyMap<string, StoredQueue>
  /** By stream: the occurrence of its schedule that was put into effect last. */
  readonly applied: ReadonlyMap<string, string>
  /** By rule: what was said of it beside its file. */
  readonly enabled: ReadonlyMap<string, boolean>
}

/** The household that it is tried in. All of it can be handed to a thread. */
export interface DryGround {
  readonly now: Date
  /** Null: everything starts as the files say. */
  readonly remembered: Remembered | null
  /** As they are now; none where that is not known. */
  readonly players: readonly PlayerState[]
  /** How rules call players. */
  readonly named: readonly string[]
  /** By card of ours: the stream it plays. */
  readonly cards: ReadonlyMap<string, string>
  /** By folder of the library, the files in it. */
  readonly folders: ReadonlyMap<string, readonly string[]>
  /** All files that playlists with `pick` take from. */
  readonly library: readonly string[]
}

const usualSeed = 1
const largestSeed = 4_294_967_295
// Who does it where the files name nobody.
const nobodyKnown = 'somebody'

/**
 * What the rules would do, with the real engine, hub and scheduler in a house that nothing leaves.
 * @throws AppError `unprocessable` for a question that cannot be asked so, with what can.
 */
export async function tryDry(question: DryQuestion, files: RuleSet, ground: DryGround): Promise<DryReport> {
  const { seed = usualSeed, state = {} } = question
  if (!Number.isInteger(seed) || seed < 0 || seed > largestSeed)
    throw new AppError('unprocessable', `seed: expected a whole number from 0 to ${largestSeed}`)
  const ruleSet = { ...files, rules: files.rules.map((rule) => asRunning(rule, ground)) }
  const now = momentAsked(question.at, { now: ground.now, zone: ruleSet.calendar.zone })
  const streams = new Set([...streamsOf(ruleSet), ...(ground.remembered?.queues.keys() ?? [])])
  const known = knownPlayers(ruleSet, ground)
  const declared = { inputs: ruleSet.inputs, stories: ruleSet.stories ?? new Map(), streams }
  // Read once to see which rules they are about, whoever they happen to.
  const anyone = { player: () => nobodyKnown, playerIfAny: () => null }
  const deeds = eventsAsked(question.events, { ...declared, ...anyone }).map(({ deed }) => deed)
  const implied = impliedBy(deeds, ruleSet.rules)
  const meaning = { known, ruleSet, ground }
  const named = playerMeant(question.player, meaning)
  const who = named ?? playerImplied(implied, meaning)
  const player = () => {
    if (who !== null) return who
    throw new AppError('unprocessable', `which player is meant? Name it with player: ${list([...known])}`)
  }
  const events = eventsAsked(question.events, {
    ...declared,
    player,
    playerIfAny: () => who,
  })
  if (Object.keys(state).length > 0) player()
  const players = new Map<string, StagePlayer>()
  for (const one of ground.players) players.set(one.id, { patch: one, card: null })
  for (const name of ground.players.length === 0 ? new Set([...known, who ?? nobodyKnown]) : [])
    players.set(name, { patch: { playback: 'stopped' }, card: null })
  const staging = { state, streams, ground, implied: implied.stream }
  const isCard = isCardImplied(who === null ? undefined : players.get(who), staging)
  if (who !== null) players.set(who, stagedPlayer(players.get(who), staging))
  const house = new InMemoryHouse({
    ruleSet,
    stage: { now, seed, players, ...valuesOf(ruleSet, ground.remembered) },
    folders: ground.folders,
    library: ground.library,
    cards: ground.cards,
    ...(ground.remembered === null
      ? {}
      : { queues: ground.remembered.queues, applied: ground.remembered.applied }),
  })
  const began = ground.remembered === null ? 'fresh' : 'remembered'
  const id = who === null ? null : (ruleSet.players.get(who) ?? who)
  const isImplied = who !== null && (named === null || isCard)
  return dryRun({ house, ruleSet, events, player: id, implied: isImplied ? implied.rule : null, seed, began })
}

/** As it was switched, and as it is while the product runs: what waits for its start has had it long ago. */
function asRunning(rule: Rule, { remembered }: DryGround): Rule {
  const enabled = remembered?.enabled.get(rule.id) ?? rule.enabled
  return { ...rule, enabled, when: rule.when.filter(({ kind }) => kind !== 'startup') }
}

function momentAsked(
  written: string | undefined,
  place: { readonly now: Date; readonly zone: string },
): Date {
  if (written === undefined) return place.now
  const isOne = /^(2[01]\d\d-\d\d-\d\dT)?\d\d:\d\d(:\d\d)?$/.test(written)
  const moment = isOne ? momentOf(written, place) : null
  if (moment !== null) return moment
  throw new AppError(
    'unprocessable',
    `at: found ${quote(written.slice(0, 80))}, expected a date and a time on the clocks of ${place.zone} such as 2026-11-24T19:29, or a time such as 19:29`,
  )
}

/** How they can be called here. */
function knownPlayers({ players }: RuleSet, ground: DryGround): ReadonlySet<string> {
  if (ground.players.length > 0) return new Set(ground.players.map(({ id }) => id))
  const ids = new Set(players.values())
  return new Set([...players.keys(), ...ground.named.filter((name) => !ids.has(name))])
}

interface Meaning {
  readonly known: ReadonlySet<string>
  readonly ruleSet: RuleSet
  readonly ground: DryGround
}

/** Null where several can be meant. */
function playerMeant(named: string | undefined, { known, ruleSet, ground }: Meaning): string | null {
  const [only = nobodyKnown, another] = known
  if (named === undefined) return another === undefined ? only : null
  // Where the files name nobody, anybody may be called anything.
  if (ground.players.length === 0 && (known.size === 0 || named === nobodyKnown)) return named.slice(0, 80)
  if (ground.players.length === 0 && known.has(named)) return named
  const there = ground.players.length > 0 ? ground.players : [...known].map((name) => ({ id: name, name }))
  const names = new PlayerNames({
    aliases: () => (ground.players.length > 0 ? ruleSet.players : new Map()),
    players: () => there,
  })
  const fault = names.faultOf(named.slice(0, 80))
  const id = names.idOf(named)
  if (fault === null && id !== undefined) return id
  const { message = '', help = '' } = fault ?? {}
  const others = ground.players.length > 0 ? '' : `, or ${nobodyKnown} for one that no rule names`
  throw new AppError('unprocessable', `player: ${message} (${help.split(';')[0] ?? ''}${others})`)
}

/** Of several: the one that the rule is about, or any where it is about none. */
function playerImplied({ rule, player, stream }: Implied, meaning: Meaning): string | null {
  if (rule === null) return null
  if (player !== null) return playerMeant(player, meaning)
  const { players, cards } = meaning.ground
  if (players.length === 0) return nobodyKnown
  return players.find(({ card_id }) => card_id !== null && cards.get(card_id) === stream)?.id ?? null
}

interface Staging {
  readonly state: NonNullable<DryQuestion['state']>
  readonly streams: ReadonlySet<string>
  readonly ground: DryGround
  /** The stream of the card that a rule has to hear. */
  readonly implied: string | null
}

/** Whether only the rule says which card is in the player: several could be, or none is. */
function isCardImplied(
  player: StagePlayer | undefined,
  { state, streams, ground, implied }: Staging,
): boolean {
  if (implied === null || state.card !== undefined || state.stream !== undefined) return false
  return ground.players.length === 0 ? streams.size > 1 : player?.patch.card_id == null
}

/** With what was said of it over what is known. */
function stagedPlayer(player: StagePlayer | undefined, staging: Staging): StagePlayer {
  const { state, streams, ground, implied } = staging
  const { patch = {} } = player ?? {}
  const said = decodeJson(stagePlayer, plain(state), { what: 'state' })
  if ('problem' in said) throw new AppError('unprocessable', `state: ${said.problem}`)
  const { name, card: _card, stream: _stream, ...fields } = said.value
  const { card } = playerOf(said.value)
  const own: PlayerPatch = { ...patchOfFields(fields, 'stopped'), ...(name === undefined ? {} : { name }) }
  if (card !== 'of the test') return { patch: { ...patch, ...noCard, ...own }, card }
  if (isCardImplied(player, staging) && implied !== null)
    return { patch: { ...patch, ...noCard, ...own }, card: { stream: implied } }
  // The one card that there can be; a real player has the card that it has.
  const [stream, another] = streams
  const only: CardIn =
    ground.players.length === 0 && stream !== undefined && another === undefined ? { stream } : null
  return { patch: { ...patch, ...own }, card: only }
}

const noCard: PlayerPatch = { card_id: null, card_inserted: 'none' }

/** Texts of a command line as the values they stand for. */
function plain(state: NonNullable<DryQuestion['state']>): object {
  const read = (value: string | number | boolean) => {
    if (value === 'true' || value === 'false') return value === 'true'
    return typeof value === 'string' && /^-?\d{1,4}$/.test(value) ? Number(value) : value
  }
  return Object.fromEntries(Object.entries(state).map(([name, value]) => [name, read(value)]))
}

function valuesOf(
  { vars, inputs }: Pick<RuleSet, 'vars' | 'inputs'>,
  remembered: Remembered | null,
): Pick<Remembered, 'vars' | 'inputs'> {
  return {
    vars: fitting(vars, remembered?.vars ?? new Map()),
    inputs: fitting(inputs, remembered?.inputs ?? new Map()),
  }
}

/** Those that are still declared and still fit, as the product takes them. */
function fitting(
  declared: ReadonlyMap<string, Declaration>,
  values: ReadonlyMap<string, PlainValue>,
): ReadonlyMap<string, PlainValue> {
  return new Map(
    [...declared].flatMap(([name, { form }]): [string, PlainValue][] => {
      const value = values.get(name)
      const fitted = value === undefined ? null : fittedTo(form, value)
      return fitted === null ? [] : [[name, fitted.value]]
    }),
  )
}
