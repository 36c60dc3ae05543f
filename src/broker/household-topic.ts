import { isInTree, type Tree } from './own-tree.ts'
import type { Topics } from './topic.ts'
import { isPublishable } from './topic-filter.ts'

/** Why rules cannot publish to a topic, and what they can do instead. */
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
