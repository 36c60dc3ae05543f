// An entity id may have 255 characters; the name of the component follows behind.
const longestSlug = 64

/** A name as the readable part of an entity id: `Léo's Player` → `leo_s_player`; the fallback where nothing is left. */
export function slugOf(name: string, fallback: string): string {
  const slug = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .slice(0, longestSlug)
    .replace(/^_+|_+$/g, '')
  if (slug !== '') return slug
  return fallback
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .slice(0, longestSlug)
}
