import { streamNamePattern } from '../src/core/queue.ts'
import type { Session } from './access.ts'

export type Page =
  | 'house'
  | 'library'
  | 'rules'
  | 'history'
  | 'people'
  | 'tokens'
  | 'yoto'
  | 'first-steps'
  | 'account'

const pages: Readonly<Record<string, Page>> = {
  '#/library': 'library',
  '#/rules': 'rules',
  '#/history': 'history',
  '#/people': 'people',
  '#/tokens': 'tokens',
  '#/yoto': 'yoto',
  '#/first-steps': 'first-steps',
  '#/account': 'account',
}

/** The pages there are for somebody, in reading order. */
export function pagesFor(session: Session): readonly Page[] {
  const { auth, user } = session
  const decides = mayDecide(session)
  // Where nobody says who they are, nobody can be let in or kept out.
  const access: readonly Page[] = decides && auth !== 'none' ? ['people', 'tokens'] : []
  const cloud: readonly Page[] = decides ? ['yoto', 'first-steps'] : []
  const own: readonly Page[] = auth === 'password' && user !== null ? ['account'] : []
  return ['house', 'library', 'rules', 'history', ...access, ...cloud, ...own]
}

/** Whether somebody decides for the household; everybody does at a door that only this machine reaches. */
export function mayDecide({ auth, user }: Session): boolean {
  return auth === 'none' || user?.role === 'admin'
}

/** The page an address names; the house for one that there is not, or not for this reader. */
export function pageOf(hash: string, allowed: readonly Page[]): Page {
  const page = pages[hash] ?? 'house'
  return allowed.includes(page) ? page : 'house'
}

/** Whether the address names a page that there is, if not for every reader. */
export function isPageHash(hash: string): boolean {
  return Object.hasOwn(pages, hash)
}

export function hashOf(page: Page): string {
  return page === 'house' ? '#/' : `#/${page}`
}

/** The stream `#/streams/bedroom` leads to; null for any other address. */
export function streamOf(hash: string): string | null {
  const written = /^#\/streams\/([^/?#]+)$/.exec(hash)?.[1] ?? ''
  const name = decoded(written).normalize('NFC')
  return streamNamePattern.test(name) ? name : null
}

/** Browsers write letters beyond ASCII in an address as `%C3%BC`. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
