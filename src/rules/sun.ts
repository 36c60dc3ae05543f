import { getTimes } from 'suncalc'
import { Temporal } from 'temporal-polyfill'

export const sunEvents = ['dawn', 'sunrise', 'sunset', 'dusk'] as const
export type SunEvent = (typeof sunEvents)[number]

/** Degrees north and east. */
export interface Location {
  readonly latitude: number
  readonly longitude: number
}

/** A time of day that follows the sun, and what holds where the sun does not say it. */
export interface SunTime {
  readonly sun: SunEvent
  /** Minutes behind it; negative: before it. */
  readonly offsetMinutes: number
  /** "HH:MM" for days without that event, and for a house that does not know where it is. */
  readonly or: string | null
}

/** `sunset`, `sunrise+1h`, `sunset-30m`, `sunset-1h30m`: at most 12 hours away. */
export const sunTimePattern =
  '^(dawn|sunrise|sunset|dusk)([+-](([1-9][0-9]?|[1-6][0-9]{2}|7[01][0-9]|720)m|([1-9]|1[0-2])h|([1-9]|1[01])h([1-9]|[1-5][0-9])m))?$'

const written = /^(dawn|sunrise|sunset|dusk)(?:([+-])(?:(\d+)h)?(?:(\d+)m)?)?$/

/** A text that fits `sunTimePattern`; null for any other. */
export function parseSunTime(text: string): Omit<SunTime, 'or'> | null {
  const [, event, sign, hours = '0', minutes = '0'] = written.exec(text) ?? []
  const sun = sunEvents.find((one) => one === event)
  if (sun === undefined || /[+-]$/.test(text)) return null
  const away = Number(hours) * 60 + Number(minutes)
  return { sun, offsetMinutes: sign === '-' ? -away : away }
}

/** As people write it. */
export function sunTimeText({ sun, offsetMinutes }: Omit<SunTime, 'or'>): string {
  const away = Math.abs(offsetMinutes)
  const hours = away >= 60 ? `${Math.floor(away / 60)}h` : ''
  const minutes = away % 60 === 0 ? '' : `${away % 60}m`
  return `${sun}${offsetMinutes === 0 ? '' : offsetMinutes < 0 ? '-' : '+'}${hours}${minutes}`
}

/**
 * When the sun rises or sets on the date, or at dawn and dusk stands 6° below the horizon (civil twilight): the event of the sun's day whose noon is nearest to the date's noon, so that
 * each date has its own. It is right to about a minute for level ground (suncalc 2). Null where it does not come on that
 * day. Around midsummer near the polar circle the sunset of a date may lie behind midnight.
 */
export function sunTime(
  event: SunEvent,
  date: Temporal.PlainDate,
  { zone, location }: { readonly zone: string; readonly location: Location },
): Date | null {
  const noon = date.toZonedDateTime({ timeZone: zone, plainTime: Temporal.PlainTime.from('12:00') })
  return getTimes(new Date(noon.epochMilliseconds), location.latitude, location.longitude)[event]
}
