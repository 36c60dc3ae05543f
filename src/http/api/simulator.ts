import { Type } from 'typebox'
import { AppError } from '../../core/error.ts'
import { type Route, route } from './route.ts'

/** A simulated player as somebody standing before it has it in hand. */
export interface HandsOn {
  readonly id: string
  insert(cardId: string): Promise<void>
  remove(): Promise<void>
  press(button: 'left' | 'right'): Promise<void>
  turn(knob: 'left' | 'right', steps: number): Promise<void>
  /** As somebody does with its knob, or with Yoto's app. */
  pause(): Promise<void>
  resume(): Promise<void>
  power(on: boolean): Promise<void>
}

export interface SimulatorHouse {
  simulatedPlayer(id: string): HandsOn | undefined
}

const closed = { additionalProperties: false }
const side = Type.Union([Type.Literal('left'), Type.Literal('right')])

export function simulatorRoutes(house: SimulatorHouse): Route[] {
  const hands = (id: string): HandsOn => {
    const player = house.simulatedPlayer(id)
    if (player === undefined)
      throw new AppError('not_found', `there is no simulated player "${id.slice(0, 80)}"`)
    return player
  }
  const done = async (act: Promise<void>) => {
    await act
    return { success: true }
  }
  return [
    route({
      method: 'post',
      path: '/simulator/players/{id}/insert',
      summary: 'Puts a card into a simulated player.',
      needs: 'house',
      body: Type.Object({ card_id: Type.String({ minLength: 1, maxLength: 100 }) }, closed),
      handle: ({ param, body }) => done(hands(param('id')).insert(body.card_id)),
    }),
    route({
      method: 'post',
      path: '/simulator/players/{id}/remove',
      summary: 'Takes the card out.',
      needs: 'house',
      body: Type.Object({}, closed),
      handle: ({ param }) => done(hands(param('id')).remove()),
    }),
    route({
      method: 'post',
      path: '/simulator/players/{id}/press',
      summary: 'Presses a knob.',
      needs: 'house',
      body: Type.Object({ button: side }, closed),
      handle: ({ param, body }) => done(hands(param('id')).press(body.button)),
    }),
    route({
      method: 'post',
      path: '/simulator/players/{id}/turn',
      summary: 'Turns a knob by so many steps; negative turns it back.',
      needs: 'house',
      body: Type.Object({ knob: side, steps: Type.Integer({ minimum: -16, maximum: 16 }) }, closed),
      handle: ({ param, body }) => done(hands(param('id')).turn(body.knob, body.steps)),
    }),
    route({
      method: 'post',
      path: '/simulator/players/{id}/pause',
      summary: 'Pauses it, as somebody does by hand.',
      needs: 'house',
      body: Type.Object({}, closed),
      handle: ({ param }) => done(hands(param('id')).pause()),
    }),
    route({
      method: 'post',
      path: '/simulator/players/{id}/resume',
      summary: 'Lets it go on where it was paused.',
      needs: 'house',
      body: Type.Object({}, closed),
      handle: ({ param }) => done(hands(param('id')).resume()),
    }),
    route({
      method: 'post',
      path: '/simulator/players/{id}/power',
      summary: 'Switches the player on or off.',
      needs: 'house',
      body: Type.Object({ on: Type.Boolean() }, closed),
      handle: ({ param, body }) => done(hands(param('id')).power(body.on)),
    }),
  ]
}
