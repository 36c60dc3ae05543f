import { speakable } from './speech.ts'

/** What a passage says, once everything that is not said is out of it. */
export interface PassageText {
  readonly say: string
  /** The audio files that it names, in order. */
  readonly audio: readonly string[]
  /** The names of the macros that were not understood, each as often as it stands there. */
  readonly macros: readonly string[]
  /** How many pictures and films it shows. */
  readonly pictures: number
}

/** Reads the text of a passage without its links. */
export function passageText(text: string): PassageText {
  const found: Found = { audio: [], macros: [], pictures: 0 }
  const bare = withoutTags(withoutMacros(text, found), found)
  return { say: speakable(withoutMarkup(bare)), ...found }
}

interface Found {
  readonly audio: string[]
  readonly macros: string[]
  pictures: number
}

// The macros of Harlowe that stories are made with (https://twine2.neocities.org): other words in brackets are prose.
const harlowe = new Set(
  `a alert align append background bind box button char-style click click-append click-goto click-prepend click-replace
  click-undo color colour columns confirm css current-date current-time cycling-link dialog display either else else-if
  elseif enchant enchant-in event fetch for forget-undos font go-to goto goto-url hide history hook icon-restart
  icon-undo if ignore input input-box link link-append link-fullscreen link-goto link-prepend link-repeat
  link-replace link-reveal link-reveal-goto link-rerun link-show link-storylet link-undo live load-game loop macro
  meter more mouseover move nth num number open-url output passage passages prepend print prompt put random redirect
  reload replace rerun restart reveal rotated save-game savegame saved-games seq-link sequence-link set show stop
  storylet text text-color text-colour text-rotate text-size text-style toggle-fullscreen transition
  transition-arrive transition-depart transition-time t8n undo unless verbatim visits when word`.split(/\s+/),
)

/** Takes out `<<…>>`, `<% … %>` and `(name: …)`, and the brackets around what such a one holds. */
function withoutMacros(text: string, { macros }: Found): string {
  const opening = /<<|<%|\(([a-zA-Z][\w-]*):|\[img\[|[[\]]/g
  const ends = new Map<string, number>()
  // Of each bracket that is open: whether it holds what a macro is about.
  const brackets: boolean[] = []
  let kept = ''
  let from = 0
  let behindCall = -1
  let looked = 0
  const drop = (start: number, end: number) => {
    kept += text.slice(from, start)
    from = end
    opening.lastIndex = end
  }
  for (let match = opening.exec(text); match !== null; match = opening.exec(text)) {
    const [sign, name] = match
    const at = match.index
    if (sign === '[') {
      brackets.push(behindCall >= 0 && text.slice(behindCall, at).trim() === '')
      behindCall = -1
      if (brackets.at(-1) === true) drop(at, at + 1)
    } else if (sign === ']') {
      if (brackets.pop() === true) drop(at, at + 1)
    } else if (name === undefined || harlowe.has(name.toLowerCase())) {
      if (name !== undefined) looked += 1
      if (name !== undefined && looked > mostCalls) continue
      const end = name === undefined ? endOf(text, { sign, at, ends }) : endOfCall(text, at)
      if (end < 0) continue
      const called = name ?? nameIn(text.slice(at, at + 40))
      // What ends a macro was told with its beginning.
      if (!called.startsWith('/')) macros.push(called)
      behindCall = name === undefined ? -1 : end
      drop(at, end)
    }
  }
  return kept + text.slice(from)
}

const closing: Readonly<Record<string, string>> = { '<<': '>>', '<%': '%>', '[img[': ']]' }

/** -1 where it does not end. `ends`: where each kind of end comes next, so that a hostile text is not searched anew each time. */
function endOf(
  text: string,
  { sign, at, ends }: { readonly sign: string; readonly at: number; readonly ends: Map<string, number> },
): number {
  const close = closing[sign] ?? ''
  const known = ends.get(close) ?? 0
  const next = known > at || known < 0 ? known : text.indexOf(close, at + sign.length)
  ends.set(close, next)
  return next < 0 ? -1 : next + close.length
}

// Longer ones are no macros but prose with a bracket that nobody closed.
const longestCall = 2_000
// Each may be looked through as far as that; no passage of any story has so many.
const mostCalls = 10_000

/** Behind the bracket that closes a call, quotes and inner calls kept together; -1 where none does. */
function endOfCall(text: string, start: number): number {
  let depth = 0
  let quote = ''
  const last = Math.min(text.length, start + longestCall)
  for (let at = start; at < last; at++) {
    const sign = text[at] ?? ''
    if (quote !== '') {
      if (sign === '\\') at += 1
      else if (sign === quote) quote = ''
    } else if (sign === '"') quote = sign
    else if (sign === '(') depth += 1
    else if (sign === ')') {
      depth -= 1
      if (depth === 0) return at + 1
    }
  }
  return -1
}

function nameIn(macro: string): string {
  return /^(?:<<\s*|\[)(\/?[A-Za-z_=-][\w-]*)/.exec(macro)?.[1] ?? macro.slice(0, 2)
}

const pictureTags = new Set(['img', 'video', 'picture', 'iframe', 'svg', 'canvas'])
// What stands in these is no text.
const silentTags = new Set(['script', 'style', 'video', 'svg', 'iframe'])

function withoutTags(text: string, found: Found): string {
  let kept = ''
  let from = 0
  const tag = /<(\/?)([A-Za-z][A-Za-z0-9-]{0,30})((?:[\s/][^<>]{0,2000})?)>/g
  const endless = new Set<string>()
  for (let match = tag.exec(text); match !== null; match = tag.exec(text)) {
    const [whole, slash = '', written = '', attributes = ''] = match
    const name = written.toLowerCase()
    kept += text.slice(from, match.index)
    from = match.index + whole.length
    if (name === 'br' || name === 'p' || name === 'div' || name === 'li') kept += '\n'
    if (slash !== '') continue
    if (name === 'audio' || name === 'source') found.audio.push(...sourceIn(attributes))
    if (pictureTags.has(name)) found.pictures += 1
    if (!silentTags.has(name) || attributes.endsWith('/') || endless.has(written)) continue
    const end = text.indexOf(`</${written}`, from)
    if (end < 0) endless.add(written)
    else from = end
    tag.lastIndex = from
  }
  return kept + text.slice(from)
}

function sourceIn(attributes: string): readonly string[] {
  const [, , quoted, bare] = /(?:^|\s)src\s*=\s*(?:(["'])(.*?)\1|([^\s"']+))/.exec(attributes) ?? []
  const source = (quoted ?? bare ?? '').trim()
  return source === '' ? [] : [source]
}

const entities: Readonly<Record<string, string>> = {
  ...{ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ', hellip: '…', mdash: '—', ndash: '–' },
  ...{ lsquo: '‘', rsquo: '’', ldquo: '“', rdquo: '”' },
}

/** Bold and italic of the story formats, headings, lines, and entities. */
function withoutMarkup(text: string): string {
  return text
    .split('\n')
    .map((line) =>
      line
        .replace(/^\s*(?:!{1,6}|#{1,6}\s|-{3,}\s*$|\*{1,4}\s|&gt;\s)/, '')
        .replace(/(''|\*\*|__|~~|==|\^\^)(?=\S)/g, '')
        .replace(/(?<=\S)(''|\*\*|__|~~|==|\^\^)/g, '')
        .replace(/(^|[^:/])\/\/(?!\/)/g, '$1')
        .replace(/(^|[\s("'“])([*_])(?=\S)([^*_]{1,300})\2(?![\p{L}\p{N}])/gu, '$1$3')
        .replace(
          /&(?:#(\d{1,6})|([a-z]{2,6}));/g,
          (whole, number: string | undefined, name: string | undefined) =>
            number === undefined ? (entities[name ?? ''] ?? whole) : codePoint(Number(number)),
        ),
    )
    .join('\n')
}

function codePoint(number: number): string {
  return number > 0x1f && number <= 0x10ffff ? String.fromCodePoint(number) : ''
}

/** Whether a rule file may name that as a file of the library. */
export function isLibraryFile(file: string): boolean {
  return !/[\\\p{C}{}:?#%]|^\/|(^|\/)\.\.(\/|$)/u.test(file)
}
