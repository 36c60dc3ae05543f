import { Type } from 'typebox'
import type { Perform } from '../../core/effect.ts'
import { AppError } from '../../core/error.ts'
import { fittingInput, type Input } from '../../core/input.ts'
import { type Route, route } from './route.ts'

/** What the calls of inputs need of the house. */
export interface InputsHouse {
  /** In the order of the rule files. */
  inputs(): readonly Input[]
  input(id: string): Input | undefined
  perform: Perform
}

const because = 'REST'

export function inputRoutes(house: InputsHouse): Route[] {
  return [listRoute(house), setRoute(house)]
}

function listRoute(house: InputsHouse): Route {
  return route({
    method: 'get',
    path: '/inputs',
    summary: 'The inputs of the rule files: switches, selects and numbers, with their values.',
    needs: 'house',
    handle() {
      const inputs = house.inputs()
      return { inputs, count: inputs.length }
    },
  })
}

function setRoute(house: InputsHouse): Route {
  return route({
    method: 'put',
    path: '/inputs/{id}',
    summary:
      'Sets an input: a switch to true or false, a select to one of its options, a number to one within its bounds. Rules hear of it.',
    needs: 'house',
    body: Type.Object(
      { value: Type.Union([Type.Boolean(), Type.Number(), Type.String({ maxLength: 200 })]) },
      { additionalProperties: false },
    ),
    async handle({ body, param }) {
      const id = param('id')
      const value = fittingInput(existingInput(house, id), body.value)
      await house.perform({ kind: 'set-input', name: id, value }, because)
      return { success: true, message: `input "${id}" is ${value}`, input: existingInput(house, id) }
    },
  })
}

function existingInput(house: InputsHouse, id: string): Input {
  const input = house.input(id)
  if (input === undefined) throw new AppError('not_found', `there is no input "${id.slice(0, 80)}"`)
  return input
}
