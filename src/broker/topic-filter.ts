/** Whether a filter with `+` and `#` covers the topic. */
export function topicMatches(filter: string, topic: string): boolean {
  const wanted = filter.split('/')
  const given = topic.split('/')
  // Wildcards at the beginning do not reach the broker's own topics (MQTT 5, section 4.7.2).
  if (topic.startsWith('$') && (wanted[0] === '#' || wanted[0] === '+')) return false
  for (const [place, level] of wanted.entries()) {
    if (level === '#') return true
    if (place >= given.length || (level !== '+' && level !== given[place])) return false
  }
  return wanted.length === given.length
}

/** Whether MQTT can carry a message under this topic: a wildcard or a control character in it costs the whole connection. */
export function isPublishable(topic: string): boolean {
  return topic !== '' && !unpublishable.test(topic) && Buffer.byteLength(topic) <= 65_535
}

const unpublishable = /[+#\p{Cc}\p{Cs}\uFFFE\uFFFF]/u
