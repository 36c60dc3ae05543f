import type { StoredQueue } from '../core/queue.ts'
import { queueInWords } from '../rules/dry/queue-words.ts'
import { planOfTonight } from '../rules/plan.ts'
import { tonightInWords } from '../rules/plan-words.ts'
import { clockWords } from '../rules/time.ts'
import { readHousehold } from './check-command.ts'
import type { Command } from './command.ts'
import { leftOut, leftOutInWords } from './left-out.ts'
import { queuesCollection } from './queue-file.ts'
import { planAsJson } from './rule-tools.ts'
import { fromStore } from './store-at-rest.ts'

/** The command `tonight`: what each stream holds now, and what the night brings. */
export const tonightCommand: Command = {
  name: 'tonight',
  usage: '[--json]',
  about: 'shows what streams hold now and until tomorrow noon, and which rules come',
  more: [
    '">" marks what holds now. What a rule or a hand has put into a stream stands below its schedule ("but now"): it is',
    'read from the store, also beside a running product. Ends with 1 where a file is left out for errors.',
  ].join('\n'),
  async run(input) {
    const checked = await readHousehold(input)
    const { ruleSet } = checked
    const { calendar } = ruleSet
    const queues = await fromStore(input.options, (storage) =>
      storage.collection<StoredQueue>(queuesCollection).entries(),
    )
    const plan = planOfTonight(ruleSet, input.clock.now())
    const byHand = queues?.map(([, queue]) => queue).filter((queue) => isByHand(queue)) ?? null
    const time = (iso: string) => clockWords(iso, calendar.zone)
    const files = leftOut(checked)
    const now =
      byHand === null ? null : new Map(byHand.map((queue) => [queue.name, holdsInWords(queue, time)]))
    const answer = input.json
      ? `${JSON.stringify({ ...planAsJson(plan, calendar), now: byHand?.map(nowAsJson) ?? null, left_out: files }, null, 2)}\n`
      : `${tonightInWords(plan, calendar, now)}${leftOutInWords(checked)}`
    return { answer, failed: files.length > 0 }
  },
}

/** What the schedule has put there is in the plan already. */
function isByHand({ reason, items, closed }: StoredQueue): boolean {
  return reason?.startsWith('schedule ') !== true && (items.length > 0 || closed)
}

/** "forest (1 item), stories/forest.mp3 is due; by the rule forest-on-right; until 20:00 on 2026-11-24". */
function holdsInWords(queue: StoredQueue, time: (iso: string) => string): string {
  const { reason, held } = queue
  const until = held?.until ?? null
  return [
    queueInWords({ closed_until: null, ...queue }, { time }),
    ...(reason === null ? [] : [`by ${reason}`]),
    ...(until === null ? [] : [`until ${time(until)}`]),
    ...(held?.over_slots === true ? ['also when the next slot begins'] : []),
  ].join('; ')
}

function nowAsJson({ name, playlist, items, closed, closed_until, reason, held }: StoredQueue) {
  return {
    ...{ stream: name, playlist, items: items.length, closed, closed_until: closed_until ?? null },
    ...{ reason, held: held ?? null },
  }
}
