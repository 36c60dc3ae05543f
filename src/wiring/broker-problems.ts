import type { Instance } from '../broker/second-instance.ts'

/** What to do about another product on our topics; null where there is none. */
export function secondInstanceProblem(other: Instance | null, baseTopic: string): string | null {
  if (other === null) return null
  return `another Yoto Smart Stream (version ${other.version}, instance ${other.instance}) uses the same topics below ${baseTopic}/ on this MQTT broker, and both speak over each other: stop one of the two, or give one another mqtt.base_topic`
}

/** What to do about something that the broker does not take, in the words of why; null where it takes everything. */
export function leftOutProblem(words: string | null): string | null {
  if (words === null) return null
  return `${words}, so Home Assistant does not hear of it: raise the limit of the broker, or have fewer streams and playlists`
}
