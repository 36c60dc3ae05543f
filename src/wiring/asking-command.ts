import { AppError, messageOf } from '../core/error.ts'
import type { JsonObject } from '../core/json.ts'
import { didYouMean } from '../language/names.ts'
import { askRunning, type Call, fetchRunning } from './ask-running.ts'
import type { AskedCall, Given } from './asked-call.ts'
import { checkEnds, copyEnds, uploadEnds } from './card-waits.ts'
import type { Command, CommandAnswer, CommandInput } from './command.ts'
import { readNamed, writeNamed } from './named-file.ts'

interface Asking extends Pick<Command, 'name' | 'about'> {
  readonly calls: readonly AskedCall[]
  /** All flags of the calls: what each takes, or null for one that takes nothing. */
  readonly flags: Readonly<Record<string, string | null>>
  /** Those of them that may be given several times. */
  readonly lists?: readonly string[]
  /** What stands behind the list of the calls, in its help. */
  readonly more: readonly string[]
}

const widestRow = 30

/** A command whose words are REST calls of the program that runs. */
export function askingCommand({ name, about, calls, flags, lists = [], more }: Asking): Command {
  const rows = calls.map(
    (call) => `  ${[call.name, ...wordsOf(call)].join(' ').padEnd(widestRow)}  ${call.about}`,
  )
  return {
    name,
    usage: '<what> [--json]',
    words: { most: 3, what: 'what to do, what to do it with' },
    flags,
    lists,
    about,
    more: ['What:', '', ...rows, '', ...more].join('\n'),
    async run(input) {
      const chosen = chosenOf(input, { name, calls })
      try {
        return await asked(chosen, input)
      } catch (error) {
        if (!(error instanceof AppError)) throw error
        throw new AppError(error.code, `command ${name} ${chosen.call.name}: ${messageOf(error)}`)
      }
    },
  }
}

/** What has to be, or may be, written behind the name of a call. */
function wordsOf({ word, file }: AskedCall): readonly string[] {
  return [...(word === undefined ? [] : [word]), ...(file === undefined ? [] : ['<FILE>'])]
}

interface Chosen {
  readonly call: AskedCall
  readonly word: string
  /** '' where the call has none. */
  readonly fileName: string
}

async function asked({ call, word, fileName }: Chosen, input: CommandInput): Promise<CommandAnswer> {
  const { cwd, flags, lists, json } = input
  const { data } = input.options.folders
  const { file } = call
  const isSent = file?.goes === 'out'
  const bytes = isSent ? await readNamed(fileName, { cwd, most: file.most }) : Buffer.alloc(0)
  const given: Given = { word, flags, lists, sent: { name: isSent ? fileName : '', bytes } }
  const first = call.before?.(given) ?? null
  if (first !== null) await askRunning(data, first)
  const asking = call.call(given)
  const answer =
    file?.goes === 'in'
      ? await writeNamed(fileName, {
          cwd,
          fill: (keep) => fetchRunning(data, asking, keep),
          about: async (path) => (await file.about?.(path)) ?? {},
        })
      : await waited(await askRunning(data, asking), { call, given, input })
  const notes = call.notes?.(answer) ?? []
  return {
    answer: json ? `${JSON.stringify(answer, null, 2)}\n` : call.said(answer, given),
    ...(notes.length === 0 ? {} : { notes: notes.map((note) => `${note}\n`).join('') }),
    failed: call.failed?.(answer) ?? false,
  }
}

interface Waited {
  readonly call: AskedCall
  readonly given: Given
  readonly input: CommandInput
}

async function waited(answer: JsonObject, { call, given, input }: Waited): Promise<JsonObject> {
  const waiting = {
    ask: (asking: Call) => askRunning(input.options.folders.data, asking),
    note: input.note ?? (() => undefined),
  }
  if (call.waits === 'check') return checkEnds(answer, waiting)
  if (!given.flags.has('wait')) return answer
  return call.waits === 'copy' ? copyEnds(answer, waiting) : uploadEnds(answer, waiting)
}

type Known = Pick<Asking, 'name' | 'calls'>

/** @throws AppError `invalid` */
function chosenOf({ args, flags, lists }: CommandInput, known: Known): Chosen {
  const [name, ...words] = args
  const call = callNamed(name, known)
  const where = `command ${known.name} ${call.name}`
  const expected = wordsOf(call)
  const stray = words[expected.length]
  if (stray !== undefined)
    throw new AppError(
      'invalid',
      `${where}: found ${JSON.stringify(stray.slice(0, 80))}, expected ${expected.length === 0 ? 'nothing behind it' : `${expected.join(' ')} and nothing more`}`,
    )
  const missing = expected.find((one, at) => one.startsWith('<') && (words[at] ?? '') === '')
  if (missing !== undefined) throw new AppError('invalid', `${where}: ${missing} is missing`)
  for (const flag of [...flags.keys(), ...lists.keys()]) checkFlag(flag, call, known)
  const [word = '', fileName = ''] = call.word === undefined ? ['', ...words] : words
  return { call, word, fileName }
}

function callNamed(name: string | undefined, known: Known): AskedCall {
  const call = known.calls.find((one) => one.name === name)
  if (call !== undefined) return call
  const names = known.calls.map((one) => one.name)
  const near = name === undefined ? null : didYouMean(name, names)
  const found = name === undefined ? 'nothing behind it' : JSON.stringify(name.slice(0, 80))
  const hint = near === null ? `expected one of ${names.join(', ')}` : `did you mean "${near}"?`
  throw new AppError('invalid', `command ${known.name}: found ${found}, ${hint}`)
}

function checkFlag(flag: string, call: AskedCall, { name, calls }: Known): void {
  if (call.flags?.includes(flag)) return
  const owners = calls.filter((one) => one.flags?.includes(flag)).map((one) => `${name} ${one.name}`)
  throw new AppError(
    'invalid',
    `argument --${flag} goes with ${owners.join(', ')}, not with ${name} ${call.name}`,
  )
}
