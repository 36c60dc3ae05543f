import type { DryEffect, DryPart, DryReport, DryRounds, DryRun, DryStep } from './report.ts'

/** What a dry run came to, in plain words for a terminal. */
export function reportInWords(report: DryReport): string {
  const { at, zone, player, parts, stopped, waiting, until } = report
  const when = new Hours(at)
  const implied =
    player?.implied == null
      ? ''
      : ` That is what the rule ${player.implied} hears; --player, --state card=… and --state stream=… say otherwise.`
  const who = player === null ? [] : [`${player.name}: ${player.state}.${implied}`]
  return `${[
    [
      `Dry run on ${day(at)} at ${when.of(at)}, by the clocks of ${zone}: nothing leaves the house.`,
      begun(report),
      ...who,
    ].join('\n'),
    ...parts.map((part) => partLines(part, when).join('\n')),
    afterwards(report).join('\n'),
    ...(waiting.length === 0 ? [] : [`At ${when.of(until)} these still wait: ${waiting.join(', ')}.`]),
    ...(stopped === null ? [] : [`It was stopped: ${stopped}. Look for rules that start one another.`]),
  ].join('\n\n')}\n`
}

function begun({ began, seed }: DryReport): string {
  const chance = `chance by seed ${seed}`
  return began === 'remembered'
    ? `It begins with what the household remembers: vars, inputs and queues; ${chance}.`
    : `It begins with the start values of the files, for there is no store to read; ${chance}.`
}

function partLines(part: DryPart, when: Hours): string[] {
  const { kind, event, at, runs, unmoved, effects, warnings } = part
  const head =
    kind === 'start'
      ? `${when.of(at)}  as it begins`
      : kind === 'later'
        ? 'Afterwards, until nothing waits'
        : `${when.of(at)}  ${event}`
  const isQuiet = runs.length + effects.length === 0 && kind === 'event'
  const quiet = isQuiet
    ? [`  No rule is started by it.${unmoved.length === 0 ? '' : ' These come closest:'}`]
    : []
  return [
    head,
    ...effects.map((effect) => `  ${effectLine(effect, when)}`),
    ...quiet,
    ...runs.flatMap((run) => runLines(run, when)),
    ...unmoved.map(({ rule, place, why }) => `  ${isQuiet ? '  ' : 'not meant: '}${rule} (${place}): ${why}`),
    ...warnings.map((warning) => `  the log warns: ${warning}`),
  ]
}

const outcomes: Readonly<Record<DryRun['outcome'], string>> = {
  running: 'runs',
  done: 'runs',
  did_not_run: 'does not run',
  ignored: 'is not started again',
  failed: 'runs and fails',
  stopped: 'runs and stops',
  ended: 'runs and is ended',
}

function runLines(run: DryRun, when: Hours): string[] {
  const { rule, name, place, because, outcome, rounds, why, saw, steps, left_out } = run
  const called = name === null ? rule : `${rule} "${name}"`
  const reason = why === null ? '' : `: ${why}`
  return [
    rounds === null
      ? `  ${called} (${place}) ${outcomes[outcome]}, because ${because}${reason}`
      : `  ${called} (${place}) ${outcomes[outcome]} ${roundsInWords(run.at, rounds, when)}${reason}${steps.length === 0 ? '' : '; the first time:'}`,
    ...(saw.length === 0 ? [] : [`    it saw that ${saw.join(', ')}`]),
    ...steps.flatMap((step, index) => [
      ...(left_out?.behind === index ? [`    … and ${left_out.count} steps more, …`] : []),
      ...stepLines(step, when),
    ]),
  ]
}

/** "every minute, 60 times from 18:01:00 to 19:00:00". */
function roundsInWords(first: string, { times, last, words }: DryRounds, when: Hours): string {
  const often = `${times.toLocaleString('en')} times from ${when.of(first)} to ${when.of(last)}`
  return words === null ? often : `${words}, ${often}`
}

function stepLines({ step, kind, name, at, outcome, why, saw, effects }: DryStep, when: Hours): string[] {
  const said = outcome === 'done' ? '' : outcome === 'waiting' ? ', still waiting' : `, ${outcome}`
  const reason = why === null ? '' : `: ${why}`
  const seen = saw.length === 0 ? '' : ` (${saw.join(', ')})`
  const head = `    ${when.of(at)}  ${step} ${kind}${name === null ? '' : ` "${name}"`}${said}${reason}${seen}`
  const [only, another] = effects
  if (only !== undefined && another === undefined && only.at === at && said + reason === '')
    return [`${head}: ${effectWords(only)}`]
  return [head, ...effects.map((effect) => `      ${effectLine(effect, when)}`)]
}

function effectLine(effect: DryEffect, when: Hours): string {
  const { at, because } = effect
  return `${when.of(at)}  ${because === null ? '' : `${because}: `}${effectWords(effect)}`
}

function effectWords({ words, failed }: DryEffect): string {
  return failed === null ? words : `${words} - which fails: ${failed}`
}

function afterwards({ changes, until, at }: DryReport): string[] {
  const when = new Hours(at)
  if (changes.length === 0) return [`At ${when.of(until)} all is as it was.`]
  return [
    `At ${when.of(until)} it is otherwise:`,
    ...changes.map(({ kind, name, from, to }) => {
      const what = kind === 'queue' ? `stream ${name}` : `${kind} ${name}`
      return `  ${what}: ${to ?? 'gone'} (was ${from ?? 'not there'})`
    }),
  ]
}

/** Times of day, with their date on another day than the first. */
class Hours {
  readonly #first: string

  constructor(first: string) {
    this.#first = day(first)
  }

  /** `at`: "2026-11-22T19:00:00+01:00". */
  of(at: string): string {
    const time = at.slice(11, 19)
    return day(at) === this.#first ? time : `${day(at)} ${time}`
  }
}

function day(at: string): string {
  return at.slice(0, 10)
}
