const minuteMs = 60_000

/** `12 minutes`, `2 hours 5 minutes`, `3 days`; under a minute `less than a minute`. */
export function lengthInWords(ms: number): string {
  const minutes = Math.floor(ms / minuteMs)
  if (minutes < 1) return 'less than a minute'
  if (minutes < 60) return counted(minutes, 'minute')
  const hours = Math.floor(minutes / 60)
  if (hours >= 48) return counted(Math.floor(hours / 24), 'day')
  const rest = minutes % 60
  return rest === 0 ? counted(hours, 'hour') : `${counted(hours, 'hour')} ${counted(rest, 'minute')}`
}

/** `it is 19:30`, and how late it is where that is a minute or more. */
export function momentInWords(what: string, lateMs: number): string {
  return lateMs < minuteMs ? `it is ${what}` : `it is ${what}, ${lengthInWords(lateMs)} late`
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`
}
