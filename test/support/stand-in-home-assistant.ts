import mqtt, { type MqttClient } from 'mqtt'

/** What of the house is not there for Home Assistant; empty where everything is. */
export type Missing = readonly string[]

export interface StandInHomeAssistant {
  /** What would be shown as unavailable or unknown now, of at least so many devices. */
  missing(devices: number): Missing
  /** How often each device was described anew, not from what the broker kept, since the last birth. */
  described(): ReadonlyMap<string, number>
  stop(): Promise<void>
}

interface Device {
  readonly device: { readonly name: string }
  readonly components: Readonly<Record<string, Described>>
  readonly state_topic?: string
  readonly availability?: readonly { readonly topic: string; readonly value_template?: string }[]
}

type Described = Pick<Device, 'availability' | 'state_topic'>

const discovery = 'homeassistant/device/+/config'

/**
 * Does on the broker what Home Assistant does: listens to discovery, then to the states and the availability that the
 * devices name, and says that it was born. What it heard counts only as long as its connection lives.
 */
export class StandIn implements StandInHomeAssistant {
  readonly #devices = new Map<string, Device>()
  readonly #heard = new Map<string, string>()
  readonly #described = new Map<string, number>()
  readonly #client: MqttClient

  constructor(url: string) {
    this.#client = mqtt.connect(url, {
      protocolVersion: 4,
      reconnectPeriod: 200,
      will: { topic: 'homeassistant/status', payload: Buffer.from('offline') },
    })
    this.#client.on('connect', () => void this.#begin().catch(() => undefined))
    this.#client.on('close', () => this.#heard.clear())
    this.#client.on('error', () => undefined)
    this.#client.on('message', (topic, payload, { retain }) => this.#hear(topic, payload.toString(), retain))
  }

  missing(devices: number): Missing {
    if (!this.#client.connected) return ['Home Assistant is not connected']
    const few = this.#devices.size < devices ? [`only ${this.#devices.size} devices`] : []
    return [...few, ...[...this.#devices.values()].flatMap((device) => this.#missingOf(device))]
  }

  described(): ReadonlyMap<string, number> {
    return this.#described
  }

  stop(): Promise<void> {
    return this.#client.endAsync(true)
  }

  async #begin(): Promise<void> {
    this.#described.clear()
    await this.#client.subscribeAsync(discovery, { qos: 1 })
    const known = [...this.#topics()]
    if (known.length > 0) await this.#client.subscribeAsync(known, { qos: 1 })
    await this.#client.publishAsync('homeassistant/status', 'online')
  }

  #hear(topic: string, payload: string, retain: boolean): void {
    if (!/^homeassistant\/device\/[^/]+\/config$/.test(topic)) {
      this.#heard.set(topic, payload)
      return
    }
    if (!retain) this.#described.set(topic, (this.#described.get(topic) ?? 0) + 1)
    const known = new Set(this.#topics())
    if (payload === '') this.#devices.delete(topic)
    else this.#devices.set(topic, JSON.parse(payload) as Device)
    const fresh = [...this.#topics()].filter((each) => !known.has(each))
    if (fresh.length > 0) void this.#client.subscribeAsync(fresh, { qos: 1 }).catch(() => undefined)
  }

  #topics(): Set<string> {
    return new Set(
      [...this.#devices.values()].flatMap((device) => [...statesOf(device), ...availabilityOf(device)]),
    )
  }

  #missingOf(device: Device): string[] {
    const unavailable = availabilityOf(device).filter((topic) => this.#heard.get(topic) !== 'online')
    const unknown = statesOf(device).filter((topic) => (this.#heard.get(topic) ?? '') === '')
    return [...unavailable, ...unknown].map(
      (topic) => `${device.device.name}: ${topic}: ${this.#heard.get(topic)}`,
    )
  }
}

function statesOf({ state_topic }: Device): string[] {
  return state_topic === undefined ? [] : [state_topic]
}

/**
 * Topics that say `online` while the device can be used. A component without one of its own has that of its device;
 * a template asks more than that, whether the player just now has what the component shows.
 */
function availabilityOf({ availability = [], components }: Device): string[] {
  const own = Object.values(components).flatMap((component) => component.availability ?? [])
  const plain = [...availability, ...own].filter(({ value_template }) => value_template === undefined)
  return [...new Set(plain.map(({ topic }) => topic))]
}
