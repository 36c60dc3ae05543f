import { html, nothing } from 'lit'
import { icon } from '../icons.ts'
import type { LibraryDetails } from '../library.ts'
import type { Say } from '../text.ts'
import { clockText } from '../time.ts'

/** A chapter; without a reference it cannot be queued by itself. */
interface Part {
  readonly title: string
  readonly seconds: number
  readonly reference?: string
}

interface ChapterListOptions {
  readonly say: Say
  readonly isBusy: boolean
  /** Puts one chapter into the stream that is chosen; null where there is none. */
  readonly add: ((part: Pick<LibraryDetails, 'file' | 'title'>) => void) | null
}

const firstPart = 1

/** The chapters or parts of a file, to unfold; nothing where it is one item. */
export function chapterList(book: LibraryDetails, { say, isBusy, add }: ChapterListOptions) {
  const shown = partsOf(book)
  if (shown.length === 0) return nothing
  const button = ({ title, reference }: Part) =>
    add === null || reference === undefined
      ? nothing
      : html`<button
          class="icon bare"
          title=${say('file.add-part', { title })}
          aria-label=${say('file.add-part', { title })}
          aria-disabled=${isBusy}
          @click=${() => add({ file: reference, title: `${book.title}: ${title}` })}
        >
          ${icon('plus', 18)}
        </button>`
  return html`<details>
    <summary>${say(shown.length === 1 ? 'file.parts-one' : 'file.parts', { count: shown.length })}</summary>
    <ol role="list">
      ${shown.map(
        (part, place) => html`<li>
          <span class="place">${place + firstPart}</span><span>${part.title}</span><time>${clockText(part.seconds)}</time>
          ${button(part)}
        </li>`,
      )}
    </ol>
  </details>`
}

function partsOf({ parts, chapters }: LibraryDetails): readonly Part[] {
  if (parts.length > 0) return parts
  return chapters.map(({ title = '', start_s, end_s }) => ({ title, seconds: end_s - start_s }))
}
