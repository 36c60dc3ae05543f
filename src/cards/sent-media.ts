import type { CardMedia } from '../core/card-plan.ts'
import { isJsonObject } from '../core/json.ts'

/** Audio of ours that lies in the account. */
export interface SentMedia extends CardMedia {
  /** Of the bytes that were sent for it. */
  readonly etag: string
}

/** As it was stored; null for what can be none. */
export function sentMediaIn(value: unknown): SentMedia | null {
  const media = mediaIn(value)
  return media !== null && isJsonObject(value) && typeof value.etag === 'string'
    ? { ...media, etag: value.etag }
    : null
}

/** Uploaded audio as it was stored; null for what can be none. */
export function mediaIn(value: unknown): CardMedia | null {
  if (!isJsonObject(value)) return null
  const { id, duration_s, bytes, format, channels } = value
  if (typeof id !== 'string' || typeof duration_s !== 'number' || typeof bytes !== 'number') return null
  if (typeof format !== 'string' || (channels !== 'stereo' && channels !== 'mono')) return null
  return { id, duration_s, bytes, format, channels }
}
