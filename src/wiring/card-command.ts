import { AppError, messageOf } from '../core/error.ts'
import { didYouMean } from '../language/names.ts'
import { type CardCall, cardCalls, cardFlags, type Given } from './card-calls.ts'
import { checkEnds, uploadEnds } from './card-waits.ts'
import type { Command, CommandInput } from './command.ts'
import { askRunning, type Call } from './control-socket.ts'

const widestRow = 30

/** The command `card`: what the program that runs knows and does of cards. */
export const cardCommand: Command = {
  name: 'card',
  usage: '<what> [--json]',
  words: { most: 2, what: 'what to do and one word' },
  flags: cardFlags,
  about: 'asks the program that runs about cards, or has it make and change them',
  more: [
    'What:',
    '',
    ...cardCalls.map(({ name, word = '', about }) => `  ${`${name} ${word}`.padEnd(widestRow)}  ${about}`),
    '',
    'It is sent to the program that runs with the same data folder (--data). With --json its answer stands there as it is.',
    'Ends with 1 where the program says no, where none runs, and where nobody fetched the test card.',
  ].join('\n'),
  async run(input) {
    const { call, given } = chosen(input)
    const ask = (asked: Call) => askRunning(input.options.folders.data, asked)
    try {
      const answer = await waited(await ask(call.call(given)), { call, given, input, ask })
      const failed = call.waits === 'check' && answer.state !== 'fetched'
      return {
        answer: input.json ? `${JSON.stringify(answer, null, 2)}\n` : call.said(answer, given),
        failed,
      }
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      throw new AppError(error.code, `command card ${call.name}: ${messageOf(error)}`)
    }
  },
}

interface Asked {
  readonly call: CardCall
  readonly given: Given
  readonly input: CommandInput
  readonly ask: (call: Call) => Promise<Awaited<ReturnType<typeof askRunning>>>
}

function waited(answer: Awaited<ReturnType<typeof askRunning>>, { call, given, input, ask }: Asked) {
  const waiting = { ask, note: input.note ?? (() => undefined) }
  if (call.waits === 'check') return checkEnds(answer, waiting)
  return call.waits === 'upload' && given.flags.has('wait') ? uploadEnds(answer, waiting) : answer
}

/** @throws AppError `invalid` */
function chosen({ args, flags }: Pick<CommandInput, 'args' | 'flags'>): { call: CardCall; given: Given } {
  const [name, word = ''] = args
  const names = cardCalls.map((one) => one.name)
  const call = cardCalls.find((one) => one.name === name)
  if (call === undefined) {
    const near = name === undefined ? null : didYouMean(name, names)
    const found = name === undefined ? 'nothing behind it' : JSON.stringify(name.slice(0, 80))
    const hint = near === null ? `expected one of ${names.join(', ')}` : `did you mean "${near}"?`
    throw new AppError('invalid', `command card: found ${found}, ${hint}`)
  }
  if (word !== '' && call.word === undefined)
    throw new AppError(
      'invalid',
      `command card ${name}: found ${JSON.stringify(word.slice(0, 80))}, expected nothing behind it`,
    )
  if (word === '' && call.word?.startsWith('<'))
    throw new AppError('invalid', `command card ${name}: ${call.word} is missing`)
  for (const flag of flags.keys())
    if (!call.flags?.includes(flag)) {
      const owners = cardCalls.filter((one) => one.flags?.includes(flag)).map((one) => `card ${one.name}`)
      throw new AppError(
        'invalid',
        `argument --${flag} goes with ${owners.join(', ')}, not with card ${name}`,
      )
    }
  return { call, given: { word, flags } }
}
