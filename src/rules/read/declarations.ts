import { asciiWordOf } from '../../core/slug.ts'
import type { Declaration, InputDeclaration } from '../../core/value-form.ts'
import { checkName, readVar, type Written } from '../../language/declaration.ts'
import { isEmpty } from '../../language/node.ts'
import { readInput } from './inputs.ts'
import { alike } from './names.ts'
import type { ParsedFile } from './parsed-file.ts'

/** What the household remembers, of all files together. */
export interface Declarations {
  readonly vars: ReadonlyMap<string, Declaration>
  readonly inputs: ReadonlyMap<string, InputDeclaration>
  /** Names of players as rules may call them, with their ids. */
  readonly players: ReadonlyMap<string, string>
  /** Vars and inputs that are declared but wrong, as `vars.coins`, with where they stand: what uses them needs no fault of its own. */
  readonly faulty: ReadonlyMap<string, string>
}

export const noDeclarations: Declarations = {
  vars: new Map(),
  inputs: new Map(),
  players: new Map(),
  faulty: new Map(),
}

/** Gathers them; what is wrong is reported in the file where it stands. */
export async function declarationsIn(
  files: readonly ParsedFile[],
  { breathe, isChecked }: { readonly breathe: () => Promise<void>; readonly isChecked: boolean },
): Promise<Declarations> {
  const gathering: Gathering = { places: new Map(), faulty: new Map(), breathe }
  const vars = await gathered(files, 'vars', gathering, readVar)
  const inputs = await gathered(files, 'inputs', gathering, readInput)
  // What was checked names none of what stands in a file that is no YAML.
  const faulty = new Map([...(isChecked ? [] : meantIn(files)), ...gathering.faulty])
  return { vars, inputs, players: playersIn(files), faulty }
}

/** In a file that is no YAML, any key may have been meant as one of them. */
function meantIn(files: readonly ParsedFile[]): [name: string, place: string][] {
  return files
    .filter(({ root }) => root === null)
    .flatMap(({ report }) => {
      const text = report.textAt({ start: 0, end: Number.POSITIVE_INFINITY })
      const names = new Set(
        [...text.matchAll(/^[ \t]+(\p{L}[\p{L}\p{M}\p{N}_]{0,39}):/gmu)].map(([, name]) => name),
      )
      return [...names].flatMap((name): [string, string][] => [
        [`vars.${name}`, report.file],
        [`inputs.${name}`, report.file],
      ])
    })
}

/** As a file sees them: what is wrong with its own is said there already. */
export function silencedIn<Known extends Declarations>(declared: Known, file: string): Known {
  const faulty = [...declared.faulty].map(([name, place]): [string, string] => [
    name,
    place === file || place.startsWith(`${file}:`) ? '' : place,
  ])
  return { ...declared, faulty: new Map(faulty) }
}

interface Gathering {
  /** Where a name was declared first: vars and inputs share theirs, for `set` takes both. */
  readonly places: Map<string, { readonly what: string; readonly place: string }>
  readonly faulty: Map<string, string>
  readonly breathe: () => Promise<void>
}

async function gathered<Declared extends Declaration>(
  files: readonly ParsedFile[],
  section: 'vars' | 'inputs',
  { places, faulty, breathe }: Gathering,
  read: (written: Written, report: ParsedFile['report']) => Declared | undefined,
): Promise<ReadonlyMap<string, Declared>> {
  const found = new Map<string, Declared>()
  // Vars have no topics. An input of ASCII is called as it is, wherever it stands.
  const words = section === 'inputs' ? plainIn(files, section) : null
  const what = section === 'vars' ? 'var' : 'input'
  for (const { report, section: sectionOf } of files)
    for (const [id, { key, value }] of sectionOf(section)?.entries ?? []) {
      await breathe()
      const place = `${report.file}:${report.lineOf(key)}`
      const first = places.get(id)
      if (first !== undefined) {
        const message = `${what} "${id}" is already defined at ${first.place}`
        const shared = `"${id}" is already an ${first.what} at ${first.place}; vars and inputs share their names`
        const isSame = first.what === what
        if (!isSame) faulty.set(`${section}.${id}`, place)
        report.add(key, 'error', 'yaml/duplicate', isSame ? message : shared.replace('an var', 'a var'))
        continue
      }
      places.set(id, { what, place })
      const word = asciiWordOf(id)
      const twin = words?.get(word)
      if (twin !== undefined && twin.name !== id) {
        faulty.set(`${section}.${id}`, place)
        report.add(key, 'error', 'ref/alike', ...alike('input', id, twin))
        continue
      }
      words?.set(word, { name: id, place })
      const declared = checkName({ id, key }, `${section}.${id}`, report)
        ? read({ id, key, value }, report)
        : undefined
      if (declared === undefined) faulty.set(`${section}.${id}`, place)
      else found.set(id, declared)
    }
  return found
}

/** The names of a section that topics have as they are, with where they stand. */
function plainIn(files: readonly ParsedFile[], section: 'inputs') {
  const entries = files.flatMap(({ report, section: sectionOf }) =>
    [...(sectionOf(section)?.entries ?? [])].map(([name, { key }]) => ({
      name,
      place: `${report.file}:${report.lineOf(key)}`,
    })),
  )
  return new Map(entries.filter(({ name }) => asciiWordOf(name) === name).map((entry) => [entry.name, entry]))
}

function playersIn(files: readonly ParsedFile[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  const places = new Map<string, string>()
  for (const { report, section } of files)
    for (const [name, { key, value }] of section('players')?.entries ?? []) {
      const first = places.get(name)
      if (first !== undefined) {
        report.add(key, 'error', 'yaml/duplicate', `player "${name}" is already defined at ${first}`)
        continue
      }
      places.set(name, `${report.file}:${report.lineOf(key)}`)
      if (value.kind === 'scalar' && value.text !== '') found.set(name, value.text)
      else {
        const help = 'the panel shows it; as in `kids-room: y1AbCdEf`'
        report.add(
          isEmpty(value) ? key : value,
          'error',
          'type/value',
          `player "${name}" takes the id of a player`,
          help,
        )
      }
    }
  return found
}
