import { Type } from 'typebox'

/** What Yoto names an icon by: 43 characters of base64url (yoto-protocol §2.8). */
export const iconId = Type.String({
  pattern: '^[A-Za-z0-9_-]{43}$',
  expected: 'the id of an icon, as POST /api/icons answers it',
})

/** The pictures of a card, as bodies name them. */
export const look = {
  icon: Type.Optional(iconId),
  cover_url: Type.Optional(
    Type.String({
      pattern: '^https?://[^\\s]{1,1990}$',
      expected: 'the address of a picture, as POST /api/covers answers it',
    }),
  ),
}

/** How the product speaks of them. */
export function lookOf(body: { readonly icon?: string; readonly cover_url?: string }): {
  readonly look?: { readonly icon?: string; readonly cover?: string }
} {
  const { icon, cover_url: cover } = body
  if (icon === undefined && cover === undefined) return {}
  return { look: { ...(icon === undefined ? {} : { icon }), ...(cover === undefined ? {} : { cover }) } }
}
