import { Library } from '../audio/library/library.ts'
import { AppError } from '../core/error.ts'
import { silentLog } from '../core/log.ts'
import { printable } from '../language/printable.ts'
import { noVoice, type Prepared } from '../speech/speech.ts'
import { readHousehold } from './check-command.ts'
import type { Command } from './command.ts'
import { openSpeech } from './speech.ts'
import { storyNamed } from './story-named.ts'
import { textsIn } from './story-voice.ts'

/** The command `speak`: what stories say and no file has, made now and not when the product runs. */
export const speakCommand: Command = {
  name: 'speak',
  usage: '[story] [--json]',
  words: { most: 1, what: 'the name of one story' },
  about: 'has a voice say what stories have no audio for, and keeps it',
  more: [
    'The voice is that of the options speech.provider and speech.voice. Without a name it is done for all stories.',
    'What was said before is not said again. Ends with 1 where something cannot be said.',
  ].join('\n'),
  async run(input) {
    const { options, clock, terminal, json, args } = input
    // One of the plug-ins may be who speaks.
    const checked = await readHousehold({ ...input, purpose: 'run' })
    const [name] = args
    const stories =
      name === undefined ? checked.stories.map(({ story }) => story) : [storyNamed(name, checked)]
    const texts = textsIn(stories)
    const log = silentLog
    const speech = await openSpeech({
      ...{ options, clock, log },
      ...(input.supervisor === undefined ? {} : { supervisor: input.supervisor }),
      problems: { set: () => undefined },
      shelfOf: (folder) => new Library({ folders: [folder], clock, log }),
    })
    speech.usePlugins(() => checked.plugins.registry)
    try {
      if (texts.length > 0 && !speech.hasVoice) throw new AppError('unavailable', `command speak: ${noVoice}`)
      const prepared = await speech.prepare(texts, {
        onProgress: (done, all) => {
          if (!json) terminal?.write(`${done} of ${all}\n`)
        },
      })
      const answer = json ? `${JSON.stringify(asJson(prepared), null, 2)}\n` : inWords(prepared)
      return { answer, failed: prepared.failed.length > 0 }
    } finally {
      await speech.stop()
      checked.plugins.stop()
    }
  },
}

function asJson({ texts, ready, made, failed }: Prepared) {
  return { texts, ready, made, failed }
}

const longestShown = 60

function inWords({ texts, ready, made, failed }: Prepared): string {
  if (texts === 0) return 'The stories have audio for all that they say.\n'
  const lines = [
    `${ready} of ${texts.toLocaleString('en')} text${texts === 1 ? '' : 's'} ${ready === 1 ? 'is' : 'are'} there, ${made} of them made now.`,
    ...failed.map(({ text, reason }) => `  "${[...text].slice(0, longestShown).join('')}": ${reason}`),
  ]
  return `${lines.map(printable).join('\n')}\n`
}
