/** The beginnings of our topics and of Home Assistant's. */
export interface Tree {
  readonly base: string
  readonly discoveryPrefix: string
}

/** Whether the topic is one of the product's own, below its base topic. */
export function isInTree(topic: string, { base, discoveryPrefix }: Tree): boolean {
  // Home Assistant's topics may have been put below ours.
  const isHomeAssistants = isBelow(discoveryPrefix, base) && isBelow(topic, discoveryPrefix)
  return isBelow(topic, base) && !isHomeAssistants
}

function isBelow(topic: string, beginning: string): boolean {
  return topic === beginning || topic.startsWith(`${beginning}/`)
}
