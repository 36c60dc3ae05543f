import { join } from 'node:path'
import { importFile } from '../audio/import/importer.ts'
import type { LibraryFile } from '../audio/library/inspect-file.ts'
import type { Library } from '../audio/library/library.ts'
import type { FileSource } from '../audio/rendition-reading.ts'
import type { Found } from '../audio/sources/source.ts'
import type { Clock } from '../core/clock.ts'
import { AppError, messageOf } from '../core/error.ts'
import type { Log } from '../core/log.ts'
import { textOfItem } from '../core/spoken.ts'
import { didYouMean } from '../language/names.ts'
import { quote, shorten } from '../language/wording.ts'
import type { Options } from '../options.ts'
import type { LostPart, Registry } from '../rules/registry.ts'
import { espeak } from '../speech/espeak.ts'
import { homeAssistantSpeech, noEngine } from '../speech/home-assistant.ts'
import { type FindSpeechPart, pluginSpeech } from '../speech/plugin.ts'
import type { SpeechProvider } from '../speech/provider.ts'
import { Speech } from '../speech/speech.ts'
import { wyoming } from '../speech/wyoming.ts'
import { accessTo } from './home-assistant.ts'
import type { Problems } from './problems.ts'
import type { Supervisor } from './supervisor.ts'

export interface SpeechInput {
  readonly options: Pick<Options, 'folders' | 'speech' | 'homeassistant'>
  readonly shelfOf: (folder: string) => Library
  readonly problems: Pick<Problems, 'set'>
  /** Where Home Assistant's Supervisor started the product. */
  readonly supervisor?: Supervisor
  readonly clock: Clock
  /** 0 (inclusive) to 1. */
  readonly random?: () => number
  readonly log: Log
}

type SpeechPlugins = Pick<Registry, 'speechProviders' | 'lost'>

/** Speech as the rest of the house plays it: found by its text, and read as any audio is. */
export interface HouseSpeech
  extends Required<FileSource>,
    Pick<Speech<LibraryFile>, 'prepare' | 'tidy' | 'tryAgain'> {
  /** Whether anybody is to speak. */
  readonly hasVoice: boolean
  /** What there is of the text now; what is missing is begun, and `importing` until it is there. Never rejects. */
  find(text: string): Promise<Found>
  /** Whether a file is one that `find` gave, and is read here and not from the library. */
  isOwn(file: Pick<LibraryFile, 'file'>): boolean
  /** From now on plug-ins are asked for what speaks; before, they bring nothing. */
  usePlugins(registry: () => SpeechPlugins): void
  stop(): Promise<void>
}

/** @throws AppError `unavailable` where speech cannot be kept in the data folder. */
export async function openSpeech(input: SpeechInput): Promise<HouseSpeech> {
  const { options, shelfOf, problems, clock, random = Math.random, log } = input
  const folder = join(options.folders.data, 'speech')
  const shelf = shelfOf(folder)
  let parts = (): SpeechPlugins => ({ speechProviders: new Map() })
  let said: string | null = null
  const speech = new Speech<LibraryFile>({
    ...{ folder, shelf, clock, random, log },
    provider: providerOf(input, (name) => {
      const { speechProviders, lost } = parts()
      return speechProviders.get(name) ?? { fault: lackOf(name, lost?.(name) ?? null) }
    }),
    voice: options.speech.voice,
    language: options.speech.language,
    toProfile: (sound) => importFile({ ...sound, clock }),
    troubled(reason) {
      // A house without a voice of its own is as one where nobody is to speak.
      const isNobody = reason === noEngine
      problems.set('speech', reason === null || isNobody ? null : `stories cannot be said: ${reason}`)
      if (reason === null) log.info('texts can be said again')
      else if (!isNobody && reason !== said) log.warn('texts cannot be said; it is tried again', { reason })
      said = reason
    },
  })
  await speech.open().catch((cause: unknown) => {
    throw new AppError('unavailable', `the data folder cannot be used for speech: ${messageOf(cause)}`, {
      cause,
    })
  })
  return {
    hasVoice: speech.hasVoice,
    find: (text) => speech.find(text),
    isOwn: (file) => speech.isOwn(file),
    open: (file) => shelf.open(speech.ownFile(file)),
    readPiece: (file, extent) => shelf.readPiece(speech.ownFile(file), extent),
    prepare: (texts, asked) => speech.prepare(texts, asked),
    tidy: (texts) => speech.tidy(texts),
    tryAgain: () => speech.tryAgain(),
    usePlugins(registry) {
      parts = registry
    },
    async stop() {
      await speech.stop()
      await shelf.close()
    },
  }
}

/**
 * Null where the content is no text to say. Else has it said, and resolves with the item once it can be heard.
 * @throws AppError `unavailable` where that cannot be
 */
export function saidAhead(
  content: string,
  speech: Pick<HouseSpeech, 'prepare'>,
): Promise<() => Promise<readonly string[]>> | null {
  const text = textOfItem(content)
  if (text === null) return null
  return speech.prepare([text]).then(({ ready, failed: [fault] }) => {
    if (ready > 0) return async () => [content]
    const why = fault?.reason ?? 'speech was stopped'
    throw new AppError(
      'unavailable',
      `${quote(shorten(text))} cannot be said: ${why}; the queue stays as it was`,
    )
  })
}

/** Who speaks, by the options; null where nobody is to. */
function providerOf(
  { options, supervisor }: Pick<SpeechInput, 'options' | 'supervisor'>,
  find: FindSpeechPart,
): SpeechProvider | null {
  const { speech } = options
  const access = accessTo(options, supervisor ?? null)
  switch (speech.provider) {
    case 'none':
      return null
    case 'espeak':
      return espeak()
    // The options are refused where these lack what they need.
    case 'wyoming':
      return speech.wyoming_url === null ? null : wyoming({ url: speech.wyoming_url })
    case 'home_assistant':
      return access === null ? null : homeAssistantSpeech(access)
    default:
      return pluginSpeech(speech.provider, find)
  }
}

function lackOf(name: string, lost: LostPart | null): string {
  if (lost !== null) return `the plug-in "${lost.plugin}" (${lost.file}), which speaks, is left out`
  const near = didYouMean(name, ['none', 'home_assistant', 'wyoming', 'espeak'])
  const question = near === null ? '' : ` - did you mean "${near}"?`
  return `no plug-in brings the speech provider "${name}" that speech.provider names${question}`
}
