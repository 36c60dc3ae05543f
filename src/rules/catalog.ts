import { ha as callHa } from './actions/ha.ts'
import { log } from './actions/log.ts'
import { mqtt } from './actions/mqtt.ts'
import { queue } from './actions/queue.ts'
import { set } from './actions/set.ts'
import { between } from './conditions/between.ts'
import { days } from './conditions/days.ts'
import { holiday } from './conditions/holiday.ts'
import { input as inputIs } from './conditions/input.ts'
import { slot as inSlot } from './conditions/slot.ts'
import type { ActionDef, ConditionDef, TriggerDef } from './plugin.ts'
import { button } from './triggers/button.ts'
import { card } from './triggers/card.ts'
import { cron } from './triggers/cron.ts'
import { every } from './triggers/every.ts'
import { ha } from './triggers/ha.ts'
import { input } from './triggers/input.ts'
import { playing } from './triggers/playing.ts'
import { slot } from './triggers/slot.ts'
import { startup } from './triggers/startup.ts'
import { sun } from './triggers/sun.ts'
import { time } from './triggers/time.ts'

/** Every part that rules are made of, in reading order. A new one is a file and a line here. */
export const triggers: Readonly<Record<string, TriggerDef>> = {
  button,
  card,
  playing,
  slot,
  time,
  sun,
  cron,
  every,
  input,
  ha,
  startup,
}

export const conditions: Readonly<Record<string, ConditionDef>> = {
  between,
  days,
  holiday,
  slot: inSlot,
  input: inputIs,
}

export const actions: Readonly<Record<string, ActionDef>> = { queue, mqtt, ha: callHa, log, set }
