import { type Story, waysOf } from '../../core/story.ts'

/** A scene that nobody can come to. */
export interface Unreachable {
  readonly scene: string
  /** Others to which it would lead, and nothing else does. */
  readonly behind: readonly string[]
}

/**
 * Only those that nothing leads to are said, with what stands behind them: one missing way is one finding. Nothing is said
 * of those that are excused, nor of what they lead to.
 */
export function unreachableIn(
  { scenes }: Story,
  { visited, excused }: { readonly visited: ReadonlySet<string>; readonly excused: readonly string[] },
): readonly Unreachable[] {
  const left = new Set([...scenes.keys()].filter((scene) => !visited.has(scene)))
  const targetsOf = (scene: string) => {
    const from = scenes.get(scene)
    return from === undefined ? [] : waysOf(from).flatMap(({ way }) => (left.has(way.to) ? [way.to] : []))
  }
  const fine = new Set(excused.filter((scene) => left.has(scene)))
  for (const scene of fine) for (const to of targetsOf(scene)) fine.add(to)
  for (const scene of fine) left.delete(scene)
  const led = new Set([...left].flatMap((scene) => targetsOf(scene).filter((to) => to !== scene)))
  const first = [...left].filter((scene) => !led.has(scene))
  const found: Unreachable[] = []
  // Where they lead to each other in a round, none is the first of them.
  for (const scene of [...first, ...left]) {
    if (!left.has(scene)) continue
    const behind = new Set([scene])
    for (const one of behind) for (const to of targetsOf(one)) behind.add(to)
    for (const one of behind) left.delete(one)
    behind.delete(scene)
    found.push({ scene, behind: [...behind] })
  }
  return found
}
