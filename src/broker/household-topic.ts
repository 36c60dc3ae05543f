import { isInTree, type Tree } from './own-tree.ts'
import type { Topics } from './topic.ts'
import { filtersMeet, isFilter, isPublishable } from './topic-filter.ts'

/** Why rules cannot use a topic, and what they can do instead. */
export interface TopicFault {
  readonly message: string
  readonly help: string
}

/**
 * What is wrong with a topic that a rule of the household publishes to; null where nothing is. What we say ourselves
 * would be said over: our states, and the discovery of our devices. Our commands and requests are not for rules
 * either: a rule that its own command starts again would never end.
 */
export function householdTopicFault(topic: string, tree: Tree, topics: Topics): TopicFault | null {
  if (!isPublishable(topic))
    return {
      message: 'MQTT cannot carry a message under this topic',
      help: 'a topic has 1 to 65,535 bytes, no + or #, and no control characters',
    }
  if (isInTree(topic, tree))
    return {
      message: `rules do not publish below "${tree.base}/": the topics there are the product's own`,
      help: `use another action, as \`queue\` for what a stream plays, or a topic outside "${tree.base}/" that an automation of Home Assistant listens to`,
    }
  if (topics.readDiscovery(topic) !== undefined)
    return {
      message: `rules do not publish to "${topic.slice(0, 200)}": the product describes its own devices there`,
      help: 'give your device another id',
    }
  return null
}

/**
 * What is wrong with a topic, or a filter with `+` and `#`, that a rule listens to; null where nothing is. What the
 * product says itself would start rules by what they have done, and what others ask of it is carried out already.
 */
export function heardTopicFault(filter: string, { base }: Tree, { filters }: Topics): TopicFault | null {
  if (!isFilter(filter) || filter.startsWith('$'))
    return {
      message: 'nobody can listen to this topic of MQTT',
      help: 'a `+` stands for one whole level and a `#` for all that follow, as in home/+/set and home/#; it has 1 to 65,535 bytes, no control characters, and does not begin with $',
    }
  if (filtersMeet(filter, `${base}/#`))
    return filter.startsWith(`${base}/`)
      ? {
          message: `rules do not listen below "${base}/": the topics there are the product's own`,
          help: `use another trigger: ${betterTrigger(filter.slice(base.length + 1))}`,
        }
      : {
          message: `this would hear the product's own topics below "${base}/" too`,
          help: 'begin it with the first level of the topics that are meant, as in home/#',
        }
  if (filtersMeet(filter, filters.discovery))
    return {
      message: `this would hear how the product describes its own devices, below "${filters.discovery.split('/+')[0]}/"`,
      help: 'name the levels behind it, so that these are left out',
    }
  return null
}

function betterTrigger(rest: string): string {
  const [first, second = ''] = rest.split('/')
  if (first === 'input') return `\`input: ${second === '' || /[+#]/.test(second) ? 'party' : second}\``
  if (first === 'stream') return '`slot: {began: night}` hears of slots, and `button: right` of presses'
  return '`button`, `card` and `playing` hear of players, and an input is what programs can set'
}
