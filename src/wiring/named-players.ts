import type { Log } from '../core/log.ts'
import type { Hub } from '../hub.ts'
import type { Diagnostic } from '../language/diagnostic.ts'
import { inLines } from '../language/wording.ts'
import type { Options } from '../options.ts'
import { type Named, PlayerNames } from '../rules/players.ts'
import { lackOf } from '../rules/read/abilities.ts'
import type { NamedPlayer } from '../rules/read/names.ts'
import type { RuleSet } from '../rules/rule-set.ts'
import { isOfExamples } from '../simulator/cloud.ts'
import type { Problems } from './problems.ts'

/** The players as checks of rules know them: without their models where all is to be offered for every one. */
export function playersForChecks(
  hub: Pick<Hub, 'players'>,
  { yoto: { every_ability: everything } }: Pick<Options, 'yoto'>,
): readonly Named[] {
  return hub.players().map(({ id, name, model }) => (everything ? { id, name } : { id, name, model }))
}

interface NamingBook {
  readonly current: Pick<RuleSet, 'players'>
  readonly playersNamed: readonly NamedPlayer[]
}

interface WatchInput {
  readonly hub: Pick<Hub, 'players' | 'subscribe'>
  readonly book: NamingBook & { onChange(changed: () => void): () => void }
  readonly problems: Pick<Problems, 'set'>
  readonly log: Log
}

/** Everywhere that the rules which run name a player and none of `players` is called so, or it cannot do what they want. While there is none, nothing is doubted. */
export function missingPlayers(
  { current, playersNamed }: NamingBook,
  players: readonly Named[],
): readonly (Diagnostic & { readonly name: string })[] {
  if (players.length === 0) return []
  const names = new PlayerNames({ aliases: () => current.players, players: () => players })
  const faults = new Map<string, ReturnType<PlayerNames['faultOf']>>()
  return playersNamed.flatMap(({ need, ...named }) => {
    if (need !== undefined) {
      const lack = lackOf(named.name, need, { names, players })
      return lack === null
        ? []
        : [{ ...named, level: 'warning' as const, code: 'rule/not-on-model', ...lack }]
    }
    const known = faults.get(named.name)
    const fault = known === undefined ? faultOf(names, named.name) : known
    faults.set(named.name, fault)
    return fault === null ? [] : [{ ...named, level: 'warning' as const, code: 'ref/player', ...fault }]
  })
}

const exampleHelp =
  'it is one of the simulated players, which are there without an account: write the id of yours in its place'

function faultOf(names: PlayerNames, named: string): ReturnType<PlayerNames['faultOf']> {
  const fault = names.faultOf(named)
  return fault !== null && isOfExamples(names.idOf(named)) ? { ...fault, help: exampleHelp } : fault
}

// Each is a problem by its own name.
const mostProblems = 20

/**
 * Says in the log and as problems which players of the rules there are not, each once with all its places, as soon as it
 * is known which there are.
 */
export function watchNamedPlayers({ hub, book, problems, log }: WatchInput): { stop(): void } {
  let said = new Set<string>()
  const look = () => {
    const found = new Map(
      [
        ...grouped(
          // An example that nobody has taken up is nothing to be put right.
          missingPlayers(book, hub.players()).filter(
            ({ code, help }) => code === 'ref/player' && help !== exampleHelp,
          ),
          ({ name }) => name,
        ),
      ]
        .slice(0, mostProblems)
        .map(([name, places]) => [name, wordsOf(places)]),
    )
    for (const name of said) if (!found.has(name)) problems.set(problemOf(name), null)
    for (const [name, { place, words, help }] of found) {
      problems.set(problemOf(name), `${words}; ${help}`)
      if (!said.has(name)) log.warn(`${place} warning[ref/player] ${words}`, { help })
    }
    said = new Set(found.keys())
  }
  const forgetBook = book.onChange(look)
  const forgetHub = hub.subscribe('players that rules name', (change) => {
    if (change.kind === 'players-listed') look()
  })
  return {
    stop: () => {
      forgetBook()
      forgetHub()
    },
  }
}

function problemOf(name: string): string {
  return `rule_player/${name}`
}

/** Places of one name, in the words of people: "there is no player "den" (bedroom.yaml, lines 3, 9)". */
function wordsOf(places: readonly Diagnostic[]) {
  const [first] = places
  const files = [...grouped(places, ({ file }) => file)].map(
    ([file, there]) => `${file}, ${inLines(there.map(({ line }) => line))}`,
  )
  return {
    place: `${first?.file}:${first?.line}`,
    words: `${first?.message} (${files.join('; ')})`,
    help: first?.help ?? '',
  }
}

function grouped<Item>(items: readonly Item[], keyOf: (item: Item) => string): ReadonlyMap<string, Item[]> {
  const groups = new Map<string, Item[]>()
  for (const item of items) {
    const group = groups.get(keyOf(item))
    if (group === undefined) groups.set(keyOf(item), [item])
    else group.push(item)
  }
  return groups
}
