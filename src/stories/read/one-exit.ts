import type { MapNode, Node } from '../../language/node.ts'
import type { Report } from '../../language/report.ts'
import { movingKeys, questionKeys } from './schema.ts'

/** What is said of a scene, and where: its name. */
export interface Saying {
  readonly key: Node & { readonly text: string }
  readonly report: Report
}

/** Says that nothing follows the scene. */
export function deadEnd({ key, report }: Saying): void {
  const message = `scene "${key.text}" has no way out`
  const help = 'add left/right, go, branch or random - or `ending: <name>` if the story stops here'
  report.add(key, 'error', 'story/dead-end', message, help)
}

// What people may call a third button.
const thirds = [
  'middle',
  'center',
  'centre',
  'up',
  'down',
  'both',
  'third',
  'other',
  'press',
  'ok',
  'next',
  'previous',
]

/** Whether somebody wrote a third button beside left and right; then that is reported. */
export function hasThreeAnswers(node: MapNode, { key, report }: Saying): boolean {
  const third = [...node.entries.values()].find((entry) => thirds.includes(entry.key.text))
  if (third === undefined || !node.entries.has('left') || !node.entries.has('right')) return false
  const message = `the player has two buttons; "${key.text}" has three answers: left, right and ${third.key.text}`
  report.add(
    third.key,
    'error',
    'story/three-answers',
    message,
    'use `carousel:`, or two questions one behind the other',
  )
  return true
}

/** Whether the scene is left in just one way; where it is not, that is reported. */
export function hasOneExit(node: MapNode, { key, report }: Saying): boolean {
  const moving = movingKeys.filter((name) => node.entries.has(name))
  const isCarousel = moving.includes('carousel')
  const asking = questionKeys.filter((name) => node.entries.has(name) && !(isCarousel && isForCarousel(name)))
  const [one, two] = moving
  const place = (name: string) => node.entries.get(name)?.key ?? key
  if (one !== undefined && two !== undefined) {
    const message = `scene "${key.text}" goes on in two ways: by \`${one}\` and by \`${two}\``
    report.add(place(two), 'error', 'story/two-exits', message, 'keep one of them')
    return false
  }
  const [asks] = asking
  if (one !== undefined && asks !== undefined) {
    const { at, does, help } = besides(one, asks)
    report.add(
      place(at),
      'error',
      'story/two-exits',
      `scene "${key.text}" both asks (\`${asks}\`) and ${does} (\`${one}\`)`,
      help,
    )
    return false
  }
  if (one === undefined && asks === undefined) {
    deadEnd({ key, report })
    return false
  }
  return true
}

type Asking = (typeof questionKeys)[number]

/** What a scene does that asks and moves on, and the way out of it. */
function besides(
  moving: (typeof movingKeys)[number],
  asks: Asking,
): { readonly at: string; readonly does: string; readonly help: string } {
  if (moving === 'carousel') {
    const help = 'leave it out: left goes on to the next option, and right takes it'
    return { at: asks, does: 'offers a choice', help }
  }
  if (asks === 'silence' || asks === 'hear_out') {
    const does = moving === 'ending' ? 'ends' : 'moves on by itself'
    return { at: asks, does, help: `leave \`${asks}\` out: nobody is asked there` }
  }
  return moving === 'ending'
    ? { at: moving, does: 'ends', help: 'let it ask here, and end in the scenes that the answers lead to' }
    : {
        at: moving,
        does: 'moves on by itself',
        help: `leave \`${moving}\` out, or let one scene play and go on to another one that asks`,
      }
}

/** Whether `not_twice` stands beside chance, or not at all; else that is reported. */
export function isDrawn(node: MapNode, { key, report }: Saying): boolean {
  const notTwice = node.entries.get('not_twice')
  if (notTwice === undefined || node.entries.has('random')) return true
  const message = `scene "${key.text}" says \`not_twice\` and draws nothing: it goes with \`random\``
  report.add(notTwice.key, 'error', 'key/missing', message, 'leave it out, or list scenes under `random`')
  return false
}

function isForCarousel(name: string): boolean {
  return name === 'silence' || name === 'hear_out'
}
