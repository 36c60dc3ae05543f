import { didYouMean } from '../language/names.ts'
import { list, quote } from '../language/wording.ts'

/** Which dates "YYYY-MM-DD" of a year are free from work by law. */
export type HolidaysOf = (year: number) => ReadonlySet<string>

interface Fault {
  readonly wrong: 'country' | 'region'
  readonly message: string
  readonly help: string
}

const dayMs = 86_400_000

/**
 * The public and bank holidays of a country, or of a region such as `ENG`, or `BY-A` for a place within one. Half days
 * are none. The data of date-holidays take 24 MB, so they are only loaded when a household names its country.
 */
export async function loadHolidays(
  country: string,
  region: string | null,
): Promise<{ readonly holidays: HolidaysOf } | { readonly fault: Fault }> {
  const { default: Holidays } = await import('date-holidays')
  const known = new Holidays()
  const countries = known.getCountries('en')
  const code = country.toUpperCase()
  if (!Object.hasOwn(countries, code)) return { fault: countryFault(country, countries) }
  const place = placeIn(
    known.getStates(code, 'en') ?? {},
    region,
    (state) => known.getRegions(code, state, 'en') ?? {},
  )
  if (place === null) {
    const message = `there is no region ${quote(region ?? '')} of ${countries[code]}`
    return {
      fault: { wrong: 'region', ...regionFault(message, region ?? '', known.getStates(code, 'en') ?? {}) },
    }
  }
  const days = new Holidays(code, place.state ?? '', place.part ?? '', { types: ['public', 'bank'] })
  const years = new Map<number, ReadonlySet<string>>()
  return {
    holidays: (year) => {
      const read = years.get(year) ?? new Set(days.getHolidays(year, 'en').flatMap(wholeDays))
      years.set(year, read)
      return read
    },
  }
}

type Names = Readonly<Record<string, string>>

/** Null where there is no such region. */
function placeIn(
  states: Names,
  region: string | null,
  partsOf: (state: string) => Names,
): { readonly state?: string; readonly part?: string } | null {
  if (region === null) return {}
  const wanted = region.toUpperCase()
  const state = Object.keys(states).find(
    (one) => wanted === one.toUpperCase() || wanted.startsWith(`${one.toUpperCase()}-`),
  )
  if (state === undefined) return null
  if (state.length === region.length) return { state }
  const part = Object.keys(partsOf(state)).find((one) => one.toUpperCase() === wanted.slice(state.length + 1))
  return part === undefined ? null : { state, part }
}

function countryFault(country: string, countries: Names): Fault {
  // Letters are near to those of a dozen countries, a name is not.
  const near = country.toUpperCase() === 'UK' ? 'GB' : nearByName(country, countries)
  const question = near === null ? '' : ` - did you mean ${quote(near)}?`
  return {
    wrong: 'country',
    message: `there is no country ${quote(country)}${question}`,
    help: 'write its two letters, as in `country: GB`',
  }
}

function regionFault(message: string, region: string, states: Names): Pick<Fault, 'message' | 'help'> {
  const names = Object.entries(states).map(([code, name]) => `${code} (${name})`)
  if (names.length === 0) return { message, help: 'its holidays are the same everywhere: leave `region` out' }
  const near = nearByName(region, states) ?? didYouMean(region, Object.keys(states))
  const question = near === null ? '' : ` - did you mean ${quote(near)}?`
  return { message: `${message}${question}`, help: `its regions: ${list(names)}` }
}

function nearByName(wanted: string, names: Names): string | null {
  const name = didYouMean(wanted, Object.values(names))
  return Object.keys(names).find((code) => names[code] === name) ?? null
}

/** Of "2026-12-24 14:00:00" none; of a feast that lasts, each. */
function wholeDays({
  date,
  start,
  end,
}: {
  readonly date: string
  readonly start: Date
  readonly end: Date
}): string[] {
  if (date.slice(11, 19) !== '00:00:00') return []
  const length = Math.max(1, Math.round((end.getTime() - start.getTime()) / dayMs))
  const first = Date.parse(`${date.slice(0, 10)}T00:00:00Z`)
  return Array.from({ length }, (_, day) => new Date(first + day * dayMs).toISOString().slice(0, 10))
}
