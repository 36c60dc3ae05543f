import type { PlayerEntity } from '../entity.ts'
import { calculatedFrom, truthOf } from '../template.ts'

// 46500 s: the most that other software was seen to send to a player.
const longestMinutes = 775

/** The timer that stops the player: minutes to go, whether it runs, when it ends, and what else may end it. */
export const sleepTimer: readonly PlayerEntity[] = [
  {
    key: 'sleep_timer',
    platform: 'number',
    component: ({ setField }) => ({
      name: 'Sleep timer',
      icon: 'mdi:timer-outline',
      device_class: 'duration',
      unit_of_measurement: 'min',
      min: 0,
      max: longestMinutes,
      step: 1,
      mode: 'box',
      // Begun minutes: it moves once a minute, and is 0 only when the timer is off.
      value_template: calculatedFrom(
        'sleep_timer_s',
        `[(value_json.sleep_timer_s / 60) | round(0, 'ceil') | int, ${longestMinutes}] | min`,
      ),
      command_topic: setField('sleep_timer_s'),
      command_template: '{{ (value | float * 60) | round | int }}',
    }),
  },
  {
    key: 'sleep_timer_active',
    platform: 'binary_sensor',
    component: () => ({
      name: 'Sleep timer active',
      icon: 'mdi:timer-sand',
      device_class: 'running',
      value_template: truthOf('sleep_timer_s'),
    }),
  },
  {
    key: 'sleep_timer_ends',
    platform: 'sensor',
    component: ({ own }) => ({
      name: 'Sleep timer ends',
      icon: 'mdi:timer-stop-outline',
      device_class: 'timestamp',
      state_topic: own('sleep_timer'),
      value_template: '{{ value_json.ends_at }}',
    }),
  },
  sleepUntil('track', { name: 'Sleep at the end of the track', icon: 'mdi:music-note-off' }),
  sleepUntil('chapter', { name: 'Sleep at the end of the chapter', icon: 'mdi:book-off-outline' }),
]

function sleepUntil(end: 'track' | 'chapter', looks: { name: string; icon: string }): PlayerEntity {
  return {
    key: `sleep_until_${end}`,
    platform: 'button',
    component: ({ setField }) => ({
      ...looks,
      command_topic: setField('sleep_timer_s'),
      payload_press: end,
    }),
  }
}
