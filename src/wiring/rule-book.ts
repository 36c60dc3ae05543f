import type { Clock } from '../core/clock.ts'
import type { Collection } from '../core/collection.ts'
import { AppError, messageOf } from '../core/error.ts'
import type { Log } from '../core/log.ts'
import { Turns } from '../core/turns.ts'
import type { Diagnostic } from '../language/diagnostic.ts'
import { isUnfinished } from '../language/unfinished.ts'
import type { Standing, StandingFile } from '../rules/read/last-good.ts'
import type { NamedPlayer } from '../rules/read/names.ts'
import type { Surroundings } from '../rules/read/references.ts'
import type { RuleSource } from '../rules/read/rule-files.ts'
import type { Registry } from '../rules/registry.ts'
import { emptyRuleSet, type Rule, type RuleSet } from '../rules/rule-set.ts'
import type { Location } from '../rules/sun.ts'
import { type GoodText, GoodTexts } from './good-texts.ts'
import { heldAsBefore, wouldCutShort } from './held-rules.ts'
import type { PluginShelf } from './plugin-shelf.ts'
import type { Problems } from './problems.ts'
import type { RuleFolder } from './rule-folder.ts'
import { type BookFile, RuleNews } from './rule-news.ts'
import { type ReadAside, RuleReader } from './rule-reader.ts'
import type { ThreadOptions } from './rule-thread.ts'
import { StoryNews } from './story-news.ts'
import { WrittenRules } from './written-rules.ts'

export interface RuleBookOptions {
  /** The config folder. */
  readonly folder: string
  readonly library: {
    find(file: string): Promise<{ readonly state: 'ready' | 'importing' | 'missing' | 'refused' }>
    readonly hint?: (file: string) => Promise<string | null>
    /** In ms; null where that is not known. */
    readonly lengthOf?: (file: string) => Promise<number | null>
    filesIn?(folder: string): Promise<readonly string[]>
    readonly folderHint?: (folder: string) => Promise<string | null>
    /** Whether the `pick` of a playlist finds anything; null where that is not known. */
    readonly finds?: Surroundings['finds']
  }
  readonly topicFault: Surroundings['topicFault']
  /** Without it no card is doubted. */
  readonly isOurCard?: Surroundings['isOurCard']
  /** Without it no card is missed. */
  readonly hasCard?: Surroundings['hasCard']
  /** Without it no stream is missed. */
  readonly hasStream?: Surroundings['hasStream']
  /** Without it none stands in the way of another. */
  readonly streamAlike?: Surroundings['streamAlike']
  /** Without it no name in Home Assistant is doubted. */
  readonly homeAssistant?: Surroundings['homeAssistant']
  /** The players there are; null while that is not known. Without it no player is doubted. */
  readonly players?: () => Surroundings['players']
  readonly hasVoice?: Surroundings['hasVoice']
  /** Those of third parties; without them only our own parts are there. */
  readonly plugins?: Pick<PluginShelf, 'registry' | 'troubles' | 'look'>
  /** IANA name of the household's time zone. */
  readonly zone: string
  /** Where the house is; null where it is not said. */
  readonly location?: Location | null
  /** By file, its text that ran last. */
  readonly good: Collection<GoodText>
  /** By calendar file, its text that could be read last. */
  readonly calendars: Collection<string>
  /** By rule, what was said of it beside its file. */
  readonly enabled: Collection<boolean>
  readonly problems: Pick<Problems, 'set'>
  /** In what large files are checked, in place of a thread of our own. */
  readonly thread?: Pick<ThreadOptions, 'script' | 'workedMs'>
  readonly clock: Clock
  readonly log: Log
}

/** Where a rule file is at fault and of which kind the fault is, without a word of what it says. */
export type RuleFault = Pick<Diagnostic, 'file' | 'line' | 'column' | 'level' | 'code'>

/** The rules as they may become, with what they are made of, so that they can be read elsewhere too. */
export interface TriedRules extends ReadAside {
  /** Of files that are not sound nothing but their name. */
  readonly sources: readonly RuleSource[]
}

type Changed = (ruleSet: RuleSet) => Promise<void> | void

/**
 * The household's rules as they run now. Each file runs as it is written or, where that has an error, as it last ran
 * without one; what is wrong is said in the log and as a problem until it is mended.
 */
export class RuleBook {
  readonly #options: RuleBookOptions
  readonly #reader: RuleReader
  readonly #news: RuleNews
  readonly #stories: StoryNews
  readonly #written: WrittenRules
  readonly #good: GoodTexts
  readonly #enabled = new Map<string, boolean>()
  readonly #listeners = new Set<Changed>()
  readonly #turns = new Turns<'reload'>()
  #standing: Standing = { ruleSet: emptyRuleSet, files: [], cutShort: [], playersNamed: [] }
  #current: RuleSet = emptyRuleSet

  constructor(options: RuleBookOptions) {
    const { folder, good, clock } = options
    this.#options = options
    this.#reader = new RuleReader(options)
    this.#written = new WrittenRules({ folder, clock })
    this.#good = new GoodTexts({ store: good, clock })
    this.#news = new RuleNews(options)
    this.#stories = new StoryNews(options.log)
  }

  /** What runs. */
  get current(): RuleSet {
    return this.#current
  }

  get files(): readonly BookFile[] {
    return this.#standing.files.map((file) => ({
      ...file,
      text: this.#written.texts.get(file.file) ?? null,
      goodSince: this.#good.of(file.file)?.at ?? null,
    }))
  }

  /** What could not be read, and why; also the plug-ins that are left out. */
  get unread(): RuleFolder['problems'] {
    const troubles = this.#options.plugins?.troubles ?? []
    const leftOut = troubles.map(({ file, finding }) => ({ file, text: finding.message }))
    return [...this.#written.unread, ...leftOut]
  }

  /** Of what rules are made now. */
  get registry(): Registry {
    return this.#reader.registry
  }

  /** Which players the rules that run speak of. */
  get playersNamed(): readonly NamedPlayer[] {
    return this.#standing.playersNamed
  }

  get faults(): readonly RuleFault[] {
    return this.#standing.files
      .flatMap(({ findings, wouldBreak }) => [...findings, ...wouldBreak])
      .map(({ file, line, column, level, code }) => ({ file, line, column, level, code }))
  }

  /** Calls `changed` with what runs after each change of it, and waits for it. Returns what ends that. */
  onChange(changed: Changed): () => void {
    this.#listeners.add(changed)
    return () => this.#listeners.delete(changed)
  }

  /** Reads all there is; what ran before the product was ended counts as if it had never been. */
  async start(): Promise<void> {
    await this.#good.start()
    for (const [rule, isEnabled] of await this.#options.enabled.entries()) this.#enabled.set(rule, isEnabled)
    await this.reload()
  }

  /** Reads what was changed and puts it to work; resolves when it is. */
  reload(): Promise<void> {
    return this.#turns.take('reload', async () => {
      await this.#options.plugins?.look()
      await this.#take(await this.#written.look())
    })
  }

  /** The house is there, as is known now; what follows the sun is read again. */
  relocate(location: Location | null): Promise<void> {
    this.#reader.location = location
    return this.reload()
  }

  /**
   * The same for files that somebody may still be writing: where anything changed, it is taken once it stands still. A file
   * that there was no time to read is tried again.
   */
  look(): Promise<void> {
    return this.#turns.take('reload', async () => {
      const areOthers = (await this.#options.plugins?.look()) ?? false
      const seen = await this.#written.lookForChange(
        async () =>
          areOthers ||
          this.#isUnfinished ||
          (await this.#reader.haveCardsChanged()) ||
          (await this.#reader.haveStreamsChanged()) ||
          (await this.#reader.haveFilesCome()) ||
          (await this.#reader.haveContentsChanged()) ||
          (await this.#reader.haveCalendarsChanged()),
      )
      if (seen !== null) await this.#take(seen)
    })
  }

  /** Says of a rule that it runs or does not, whatever its file says; null leaves it to the file again. */
  enable(rule: string, isEnabled: boolean | null): Promise<void> {
    return this.#turns.take('reload', async () => {
      const { enabled } = this.#options
      if (isEnabled === null) {
        await enabled.delete(rule)
        this.#enabled.delete(rule)
      } else {
        await enabled.set(rule, isEnabled)
        this.#enabled.set(rule, isEnabled)
      }
      await this.#put(this.#standing)
    })
  }

  /** What was said of the rule beside its file; null where nothing was. */
  enabledBy(rule: string): boolean | null {
    return this.#enabled.get(rule) ?? null
  }

  /** What there would be to say if the file read like that, beside the others as they run: of itself, and of what it would break. */
  async check(file: string, text: string): Promise<readonly Diagnostic[]> {
    const others = this.#standing.files.filter((other) => other.file !== file)
    const sources = [...others.flatMap((other) => this.#runningSource(other) ?? []), { file, text }].sort(
      (one, other) => (one.file < other.file ? -1 : 1),
    )
    const files = await this.#reader.check(sources, this.#options.clock.now())
    const broken = new Set(others.filter(({ state }) => state === 'left-out').map((other) => other.file))
    return files.flatMap((read) =>
      read.file === file
        ? read.diagnostics
        : broken.has(read.file)
          ? []
          : read.diagnostics.filter(({ level }) => level === 'error'),
    )
  }

  /**
   * What would run if that file read like that, beside the others as they run; with null what runs.
   * @throws AppError `unprocessable` where the text has an error.
   */
  async tried(draft: RuleSource | null): Promise<TriedRules> {
    const others = this.#standing.files.flatMap((file) =>
      file.file === draft?.file ? [] : (this.#runningSource(file) ?? []),
    )
    const sources = [...others, ...(draft === null ? [] : [draft])].sort((one, other) =>
      one.file < other.file ? -1 : 1,
    )
    const { files, ...read } = await this.#reader.readAside(sources)
    const own = files.find(({ file }) => file === draft?.file)
    const fault = own?.isSound === false ? own.diagnostics.find(({ level }) => level === 'error') : undefined
    if (fault !== undefined)
      throw new AppError('unprocessable', `${fault.file}:${fault.line}:${fault.column} ${fault.message}`)
    const sound = new Set(files.flatMap(({ file, isSound }) => (isSound ? [file] : [])))
    return {
      ...read,
      sources: sources.map((source) => (sound.has(source.file) ? source : { ...source, only: 'names' })),
    }
  }

  async stop(): Promise<void> {
    await this.#reader.stop()
    await this.#turns.settled('reload')
  }

  async #take(seen: RuleFolder): Promise<void> {
    const { log } = this.#options
    const tried = await this.#reader.standing(this.#good.beside(seen))
    if (tried === null) return
    const [before, was] = [this.#standing, this.#written.texts]
    this.#written.take(seen)
    const standing = wouldCutShort({ before, tried })
      ? heldAsBefore({ before, tried, was, is: this.#written.texts })
      : tried
    this.#standing = standing
    await this.#good
      .remember(standing.files, this.#written.texts)
      .catch((error) =>
        log.error('the rules that run could not be kept for the next start', { error: messageOf(error) }),
      )
    this.#news.tell(this.files, seen.problems)
    this.#stories.tell(standing.ruleSet)
    await this.#put(standing)
  }

  /** Whether there was no time to read some file. */
  get #isUnfinished(): boolean {
    return this.#standing.files.some(({ findings, wouldBreak }) =>
      [...findings, ...wouldBreak].some(isUnfinished),
    )
  }

  #runningSource({ file, state }: StandingFile): RuleSource | null {
    const good = this.#good.of(file)?.text
    const text = this.#written.texts.get(file)
    if (state === 'left-out') return text === undefined ? null : { file, text, only: 'names' }
    if (good === undefined) return text === undefined ? null : { file, text }
    return { file, text: good, ...(state === 'kept-for-others' ? { only: 'shared' } : {}) }
  }

  async #put({ ruleSet }: Standing): Promise<void> {
    this.#current = { ...ruleSet, rules: ruleSet.rules.map((rule) => this.#switched(rule)) }
    for (const changed of this.#listeners) {
      try {
        await changed(this.#current)
      } catch (error) {
        this.#options.log.error('rules that were read again could not be put to work everywhere', {
          error: messageOf(error),
        })
      }
    }
  }

  #switched(rule: Rule): Rule {
    const enabled = this.#enabled.get(rule.id) ?? rule.enabled
    return enabled === rule.enabled ? rule : { ...rule, enabled }
  }
}
