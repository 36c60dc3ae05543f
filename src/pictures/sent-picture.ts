import { isIconId, type SentPicture } from '../core/icon.ts'
import { isJsonObject } from '../core/json.ts'

/** A picture that lies in the account, as it was stored; null for what can be none. */
export function sentPictureIn(value: unknown): SentPicture | null {
  if (!isJsonObject(value)) return null
  const { id, url } = value
  if (typeof id !== 'string' || !isIconId(id) || (typeof url !== 'string' && url !== null)) return null
  return { id, url }
}
