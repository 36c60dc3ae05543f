import type { Say } from './text.ts'

const dayMs = 86_400_000

/** A moment to come on the reader's clock: the time alone within a day, else with its day. */
export function comingText(iso: string, say: Say, now: Date): string {
  const at = Date.parse(iso)
  const isSoon = at - now.getTime() < dayMs
  const day = isSoon ? {} : ({ weekday: 'long' } as const)
  return new Intl.DateTimeFormat(say.locale, { ...day, hour: '2-digit', minute: '2-digit' }).format(at)
}

/** `1:05`, or `1:02:05` from an hour on. */
export function clockText(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds))
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60]
  const shown = parts[0] === 0 ? parts.slice(1) : parts
  return shown.map((part, place) => (place === 0 ? String(part) : String(part).padStart(2, '0'))).join(':')
}
