import { didYouMean } from '../names.ts'
import { list } from '../wording.ts'
import { currentValue, type Environment, fieldOf, type Name, namesOf, nameText } from './environment.ts'
import { problem } from './finding.ts'
import type { ASTNode } from './parse.ts'
import type { Checking, Typed } from './typed.ts'

/** A name in an expression, or null after what is wrong with it was said. */
export function typedName(node: ASTNode, checking: Checking, environment: Environment): Typed | null {
  const name = nameIn(node)
  if (name === null) {
    const message = `\`${checking.text.slice(node.start, node.end)}\` leads nowhere: behind a name stands at most one dot`
    checking.findings.push(problem(node, 'expr/unknown-name', message))
    return null
  }
  const field = fieldOf(environment, name)
  if (field === undefined) {
    unknown(node, name, { checking, environment })
    return null
  }
  checking.names.set(nameText(name), { name, type: field.type })
  const { start, end } = node
  return {
    start,
    end,
    type: field.type,
    field: { ...field, name },
    run: (values) => currentValue(values, name, field.type),
  }
}

function nameIn(node: ASTNode): Name | null {
  if (node.op === 'id') return { group: null, name: node.args }
  if (node.op !== '.') return null
  const [holder, name] = node.args
  return holder.op === 'id' ? { group: holder.args, name } : null
}

interface Context {
  readonly checking: Checking
  readonly environment: Environment
}

function unknown(node: ASTNode, name: Name, { checking, environment }: Context): void {
  const { groups, absent = {} } = environment
  const first = name.group ?? name.name
  const own = Object.hasOwn(absent, nameText(name)) ? absent[nameText(name)] : undefined
  const said =
    own ?? (Object.hasOwn(absent, first) && !Object.hasOwn(groups, first) ? absent[first] : undefined)
  if (said === '') return
  const add = (message: string, help?: string) =>
    checking.findings.push(problem(node, 'expr/unknown-name', message, help))
  if (said !== undefined) return void add(`there is no "${nameText(name)}" here: ${said}`)
  if (name.group === null && Object.hasOwn(groups, first)) {
    const fields = Object.keys(groups[first] ?? {})
    return void add(
      `"${first}" needs a dot and a name behind it`,
      `known: ${list(fields.map((field) => `${first}.${field}`))}`,
    )
  }
  const word = name.group === null ? wordMeant(name.name, environment) : null
  const near = word === null ? nearest(name, environment) : null
  const help =
    word !== null
      ? `write '${word}': a text stands in quotes`
      : near === null
        ? known(name, environment)
        : `did you mean "${near}"?`
  add(`there is no "${nameText(name)}"`, help)
}

const shortestWord = 3

/** What a name can be, written without quotes: `mon`, or `monday` for it. */
function wordMeant(name: string, { groups }: Environment): string | null {
  const words = Object.values(groups).flatMap((fields) =>
    Object.values(fields).flatMap((field) => (typeof field === 'string' ? [] : (field.words ?? []))),
  )
  const lower = name.toLowerCase()
  if (words.includes(name)) return name
  const begun = words.filter((word) => word.length >= shortestWord && lower.startsWith(word))
  const isDay = /^[a-z]{3,6}day$/.test(lower)
  return isDay ? (begun[0] ?? null) : null
}

function nearest(name: Name, environment: Environment): string | null {
  const { groups } = environment
  const names = namesOf(environment)
  if (name.group === null) {
    const near = didYouMean(name.name, [...names, ...Object.keys(groups), 'true', 'false'])
    // `playing` for `player.playing`.
    return near ?? names.find((known) => known.endsWith(`.${name.name}`)) ?? null
  }
  const group = Object.hasOwn(groups, name.group) ? name.group : didYouMean(name.group, Object.keys(groups))
  if (group === null) return null
  const fields = Object.keys(groups[group] ?? {})
  const field = fields.includes(name.name) ? name.name : didYouMean(name.name, fields)
  return field === null ? null : `${group}.${field}`
}

function known(name: Name, environment: Environment): string {
  const { groups } = environment
  if (name.group === null || !Object.hasOwn(groups, name.group)) {
    const first = [
      ...Object.keys(environment.names ?? {}),
      ...Object.keys(groups).map((group) => `${group}.…`),
    ]
    return first.length === 0 ? 'no names can be used here' : `known: ${list(first)}`
  }
  return `known: ${list(Object.keys(groups[name.group] ?? {}).map((field) => `${name.group}.${field}`))}`
}
