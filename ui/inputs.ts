import type { Input } from '../src/core/input.ts'
import { segment } from './path.ts'
import { ask } from './request.ts'

export type { Input }

export async function fetchInputs(): Promise<readonly Input[]> {
  return (await ask<{ inputs: readonly Input[] }>('GET', 'inputs')).inputs
}

/** Resolves with the input as it is then. */
export async function setInput({ id }: Input, value: boolean | number | string): Promise<Input> {
  return (await ask<{ input: Input }>('PUT', `inputs/${segment(id)}`, { value })).input
}

export async function pressInput({ id }: Input): Promise<void> {
  await ask('POST', `inputs/${segment(id)}/press`)
}
