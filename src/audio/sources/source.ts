import type { Clock } from '../../core/clock.ts'
import type { Log } from '../../core/log.ts'
import type { LibraryFile, Lookup } from '../library/inspect-file.ts'
import type { Library } from '../library/library.ts'
import type { Extent, SharedFile } from '../open-files.ts'
import type { Piece } from '../pieces/piece.ts'

/** What a source has under a name. `importing` can be played soon; `refused` is there but cannot be played now. */
export type Found =
  | { readonly state: 'ready'; readonly file: LibraryFile }
  | Exclude<Lookup, { readonly state: 'ready' }>

/**
 * Where audio comes from. An item of a queue names it by a reference, `<source>:<name>`; a plain name is a file's. A
 * source hears and says its names alone, without what stands before the colon.
 *
 * What plays is always finite and in the profile, and nothing heavy happens while it plays. So a source makes what it
 * has ready beforehand, and says `importing` until then:
 * - A feed gives its newest episodes in `expand`; an episode is `importing` from the first look that begins to fetch it,
 *   and then a file in a folder of the feed's own (`SourceGround.libraryOf`).
 *
 * What never ends, such as radio, has no length, so no place in a file of exactly known bytes: `find` would answer with
 * one more state, `endless`, which finite streams and slots pass over as they do what is `importing`, and the source
 * would have one more function, `listen(name, signal)`, that gives whole frames as they come. Only live streams ask for it.
 *
 * A source may throw, reject, or not answer: then what it has is passed over until it is well again, and the log says so.
 */
export interface AudioSource {
  /**
   * What is there under the name now. Asked at every request of a listener, so it answers out of what it knows. The
   * `file.file` of what is ready is a name of this source too, by which `open` knows it again.
   */
  find(name: string): Promise<Found>
  /** Exactly the content that `find` gave, for positioned reads counted from its first byte. Rejects where it is gone. */
  open(audio: LibraryFile): Promise<SharedFile>
  /** Bytes of what was opened before, in memory that is used again; null where it is to be opened first. Never throws. */
  readPiece?(audio: LibraryFile, extent: Extent): Promise<Piece> | null
  /**
   * The names a name stands for, in order, when it is put into a queue: a book's chapters, a feed's newest episodes.
   * Without it every name stands for itself. `split`: what is longer than an hour's card takes comes in parts.
   */
  expand?(name: string, options: { readonly split: boolean }): Promise<readonly string[]>
  /** Names it has, for "did you mean". */
  names?(): Promise<readonly string[]>
  close?(): Promise<void>
}

/** What a source is made of. */
export interface SourceGround {
  /** The household's files. */
  readonly library: Library
  /** Another library, of the files in that folder; what is not in the profile is imported there too. */
  readonly libraryOf: (folder: string) => Library
  /** The folder of audio that comes with the product. */
  readonly shipped: string
  readonly clock: Clock
  readonly log: Log
}

/** An entry of the catalog. */
export interface SourceDef {
  /** What there is to hear, in a sentence for people. */
  readonly describe: string
  /** References as they stand in a queue. */
  readonly examples: readonly string[]
  /** How long a listener waits for its answers, in ms; five seconds where it is absent. */
  readonly patienceMs?: number
  open(ground: SourceGround): AudioSource
}
