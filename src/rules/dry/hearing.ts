import type { TriggerDef } from '../plugin.ts'
import type { Bound } from '../rule-set.ts'
import type { Deed } from './rule-test.ts'

/** The triggers that an event of that kind may fire. */
const kindsFor: Readonly<Record<string, readonly string[]>> = {
  press: ['button'],
  insert: ['card'],
  remove: ['card'],
  playing: ['playing'],
  player: ['player', 'volume'],
  input: ['input'],
  mqtt: ['mqtt'],
  webhook: ['webhook'],
  ha: ['ha'],
  story: ['story'],
}

/** Whether the trigger waits for something of that kind; for the time where that goes on. */
export function isOfKind({ kind, definition }: Bound<TriggerDef>, deed: Deed): boolean {
  if (deed.kind === 'advance') return definition.upcoming !== undefined
  return (kindsFor[deed.kind] ?? []).includes(kind)
}

/** Whether it waits for just that, whoever it happens to and on whichever stream. */
export function hears(part: Bound<TriggerDef>, deed: Deed): boolean {
  if (!isOfKind(part, deed)) return false
  const options = optionsOf(part)
  const isOneOf = (name: string, value: string) => {
    const wanted = [options[name] ?? value].flat().map(String)
    return wanted.includes(value) || wanted.includes('any')
  }
  switch (deed.kind) {
    case 'press':
      return isOneOf('button', deed.button)
    case 'playing':
      return isOneOf('change', deed.change)
    case 'insert':
      return options.inserted !== undefined && (!('id' in deed.card) || isOneOf('inserted', deed.card.id))
    case 'remove':
      return options.removed !== undefined
    case 'input':
      return [...deed.values.keys()].some((name) => isOneOf('name', name))
    case 'ha':
      return [...deed.states.keys()].some((entity) => isOneOf('entity', entity))
    case 'webhook':
      return isOneOf('name', deed.name)
    case 'mqtt':
      return isOneOf('topic', deed.topic)
    case 'advance':
      return false
    case 'player':
    case 'story':
      return true
  }
}

/** What a trigger is about by itself, over what its rule is. */
export function aboutOf(part: Bound<TriggerDef>, name: 'player' | 'stream'): string | null {
  const own = optionsOf(part)[name]
  return typeof own === 'string' ? own : null
}

function optionsOf({ options }: Bound<TriggerDef>): Readonly<Record<string, unknown>> {
  return typeof options === 'object' && options !== null ? { ...options } : {}
}
