import { Type } from 'typebox'
import { bluetoothActions, bluetoothRoles, type Perform, type PlayerCommand } from '../../core/effect.ts'
import { AppError } from '../../core/error.ts'
import type { PlayerState } from '../../core/player.ts'
import { type Route, route } from './route.ts'

export interface PlayersHouse {
  players(): readonly PlayerState[]
  player(id: string): PlayerState | undefined
  readonly perform: Perform
}

const nothing = Type.Object({}, { additionalProperties: false })
const closed = { additionalProperties: false }
// `#rrggbb` or `off`.
const light = Type.String({ pattern: '^(#[0-9a-fA-F]{6}|off)$' })
const key = Type.String({ minLength: 1, maxLength: 200 })

export function playerRoutes(house: PlayersHouse): Route[] {
  return [...readRoutes(house), ...plainRoutes(house), ...valuedRoutes(house)]
}

/** @throws AppError `not_found`. */
export function existingPlayer(house: Pick<PlayersHouse, 'player'>, id: string): PlayerState {
  const player = house.player(id)
  if (player === undefined) throw new AppError('not_found', `there is no player "${id.slice(0, 80)}"`)
  return player
}

function readRoutes(house: PlayersHouse): Route[] {
  return [
    route({
      method: 'get',
      path: '/players',
      summary: 'All players with what they do now.',
      needs: 'house',
      handle: () => ({ players: house.players(), count: house.players().length }),
    }),
    route({
      method: 'get',
      path: '/players/{id}',
      summary: 'One player.',
      needs: 'house',
      handle: ({ param }) => existingPlayer(house, param('id')),
    }),
  ]
}

/** Commands that say all there is to say. */
function plainRoutes(house: PlayersHouse): Route[] {
  const plain = (word: string, type: 'play' | 'pause' | 'stop' | 'next' | 'previous', summary: string) =>
    route({
      method: 'post',
      path: `/players/{id}/${word}`,
      summary,
      needs: 'house',
      body: nothing,
      handle: ({ param }) => command(house, { player: param('id'), act: { type } }),
    })
  return [
    plain('play', 'play', 'Goes on with the card that is in the player.'),
    plain('resume', 'play', 'Goes on after a pause.'),
    plain('pause', 'pause', 'Pauses.'),
    plain('stop', 'stop', 'Stops the card.'),
    plain('next', 'next', 'Goes to the next track of the card.'),
    plain('previous', 'previous', 'Goes to the track before.'),
  ]
}

/** Commands that come with a value. */
function valuedRoutes(house: PlayersHouse): Route[] {
  return [
    seekRoute(house),
    volumeRoute(house),
    playCardRoute(house),
    sleepTimerRoute(house),
    ambientRoute(house),
    bluetoothRoute(house),
    pictureRoute(house),
    settingsRoute(house),
  ]
}

function seekRoute(house: PlayersHouse): Route {
  return route({
    method: 'post',
    path: '/players/{id}/seek',
    summary: 'Goes to a position of the current track, in seconds.',
    needs: 'house',
    body: Type.Object({ position_s: Type.Number({ minimum: 0 }) }, closed),
    handle: ({ param, body }) =>
      command(house, { player: param('id'), act: { type: 'seek', position_s: body.position_s } }),
  })
}

function volumeRoute(house: PlayersHouse): Route {
  return route({
    method: 'post',
    path: '/players/{id}/volume',
    summary: 'Sets the volume, in percent or in steps of 0 to 16; never above the limit of the player.',
    needs: 'house',
    body: Type.Object(
      {
        percent: Type.Optional(Type.Number({ minimum: 0, maximum: 100 })),
        step: Type.Optional(Type.Integer({ minimum: 0, maximum: 16 })),
      },
      { ...closed, minProperties: 1, maxProperties: 1 },
    ),
    handle: ({ param, body }) =>
      command(house, {
        player: param('id'),
        act:
          body.step === undefined
            ? { type: 'volume-percent', percent: body.percent ?? 0 }
            : { type: 'volume-step', step: body.step },
      }),
  })
}

function playCardRoute(house: PlayersHouse): Route {
  return route({
    method: 'post',
    path: '/players/{id}/play-card',
    summary: 'Starts a card on the player.',
    needs: 'house',
    body: Type.Object(
      {
        card_id: key,
        chapter_key: Type.Optional(key),
        track_key: Type.Optional(key),
        seconds_in: Type.Optional(Type.Number({ minimum: 0 })),
      },
      closed,
    ),
    handle: ({ param, body }) => command(house, { player: param('id'), act: { type: 'card', ...body } }),
  })
}

function sleepTimerRoute(house: PlayersHouse): Route {
  return route({
    method: 'post',
    path: '/players/{id}/sleep-timer',
    summary:
      'Stops the player after so many seconds, or at the end of its track or chapter; 0 ends the timer.',
    needs: 'house',
    body: Type.Object(
      {
        seconds: Type.Optional(Type.Integer({ minimum: 0, maximum: 86_400 })),
        until: Type.Optional(Type.Union([Type.Literal('track'), Type.Literal('chapter')])),
      },
      { ...closed, minProperties: 1, maxProperties: 1 },
    ),
    handle: ({ param, body: { seconds = 0, until } }) =>
      command(house, {
        player: param('id'),
        act: until === undefined ? { type: 'sleep-timer', seconds } : { type: 'sleep-timer', until },
      }),
  })
}

function ambientRoute(house: PlayersHouse): Route {
  return route({
    method: 'post',
    path: '/players/{id}/ambient',
    summary: 'Sets the light of the player now, as "#rrggbb" or "off".',
    needs: 'house',
    body: Type.Object({ light }, closed),
    handle: ({ param, body }) =>
      command(house, { player: param('id'), act: { type: 'nightlight', light: body.light.toLowerCase() } }),
  })
}

function bluetoothRoute(house: PlayersHouse): Route {
  const role = Type.Union(bluetoothRoles.map((word) => Type.Literal(word)))
  return route({
    method: 'post',
    path: '/players/{id}/bluetooth',
    summary:
      'Switches the Bluetooth of the player; "on" as the source of a loudspeaker or as a speaker itself, with a chosen other side or any.',
    needs: 'house',
    body: Type.Object(
      {
        action: Type.Union(bluetoothActions.map((word) => Type.Literal(word))),
        role: Type.Optional(role),
        name: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
        mac: Type.Optional(Type.String({ pattern: '^([0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}$' })),
      },
      closed,
    ),
    handle: ({ param, body }) => command(house, { player: param('id'), act: { type: 'bluetooth', ...body } }),
  })
}

function pictureRoute(house: PlayersHouse): Route {
  return route({
    method: 'post',
    path: '/players/{id}/picture',
    summary: 'Shows an icon on the player for some seconds; `uri` is its path, as Yoto has it.',
    needs: 'house',
    body: Type.Object(
      {
        uri: Type.String({ minLength: 1, maxLength: 1000 }),
        seconds: Type.Optional(Type.Integer({ minimum: 1, maximum: 3600 })),
        animated: Type.Optional(Type.Boolean()),
      },
      closed,
    ),
    handle: ({ param, body }) => command(house, { player: param('id'), act: { type: 'picture', ...body } }),
  })
}

function settingsRoute(house: PlayersHouse): Route {
  const step = Type.Integer({ minimum: 0, maximum: 16 })
  return route({
    method: 'put',
    path: '/players/{id}/settings',
    summary:
      'Changes volume limits and lights of day and night; those that are not named stay. A player that is off has them when it is back.',
    needs: 'house',
    body: Type.Object(
      {
        volume_max_step_day: Type.Optional(step),
        volume_max_step_night: Type.Optional(step),
        ambient_day: Type.Optional(light),
        ambient_night: Type.Optional(light),
      },
      { ...closed, minProperties: 1 },
    ),
    handle: ({ param, body }) =>
      command(house, { player: param('id'), act: { type: 'settings', settings: body } }),
  })
}

async function command(house: PlayersHouse, { player, act }: { player: string; act: PlayerCommand }) {
  const { id } = existingPlayer(house, player)
  await house.perform({ kind: 'command', player: id, command: act }, 'REST')
  return { success: true, player: existingPlayer(house, id) }
}
