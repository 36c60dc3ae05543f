import type { Instance } from '../broker/other-instances.ts'

/** What to do about other products on our topics; null where there are none. */
export function secondInstanceProblem(others: readonly Instance[], baseTopic: string): string | null {
  const [one, ...more] = others.map(({ version, instance }) => `version ${version}, instance ${instance}`)
  if (one === undefined) return null
  if (more.length === 0)
    return `another Yoto Smart Stream (${one}) uses the same topics below ${baseTopic}/ on this MQTT broker, and both speak over each other: stop one of the two, or give one another mqtt.base_topic`
  return `${others.length} other Yoto Smart Streams (${[one, ...more].join('; ')}) use the same topics below ${baseTopic}/ on this MQTT broker, and all speak over each other: stop all but one, or give each its own mqtt.base_topic`
}

/** What to do about something that the broker does not take, in the words of why; null where it takes everything. */
export function leftOutProblem(words: string | null): string | null {
  if (words === null) return null
  return `${words}, so Home Assistant does not hear of it: raise the limit of the broker, or have fewer streams and playlists`
}
