import type { PlayerCommand } from './effect.ts'
import type { Work } from './under-way.ts'

/** How many commands to one player may be under way at once, from each door. */
export const mostCommands = 8

/** How commands of one message stand among others of their player; `overtaken`: what comes of them if they are. */
export function placeOf<Result>(
  commands: readonly PlayerCommand[],
  overtaken: Result,
): Omit<Work<Result>, 'run'> {
  const overtakes = commands.flatMap(valuesEndedBy)
  const isUrgent = commands.some(({ type }) => type === 'pause' || type === 'stop')
  const [name, ...more] = commands.length === 1 ? commands.flatMap(valuesSetBy) : []
  const isOneValue = name !== undefined && more.length === 0
  return { overtakes, isUrgent, ...(isOneValue ? { value: { name, overtaken } } : {}) }
}

/** The values of which the newest alone counts; none for what is an act each time. */
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

/** The values that nobody wants to be set any more after it: its own, and a place that it leads away from. */
function valuesEndedBy(command: PlayerCommand): readonly string[] {
  return leading.has(command.type) ? ['seek'] : valuesSetBy(command)
}

const leading: ReadonlySet<PlayerCommand['type']> = new Set([
  'next',
  'previous',
  'restart',
  'card',
  'pause',
  'stop',
  'reboot',
])
