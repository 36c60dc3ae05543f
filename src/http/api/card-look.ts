import { Type } from 'typebox'

/** What Yoto names an icon by: 43 characters of base64url (yoto-protocol §2.8). */
export const iconId = Type.String({
  pattern: '^[A-Za-z0-9_-]{43}$',
  expected: 'the id of an icon, as POST /api/icons answers it',
})

/** The icon that a card or a track is to have; null for none of its own. */
export const iconWish = Type.Union([iconId, Type.Null()])

/** The pictures of a card, as bodies name them; null takes one off. */
export const look = {
  icon: Type.Optional(iconWish),
  cover_url: Type.Optional(
    Type.Union([
      Type.String({
        pattern: '^https?://[^\\s]{1,1990}$',
        expected: 'the address of a picture, as POST /api/covers answers it',
      }),
      Type.Null(),
    ]),
  ),
}

interface Look {
  readonly icon?: string | null
  readonly cover?: string | null
}

/** How the product speaks of them. */
export function lookOf(body: { readonly icon?: string | null; readonly cover_url?: string | null }): {
  readonly look?: Look
} {
  const { icon, cover_url: cover } = body
  if (icon === undefined && cover === undefined) return {}
  return { look: { ...(icon === undefined ? {} : { icon }), ...(cover === undefined ? {} : { cover }) } }
}
