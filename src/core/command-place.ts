import type { PlayerCommand } from './effect.ts'

/** How a command stands among others of its player. */
export interface Place {
  /** Nobody wants it any more where later commands have ended all of these. */
  readonly about: readonly string[]
  /** What earlier commands were about that it leaves no sense in. */
  readonly ends: readonly string[]
}

/** What may let a player be heard, or heard elsewhere: rest ends it. */
const sounds: readonly string[] = ['play', 'card', 'step', 'seek']

/** Of several commands about the same value the newest alone counts; what is about anything else is an act each time. */
export function placeOf(command: PlayerCommand): Place {
  switch (command.type) {
    case 'pause':
    case 'stop':
      return { about: ['rest'], ends: sounds }
    case 'play':
      return { about: ['play'], ends: ['play', 'rest'] }
    case 'card':
      return { about: ['card'], ends: [...sounds, 'rest'] }
    case 'next':
    case 'previous':
      return { about: ['step'], ends: ['seek'] }
    case 'restart':
      return { about: ['step'], ends: ['step', 'seek'] }
    case 'reboot':
      return { about: [], ends: sounds }
    case 'bluetooth':
    case 'picture':
    case 'refresh':
      return { about: [], ends: [] }
    default: {
      const values = valuesSetBy(command)
      return { about: values, ends: values }
    }
  }
}

/** The value that is all it sets; null for any other command. */
export function onlyValueOf(command: PlayerCommand): string | null {
  const [value, ...more] = valuesSetBy(command)
  return value !== undefined && more.length === 0 ? value : null
}

/** Whether it brings rest. */
export function isRest({ type }: PlayerCommand): boolean {
  return type === 'pause' || type === 'stop'
}

/** Whether a rest that was asked for before it is over then. */
export function endsRest(command: PlayerCommand): boolean {
  return placeOf(command).about.some((each) => sounds.includes(each))
}

function valuesSetBy(command: PlayerCommand): readonly string[] {
  switch (command.type) {
    case 'volume-step':
    case 'volume-percent':
      return ['volume']
    case 'seek':
    case 'sleep-timer':
    case 'nightlight':
      return [command.type]
    case 'settings':
      return Object.keys(command.settings)
    default:
      return []
  }
}
