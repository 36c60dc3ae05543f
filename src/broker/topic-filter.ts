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

/** Whether two filters with `+` and `#` may hear the same topic. */
export function filtersMeet(one: string, other: string): boolean {
  const [first, second] = [one.split('/'), other.split('/')]
  for (let place = 0; ; place += 1) {
    const [a, b] = [first[place], second[place]]
    // `#` covers what stands before it, too.
    if (a === '#' || b === '#') return true
    if (a === undefined || b === undefined) return a === b
    if (a !== b && a !== '+' && b !== '+') return false
  }
}

/** Whether a broker takes it as a filter: `+` is a whole level, `#` the whole last one. */
export function isFilter(filter: string): boolean {
  const levels = filter.split('/')
  const isWhole = levels.every((level, place) =>
    /[+#]/.test(level) ? level === '+' || (level === '#' && place === levels.length - 1) : true,
  )
  return isWhole && isPublishable(filter.replace(/[+#]/g, '_'))
}

/** Whether MQTT can carry a message under this topic: a wildcard or a control character in it costs the whole connection. */
export function isPublishable(topic: string): boolean {
  return topic !== '' && !unpublishable.test(topic) && Buffer.byteLength(topic) <= 65_535
}

const unpublishable = /[+#\p{Cc}\p{Cs}\uFFFE\uFFFF]/u
