import type { DayReport } from './day-report.ts'

/** A day's figures as text: for each field how many changes were seen, and after how long. */
export function table(day: DayReport): string {
  const rows = [...day.figures].sort(([one], [other]) => (one < other ? -1 : 1)).map(row)
  const local = [...day.localMessages].map(([name, times]) => `${name} ${times}`).join(', ')
  return [
    `seed ${day.seed}: ${day.hours} hours in ${Math.round(day.realMs / 1000)} s`,
    ...[['told how: field', 'changes', 'p50 ms', 'p99 ms', 'max ms'], ...rows].map(aligned),
    `events: ${day.events.happened} things happened, ${day.events.told} were told; presses: ${day.buttons.acts} by hand, ${day.buttons.felt} led anywhere, ${day.buttons.told} told`,
    `commands: ${day.commandsAsked} given; ${day.commands}`,
    `settings: ${day.settings}`,
    `connections: ${day.connections}, away for ${Math.round(day.awayMs / 60_000)} min; broken: ${day.breaks}; a dead network was found out after ${spread(day.foundOutMs)}; back after the end of an outage in ${spread(day.againMs)}`,
    `sign-ins: ${day.signIns}, connected after ${day.backMs.map((ms) => `${ms / 1000} s`).join(' and ')}; requests for tokens: ${day.tokenRequests}; of them after Yoto's end of the sign-in: ${day.tokenRequestsAfterEnd}`,
    `faults of REST: ${day.restFaults}`,
    `the broker of the house: ${local}; looked at ${day.localLooks} times`,
    `requests for audio: ${day.audioRequests}; writes to the store: ${day.writes}; heap grew by ${day.grownMiB.toFixed(1)} MiB`,
  ].join('\n')
}

function row([name, values]: readonly [string, readonly number[]]): string[] {
  return [name, String(values.length), ...[0.5, 0.99, 1].map((share) => String(at(values, share)))]
}

function aligned([name = '', ...rest]: readonly string[]): string {
  return name.padEnd(30) + rest.map((value) => value.padStart(10)).join('')
}

function spread(values: readonly number[]): string {
  return values.length === 0 ? '-' : `${at(values, 0.5) / 1000} s (half), at most ${at(values, 1) / 1000} s`
}

function at(values: readonly number[], share: number): number {
  return values.toSorted((one, other) => one - other)[Math.floor((values.length - 1) * share)] ?? 0
}
