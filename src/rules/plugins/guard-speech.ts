import type { SpeechProviderDef } from '../plugin.ts'
import { briefly } from './time-limit.ts'
import type { PluginWatch } from './watch.ts'

/** A provider that ends with its signal, and answers with bytes or rejects with an AppError. What fails is counted. */
export function guardedSpeech(name: string, part: SpeechProviderDef, watch: PluginWatch): SpeechProviderDef {
  const doing = { what: `speech provider \`${name}\``, rule: null }
  return {
    ...(part.describe === undefined ? {} : { describe: part.describe }),
    async speak(text, { voice, language, signal }) {
      // Throws in the plug-in's name.
      const saying = watch.run(doing, () => briefly(() => part.speak(text, { voice, language, signal })))
      try {
        const sound: unknown = await unlessAborted(saying, signal)
        if (!(sound instanceof Uint8Array))
          throw new TypeError(`it answered ${typeof sound}, not bytes of a sound`)
        return sound
      } catch (error) {
        signal.throwIfAborted()
        throw watch.failed(error, doing)
      }
    },
  }
}

/** Rejects as soon as nobody waits for it any more, whatever it does then. */
function unlessAborted<Result>(work: PromiseLike<Result> | Result, signal: AbortSignal): Promise<Result> {
  return new Promise((resolve, reject) => {
    const leave = () => reject(signal.reason)
    signal.addEventListener('abort', leave, { once: true })
    if (signal.aborted) leave()
    Promise.resolve(work)
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', leave))
  })
}
