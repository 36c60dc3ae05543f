import type { Expansion, Lead, Stop } from './expansion.ts'

/** A place on a wheel. */
export interface WheelPlace {
  /** The stops of the wheel, in its order. */
  readonly wheel: readonly string[]
  readonly index: number
}

/** The carousels of a story, by the key of each option. */
export function wheelsIn({ stops }: Pick<Expansion, 'stops'>): ReadonlyMap<string, WheelPlace> {
  const places = new Map<string, WheelPlace>()
  for (const stop of stops.values()) {
    if (places.has(stop.key)) continue
    const wheel = wheelOf(stop, stops)
    for (const [index, key] of wheel.entries()) places.set(key, { wheel, index })
  }
  return places
}

/** From its first option; empty where it is none. */
function wheelOf(from: Stop, stops: Expansion['stops']): readonly string[] {
  const base = carouselOf(from)
  if (base === null) return []
  const keys = [from.key]
  for (let stop = next(from, stops); stop !== undefined && stop.key !== from.key; stop = next(stop, stops)) {
    if (carouselOf(stop) !== base || keys.length >= mostOptions) return []
    keys.push(stop.key)
  }
  const first = keys.reduce((least, key) =>
    numberOf(stops.get(key)) < numberOf(stops.get(least)) ? key : least,
  )
  const at = keys.indexOf(first)
  return keys.length < 2 ? [] : [...keys.slice(at), ...keys.slice(0, at)]
}

const mostOptions = 20

function next({ ways: { left } }: Stop, stops: Expansion['stops']): Stop | undefined {
  return single(left) === null ? undefined : stops.get(single(left) ?? '')
}

function single(lead: Lead | null): string | null {
  return lead?.length === 1 ? (lead[0] ?? null) : null
}

/** Nobody can write a name with a dot: those are the options of carousels. */
function carouselOf({ scene: { id, exit } }: Stop): string | null {
  return exit.kind === 'question' && exit.right !== null ? (/^(.+)\.\d+$/.exec(id)?.[1] ?? null) : null
}

function numberOf(stop: Stop | undefined): number {
  return Number(/\.(\d+)$/.exec(stop?.scene.id ?? '')?.[1] ?? 0)
}
