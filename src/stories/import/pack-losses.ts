import { list, quote } from '../../language/wording.ts'
import type { Loss } from './draft.ts'
import type { Pack, PackStage, Transition } from './pack.ts'
import type { PackMenus } from './pack-menus.ts'

/** Where "start again" is to lead; null for where it begins. A story has one such place, and boxes one for each stage. */
export function homeOf(
  pack: Pack,
  stages: readonly PackStage[],
  menus: PackMenus,
): { readonly home: Transition | null; readonly losses: readonly Loss[] } {
  const led = stages.filter(({ control, isCover }) => control.home && !isCover)
  const places = new Map<string, { readonly home: Transition; readonly of: PackStage[] }>()
  for (const stage of led) {
    const key = keyOf(stage.home ?? pack.start, menus)
    const place = places.get(key) ?? { home: stage.home ?? pack.start, of: [] }
    place.of.push(stage)
    places.set(key, place)
  }
  const [only, ...more] = places.values()
  if (only === undefined || more.length === 0) return { home: only?.home ?? null, losses: [] }
  const lost = [only, ...more].filter(({ home }) => keyOf(home, menus) !== keyOf(pack.start, menus))
  const losses = lost.map(({ home, of }) => ({
    line: of[0]?.line ?? 1,
    place: of[0]?.name ?? null,
    what: `HOME leads from ${counted(of)} to ${nameOf(home, menus)}: here "start again" leads to the beginning, as a story has one such place`,
  }))
  return { home: null, losses }
}

function keyOf(way: Transition, menus: PackMenus): string {
  // Of a pair both are heard, the first of them first.
  return menus.kind(way.action) === 'pair' ? way.action : `${way.action} ${JSON.stringify(way.index)}`
}

function nameOf(way: Transition, menus: PackMenus): string {
  const name = menus.options(way.action).find((option) => option.index === way.index)?.of.name
  return name === undefined ? 'another stage' : quote(name)
}

interface Told {
  readonly menus: PackMenus
  /** The actions that are told as menus. */
  readonly told: ReadonlySet<string>
}

/** What the stages that are told do on the box, and cannot do here. */
export function lostOfStages(
  pack: Pack,
  reached: ReadonlyMap<string, PackStage>,
  { menus, told }: Told,
): readonly Loss[] {
  const stages = [...reached.values()]
  const offered = new Set([...told].flatMap((action) => menus.options(action).map(({ of }) => of.id)))
  const leads = stages.filter(({ ok, isCover }) => ok !== null && !isCover)
  const left = [...pack.stages.values()].filter(({ id }) => !reached.has(id))
  return [
    ...about(
      leads.filter(({ control }) => control.autoplay && control.ok),
      (of) => `OK skips ${of}: here that is heard to its end`,
    ),
    ...about(
      leads.filter(({ id, control }) => !control.autoplay && control.ok && !offered.has(id)),
      (of) => `${of} waits for OK: here the right button goes on, and without a press it goes on by itself`,
    ),
    ...about(
      stages.filter(
        ({ control, isCover }) => !isCover && (!control.home || (control.autoplay && !control.pause)),
      ),
      (of) => `HOME or a pause does nothing in ${of}: here both always do`,
    ),
    ...about(
      stages.filter(({ ok, control }) => ok !== null && !control.ok && !control.autoplay),
      (of) => `nothing leads on from ${of}, as neither OK nor its end does: the story ends there`,
    ),
    ...about(
      [...told]
        .filter((action) => menus.kind(action) === 'carousel')
        .flatMap((action) => menus.options(action).flatMap(({ of }) => (of.audio === null ? [of] : []))),
      (of) => `${of} is silent: as an option its name is said here`,
    ),
    ...menusTold(told, menus),
    ...about(left, (of) => `no way leads to ${of}: it is left out`),
  ]
}

function menusTold(told: ReadonlySet<string>, menus: PackMenus): readonly Loss[] {
  const pairs = [...told].filter((action) => menus.kind(action) === 'pair')
  const others = told.size - pairs.length
  const lineOf = (actions: readonly string[]) =>
    Math.min(...actions.flatMap((action) => menus.options(action).map(({ of }) => of.line)))
  const said = (actions: readonly string[], count: string, how: string): readonly Loss[] =>
    actions.length === 0
      ? []
      : [
          {
            line: lineOf(actions),
            place: null,
            what: `${count}: ${how}; where nobody answers the story ends`,
          },
        ]
  return [
    ...said(
      pairs,
      numbered(pairs.length, 'choice of two', 'choices of two'),
      'left takes the first, right the second',
    ),
    ...said(
      [...told].filter((action) => menus.kind(action) !== 'pair'),
      numbered(others, 'wheel', 'wheels'),
      'left goes on to the next option, right takes it',
    ),
  ]
}

/** `audio`: the names of the files that came with it. */
export function unheard(stages: readonly PackStage[], audio: ReadonlySet<string>): readonly Loss[] {
  const missing = stages.filter((stage) => stage.audio !== null && !audio.has(stage.audio))
  const [first] = missing
  if (first === undefined) return []
  if (audio.size === 0)
    return [
      {
        line: first.line,
        place: null,
        what: `no audio came with it: put ${numbered(missing.length, 'file', 'files')} such as ${quote(first.audio ?? '')} into the folder of the story`,
      },
    ]
  return missing.map(({ line, name, audio: file }) => ({
    line,
    place: name,
    what: `${quote(name)} plays ${quote(file ?? '')}, and no such file came with it`,
  }))
}

function about(stages: readonly PackStage[], what: (of: string) => string): readonly Loss[] {
  const [first] = stages
  return first === undefined ? [] : [{ line: first.line, place: first.name, what: what(counted(stages)) }]
}

function counted(stages: readonly PackStage[]): string {
  const names = [...new Set(stages.map(({ name }) => quote(name)))]
  if (names.length === stages.length && names.length <= fewStages) return list(names)
  const shown = [...names.slice(0, fewStages), ...(names.length > fewStages ? ['…'] : [])]
  return `${stages.length} stages (${shown.join(', ')})`
}

// More names than that make no sentence.
const fewStages = 3

function numbered(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`
}
