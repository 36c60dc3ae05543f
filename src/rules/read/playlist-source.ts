import { decode } from '../../language/check.ts'
import { propertiesOf } from '../../language/expected.ts'
import { didYouMean } from '../../language/names.ts'
import { isEmpty, type MapEntry, type Node, type ScalarNode } from '../../language/node.ts'
import type { Report } from '../../language/report.ts'
import { withShorthand } from '../../language/tagged.ts'
import { list, quote } from '../../language/wording.ts'
import type { NamedSource, Registry } from '../registry.ts'
import type { PlaylistFrom } from '../rule-set.ts'

interface SourceReading {
  readonly report: Report
  readonly registry: Pick<Registry, 'playlistSources' | 'lost'>
}

/** What stands behind `from` of a playlist; null after errors, which are reported. */
export function readSource(entry: MapEntry, { report, registry }: SourceReading): PlaylistFrom | null {
  const named = namedIn(entry.value)
  if (named === null) {
    const message = '`from` takes the name of one playlist source with its options, such as `{name: {…}}`'
    report.add(isEmpty(entry.value) ? entry.key : entry.value, 'error', 'type/value', message)
    return null
  }
  const { key, value } = named
  const source = registry.playlistSources.get(key.text)
  if (source === undefined) return lostSource(key, { report, registry })
  const written = withShorthand(value, source.shorthand)
  const what = `playlist source \`${key.text}\``
  const options: unknown = decode(source.options, written, report, { what })
  return options === undefined
    ? null
    : { source: key.text, options, words: wordsFor(source, key.text, options) }
}

/** `from: charts` is short for `from: {charts: {}}`. */
function namedIn(value: Node): MapEntry | null {
  if (value.kind === 'scalar')
    return isEmpty(value) ? null : { key: value, value: { ...value, text: '', quoted: false } }
  const [only, another] = value.kind === 'map' ? [...value.entries.values()] : []
  return another === undefined ? (only ?? null) : null
}

/** The playlist stays where its plug-in is left out, so that what names it runs on. */
function lostSource(key: ScalarNode, { report, registry }: SourceReading): PlaylistFrom | null {
  const { text: name } = key
  const lost = registry.lost?.(name) ?? null
  if (lost !== null) {
    const message = `the playlist source \`${name}\` belongs to the plug-in "${lost.plugin}", which is left out; until then this playlist cannot be put into a stream`
    report.add(
      key,
      'warning',
      'ref/plugin',
      message,
      `the command check says what is wrong with ${lost.file}`,
    )
    return { source: name, options: null, words: name }
  }
  const known = [...registry.playlistSources.keys()]
  const near = didYouMean(name, known)
  const hint = near === null ? '' : ` - did you mean ${quote(near)}?`
  const which = known.length === 0 ? 'no plug-in brings one' : `known: ${list(known)}`
  report.add(key, 'error', 'key/unknown', `unknown playlist source ${quote(name)}${hint} (${which})`)
  return null
}

function wordsFor(source: NamedSource, name: string, options: unknown): string {
  const own = source.explain?.(options)
  if (own !== undefined) return own
  const known = propertiesOf(source.options)
  const said = Object.entries(options ?? {}).filter(([option]) => known.has(option))
  const words = said.map(([option, value]) => `${option}: ${inWords(value)}`)
  return words.length === 0 ? name : `${name}, ${words.join(', ')}`
}

function inWords(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
