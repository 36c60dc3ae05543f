// Tracks of other lengths each, so that not every end falls on a heartbeat.
const lengths: Readonly<Record<string, readonly number[]>> = {
  '01e4x': [61, 127, 93, 200, 44, 310],
  '02e4x': [180, 75, 240],
  '03e4x': [35, 50, 42, 61, 38, 47, 53, 66],
}

/** The family's own cards. */
export const cardIds: readonly string[] = Object.keys(lengths)

/** A card as the account keeps it. */
export function cardJson(cardId: string) {
  const chapters = (lengths[cardId] ?? []).map((duration, index) => {
    const key = String(index + 1).padStart(2, '0')
    const track = {
      key,
      title: `Track ${key}`,
      type: 'audio',
      format: 'aac',
      trackUrl: `yoto:#${key}`,
      duration,
    }
    return { key, title: `Chapter ${key}`, tracks: [track] }
  })
  const at = '2026-11-01T00:00:00.000Z'
  return {
    cardId,
    title: `Card ${cardId}`,
    createdAt: at,
    updatedAt: at,
    deleted: false,
    content: { chapters },
  }
}
