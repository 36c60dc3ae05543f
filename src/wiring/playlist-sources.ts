import type { Clock } from '../core/clock.ts'
import { AppError } from '../core/error.ts'
import type { Log } from '../core/log.ts'
import { contentFiles, type DailyOrder, playlistsFrom } from '../rules/playlists.ts'
import type { Registry } from '../rules/registry.ts'
import type { Playlist, PlaylistFrom } from '../rules/rule-set.ts'

interface SourcesInput {
  readonly registry: () => Pick<Registry, 'playlistSources' | 'lost'>
  readonly audio: Parameters<typeof contentFiles>[2]
  readonly order: DailyOrder
  readonly clock: Pick<Clock, 'now'>
  readonly log: Pick<Log, 'warn'>
}

type Files = () => Promise<readonly string[]>

// What waits for a network that is down must not be asked at each press.
const failureRestsMs = 30_000
const mostNamed = 10
const mostFailures = 1000

/** Asks the playlist sources of plug-ins, when a playlist is to be put into a stream. */
export class PlaylistSources {
  readonly #input: SourcesInput
  /** Those that are asked now: whoever asks the same meanwhile gets the same. */
  readonly #asked = new Map<string, Promise<readonly string[]>>()
  /** What failed a moment ago. */
  readonly #failed = new Map<
    string,
    { readonly source: unknown; readonly atMs: number; readonly why: unknown }
  >()

  constructor(input: SourcesInput) {
    this.#input = input
  }

  /**
   * Null where nothing of the playlist comes from a source. Else asks them all, and resolves with what has its files then.
   * Rejects where a source fails, takes too long or is not there; one that failed is not asked again for half a minute.
   */
  ahead(content: string, playlists: ReadonlyMap<string, Playlist>): Promise<Files> | null {
    const { audio, order } = this.#input
    const filled = playlistsFrom(content, playlists)
    if (filled.length === 0) return null
    const asked = filled.map(
      async ({ id, from }): Promise<[string, readonly string[]]> => [id, await this.#listed(id, from)],
    )
    return Promise.all(asked).then((lists) => {
      const known = new Map(lists)
      const from = ({ id }: Playlist) => known.get(id) ?? []
      return () => contentFiles(content, playlists, { ...audio, from }, order)
    })
  }

  async #listed(playlist: string, from: PlaylistFrom): Promise<readonly string[]> {
    const source = this.#sourceOf(playlist, from)
    const key = JSON.stringify([from.source, from.options])
    const nowMs = this.#input.clock.now().getTime()
    const failed = this.#failed.get(key)
    // Another version of the plug-in is another source.
    if (failed?.source === source && Math.abs(nowMs - failed.atMs) < failureRestsMs) throw failed.why
    this.#failed.delete(key)
    const running =
      this.#asked.get(key) ??
      source
        .list(from.options)
        .then((files) => this.#known(files, { plugin: source.plugin, source: from.source }))
        .finally(() => this.#asked.delete(key))
    this.#asked.set(key, running)
    try {
      return await running
    } catch (why) {
      if (this.#failed.size >= mostFailures) this.#failed.clear()
      this.#failed.set(key, { source, atMs: nowMs, why })
      throw why
    }
  }

  #sourceOf(playlist: string, { source: name, options }: PlaylistFrom) {
    const { playlistSources, lost } = this.#input.registry()
    const source = playlistSources.get(name)
    if (source !== undefined && options !== null) return source
    const plugin = lost?.(name)?.plugin
    const why = plugin === undefined ? 'no plug-in brings it' : `its plug-in "${plugin}" is left out`
    throw new AppError(
      'unavailable',
      `playlist "${playlist}" comes from the playlist source \`${name}\`, and ${why}; the queue stays as it was`,
    )
  }

  /** Those that are in the library or on their way into it. */
  async #known(
    files: readonly string[],
    { plugin, source }: { readonly plugin: string; readonly source: string },
  ): Promise<readonly string[]> {
    const found: string[] = []
    const missing: string[] = []
    for (const file of files)
      ((await this.#input.audio.find(file)).state === 'missing' ? missing : found).push(file)
    const words = `plug-in "${plugin}", playlist source \`${source}\``
    for (const file of missing.slice(0, mostNamed))
      this.#input.log.warn(`${words}: there is no file "${file.slice(0, 200)}"; it is left out`)
    if (missing.length > mostNamed)
      this.#input.log.warn(`${words}: ${missing.length - mostNamed} more files are not there and left out`)
    return found
  }
}
