/** A picture of 16×16 that players show beside a chapter, as the account's lists have it. */
export interface Icon {
  /** What cards name it by. */
  readonly id: string
  readonly title: string
  readonly tags: readonly string[]
  /** Where its picture lies at Yoto; null where that is not said, or is no address to be trusted. */
  readonly url: string | null
}

/** A list of icons, and how much it is to be trusted. */
export interface IconsRead {
  readonly icons: readonly Icon[]
  /** When Yoto told of them, in ISO 8601. */
  readonly read_at: string
  /** Why a newer list could not be had; null for one that is as fresh as it should be. */
  readonly problem: string | null
}

/** A picture that lies in the account. */
export interface SentPicture {
  readonly id: string
  /** Null where the account did not say. */
  readonly url: string | null
}

/** Of an icon drawn in pixels: how many are in a row, and in a column. */
export const iconEdge = 16

/** 43 characters of base64url (yoto-protocol §2.8). */
export function isIconId(text: string): boolean {
  return /^[A-Za-z0-9_-]{43}$/.test(text)
}
