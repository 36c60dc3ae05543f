import { afterEach, expect } from 'vitest'
import { startMosquitto } from '../support/mosquitto.ts'
import { testWith } from '../support/programs.ts'
import { embedded, opened, settled, startBridge, stopAll, watch } from './bridge-support.ts'

afterEach(stopAll)

const flood = 5000

async function mosquitto() {
  const broker = await startMosquitto()
  opened.push(broker)
  return broker
}

for (const [name, programs, start] of [
  ['the embedded broker', [], embedded],
  ['Mosquitto', ['mosquitto'], mosquitto],
] as const)
  testWith(
    [...programs],
    `on ${name}, a flood of wrong messages does not hold up what else is said`,
    async () => {
      const broker = await start()
      const observer = await watch(broker.url, 'yoto/#')
      const subject = await startBridge(broker.url)
      for (let n = 0; n < flood; n++) observer.mqtt.publish('yoto/abc/set/volume_step', 'loud')
      await observer.say('yoto/abc/set/playback', 'play')
      await settled(subject, observer)
      const answers = observer.heard('yoto/bridge/response/set').length
      expect(answers).toBeGreaterThan(0)
      expect(answers).toBeLessThan(flood)
      expect(subject.performed).toHaveLength(1)
      expect(
        subject.warnings().filter(({ message }) => message.includes('stay without an answer')),
      ).toHaveLength(1)
    },
  )
