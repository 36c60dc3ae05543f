import { ambient } from './actions/ambient.ts'
import { startCard } from './actions/card.ts'
import { ha as callHa } from './actions/ha.ts'
import { log } from './actions/log.ts'
import { mqtt as publish } from './actions/mqtt.ts'
import { pause } from './actions/pause.ts'
import { play } from './actions/play.ts'
import { queue } from './actions/queue.ts'
import { resume } from './actions/resume.ts'
import { say } from './actions/say.ts'
import { set } from './actions/set.ts'
import { skip } from './actions/skip.ts'
import { sleepTimer } from './actions/sleep-timer.ts'
import { stopPlayer } from './actions/stop-player.ts'
import { story as tellStory } from './actions/story.ts'
import { volume as setVolume } from './actions/volume.ts'
import { webhook as callWebhook } from './actions/webhook.ts'
import { windDown } from './actions/wind-down.ts'
import { between } from './conditions/between.ts'
import { card as hasCard } from './conditions/card.ts'
import { days } from './conditions/days.ts'
import { holiday } from './conditions/holiday.ts'
import { input as inputIs } from './conditions/input.ts'
import { playing as isPlaying } from './conditions/playing.ts'
import { slot as inSlot } from './conditions/slot.ts'
import { type ActionDef, type ConditionDef, type Plugin, pluginApi, type TriggerDef } from './plugin.ts'
import { button } from './triggers/button.ts'
import { calendar } from './triggers/calendar.ts'
import { card } from './triggers/card.ts'
import { cron } from './triggers/cron.ts'
import { every } from './triggers/every.ts'
import { ha } from './triggers/ha.ts'
import { input } from './triggers/input.ts'
import { mqtt } from './triggers/mqtt.ts'
import { player } from './triggers/player.ts'
import { playing } from './triggers/playing.ts'
import { slot } from './triggers/slot.ts'
import { startup } from './triggers/startup.ts'
import { story } from './triggers/story.ts'
import { stream } from './triggers/stream.ts'
import { sun } from './triggers/sun.ts'
import { time } from './triggers/time.ts'
import { volume } from './triggers/volume.ts'
import { webhook } from './triggers/webhook.ts'

/** Every part that rules are made of, in reading order. A new one is a file and a line here. */
export const triggers: Readonly<Record<string, TriggerDef>> = {
  button,
  card,
  playing,
  player,
  volume,
  stream,
  story,
  slot,
  time,
  sun,
  cron,
  every,
  calendar,
  input,
  ha,
  mqtt,
  webhook,
  startup,
}

export const conditions: Readonly<Record<string, ConditionDef>> = {
  between,
  days,
  holiday,
  slot: inSlot,
  input: inputIs,
  playing: isPlaying,
  card: hasCard,
}

export const actions: Readonly<Record<string, ActionDef>> = {
  queue,
  say,
  play,
  pause,
  resume,
  story: tellStory,
  stop_player: stopPlayer,
  skip,
  volume: setVolume,
  ambient,
  sleep_timer: sleepTimer,
  card: startCard,
  wind_down: windDown,
  mqtt: publish,
  webhook: callWebhook,
  ha: callHa,
  log,
  set,
}

/** What comes with the product, as any plug-in brings its parts. */
export const builtIn: Plugin = {
  id: 'built-in',
  api: pluginApi,
  version: '1.0.0',
  triggers,
  conditions,
  actions,
}
