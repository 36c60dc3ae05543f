import { type Cause, type Exit, type Scene, type Story, waysOf } from '../core/story.ts'
import { sceneInWords } from './check/words.ts'

/** The map of a story, as it can be drawn. */
export interface StoryGraph {
  readonly story: string
  readonly title: string
  readonly scenes: readonly GraphScene[]
  readonly ways: readonly GraphWay[]
}

interface GraphScene {
  readonly id: string
  /** For people: the name, what it is to the story, and its ending: `start: gate`, `friends: happy`. */
  readonly label: string
  readonly exit: Exit['kind']
}

interface GraphWay {
  readonly from: string
  readonly to: string
  readonly kind: Cause['kind']
  /** `left`, the condition of a branch, how likely it is; empty for what just goes on. */
  readonly label: string
}

export function graphOf(story: Story): StoryGraph {
  const scenes = [...story.scenes.values()]
  return {
    story: story.id,
    title: story.title,
    scenes: scenes.map((scene) => ({
      id: scene.id,
      label: sceneLabel(scene, story),
      exit: scene.exit.kind,
    })),
    ways: scenes.flatMap((scene) =>
      waysOf(scene).flatMap(({ cause, way: { to } }) =>
        story.scenes.has(to)
          ? [{ from: scene.id, to, kind: cause.kind, label: wayLabel(scene.exit, cause) }]
          : [],
      ),
    ),
  }
}

/** For Mermaid (https://mermaid.js.org/syntax/flowchart.html). */
export function mermaidOf(graph: StoryGraph): string {
  const names = namesFor(graph)
  const lines = [
    // What stands in front of a diagram as its title shows `&` as `&amp;`; the label of a frame does not.
    ...['flowchart TD', `  subgraph story["${forMermaid(graph.title)}"]`],
    ...graph.scenes.map((scene) => {
      const [before, behind] = mermaidShapes[scene.exit]
      return `  ${names.get(scene.id)}${before}"${forMermaid(scene.label)}"${behind}`
    }),
    ...graph.ways.map(({ from, to, kind, label }) => {
      const arrow = isDashed(kind) ? '-.->' : '-->'
      const words = label === '' ? '' : `|"${forMermaid(label)}"|`
      return `  ${names.get(from)} ${arrow}${words} ${names.get(to)}`
    }),
    '  end',
  ]
  return `${lines.join('\n')}\n`
}

/** For Graphviz (https://graphviz.org/doc/info/lang.html). */
export function dotOf(graph: StoryGraph): string {
  const names = namesFor(graph)
  const lines = [
    `  label=${forDot(graph.title)}`,
    '  labelloc=t',
    ...graph.scenes.map(
      ({ id, label, exit }) => `  ${names.get(id)} [label=${forDot(label)}, shape=${dotShapes[exit]}]`,
    ),
    ...graph.ways.map(
      ({ from, to, kind, label }) =>
        `  ${names.get(from)} -> ${names.get(to)} [label=${forDot(label)}, ${dotStyles[kind]}]`,
    ),
  ]
  return `digraph ${forDot(graph.story)} {\n${lines.join('\n')}\n}\n`
}

const mermaidShapes: Readonly<Record<Exit['kind'], readonly [before: string, behind: string]>> = {
  question: ['{', '}'],
  go: ['[', ']'],
  branch: ['{{', '}}'],
  random: ['(', ')'],
  ending: ['([', '])'],
}

const dotShapes: Readonly<Record<Exit['kind'], string>> = {
  question: 'diamond',
  go: 'box',
  branch: 'hexagon',
  random: 'ellipse',
  ending: 'doublecircle',
}

const dotStyles: Readonly<Record<Cause['kind'], string>> = {
  left: 'color=purple',
  right: 'color=teal',
  silence: 'style=dashed',
  go: 'color=black',
  branch: 'color=black',
  random: 'style=dotted',
}

function isDashed(kind: Cause['kind']): boolean {
  return kind === 'silence' || kind === 'random'
}

/** Names of scenes may be words of the language that draws them, such as `end`. */
function namesFor({ scenes }: StoryGraph): ReadonlyMap<string, string> {
  return new Map(scenes.map(({ id }, number) => [id, `s${number}`]))
}

function sceneLabel({ id, exit }: Scene, { start, home, bedtime }: Story): string {
  const roles = [
    ...(id === start ? ['start'] : []),
    ...(id === home && home !== start ? ['home'] : []),
    ...(id === bedtime ? ['bedtime'] : []),
  ]
  const ending = exit.kind === 'ending' ? [exit.name] : []
  return [...roles, sceneInWords(id), ...ending].join(': ')
}

function wayLabel(exit: Exit, cause: Cause): string {
  if (cause.kind === 'go') return ''
  if (exit.kind === 'branch' && 'index' in cause) return exit.lines[cause.index]?.if ?? 'else'
  if (exit.kind === 'random' && 'index' in cause) {
    const all = exit.picks.reduce((sum, { weight }) => sum + weight, 0)
    return `${exit.picks[cause.index]?.weight ?? 1} of ${all}`
  }
  return cause.kind
}

/**
 * Mermaid takes entities of HTML with `#` in place of `&`
 * (https://mermaid.js.org/syntax/flowchart.html#entity-codes-to-escape-characters). Before it reads them it looks into
 * every text for Markdown, directives and lines of style, so all signs but a few are written that way.
 */
function forMermaid(text: string): string {
  return onOneLine(text).replace(
    /[^A-Za-z0-9 ,:=?\u{80}-\u{10ffff}-]|:(?! )|^-/gu,
    (sign) => `#${sign.codePointAt(0)};`,
  )
}

/** A text in quotes. Graphviz takes `\N` and the like for more than letters, and knows entities of HTML. */
function forDot(text: string): string {
  return `"${onOneLine(text).replace(/[\\"]/g, '\\$&').replaceAll('&', '&amp;')}"`
}

/** What would steer a terminal, or end the line, becomes a space. */
function onOneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu, ' ')
}
