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
  return [listRoute(house), setRoute(house), pressRoute(house)]
}

function listRoute(house: InputsHouse): Route {
  return route({
    method: 'get',
    path: '/inputs',
    summary:
      'The inputs of the rule files: switches, selects and numbers with their values, and buttons, whose value is null.',
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
      const input = existingInput(house, id)
      if (input.type === 'button')
        throw new AppError(
          'unprocessable',
          `input "${id}" is a button: press it with POST /api/inputs/${id}/press`,
        )
      const value = fittingInput(input, body.value)
      await house.perform({ kind: 'set-input', name: id, value }, because)
      return { success: true, message: `input "${id}" is ${value}`, input: existingInput(house, id) }
    },
  })
}

function pressRoute(house: InputsHouse): Route {
  return route({
    method: 'post',
    path: '/inputs/{id}/press',
    summary: 'Presses an input of the type button. Rules hear of it.',
    needs: 'house',
    async handle({ param }) {
      const id = param('id')
      const input = existingInput(house, id)
      if (input.type !== 'button')
        throw new AppError(
          'unprocessable',
          `input "${id}" is a ${input.type}: set it with PUT /api/inputs/${id}`,
        )
      await house.perform({ kind: 'set-input', name: id, value: true }, because)
      return { success: true, message: `input "${id}" was pressed`, input }
    },
  })
}

function existingInput(house: InputsHouse, id: string): Input {
  const input = house.input(id)
  if (input === undefined) throw new AppError('not_found', `there is no input "${id.slice(0, 80)}"`)
  return input
}
