import { messageOf } from '../core/error.ts'
import { mostSoundBytes, type Speaking, SpeechFault, type SpeechProvider, tooLong } from './provider.ts'

/** What a plug-in has to speak with. */
export interface SpeechPart {
  speak(text: string, how: Speaking): Promise<Uint8Array>
}

/** Looks up what plug-ins bring, which may be another thing each time; or says why there is nothing of that name. */
export type FindSpeechPart = (name: string) => SpeechPart | { readonly fault: string }

/** Speech by a plug-in. What it fails with is the fault of every text, as nobody knows better. */
export function pluginSpeech(name: string, find: FindSpeechPart): SpeechProvider {
  return {
    id: name,
    async speak(text, how) {
      const part = find(name)
      if ('fault' in part) throw new SpeechFault('provider', part.fault)
      const sound = await part.speak(text, how).catch((cause: unknown) => {
        how.signal.throwIfAborted()
        throw new SpeechFault('provider', messageOf(cause), { cause })
      })
      if (sound.byteLength > mostSoundBytes) throw tooLong()
      return sound
    },
  }
}
