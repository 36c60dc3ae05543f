import { isUtf8 } from 'node:buffer'
import type { IPublishPacket } from 'mqtt'
import { expect } from 'vitest'
import type { House, Tokens } from './support/house.ts'
import { testTraps, tokenLifeSeconds } from './support/trap-table.ts'

// Those of the cloud and of its sign-in; those of a player are in player-traps.test.ts.
testTraps([
  {
    name: 'refusesEndedToken: on connect',
    on: {},
    off: { traps: { refusesEndedToken: false } },
    seen: connectionWithEndedToken,
    expected: { on: 'Connection refused: Not authorized', off: 'open' },
  },
  {
    name: 'closesWithToken: a connection that stands',
    on: {},
    off: { traps: { closesWithToken: false } },
    seen: connectionOutlivingItsToken,
    expected: { on: 'closed', off: 'open' },
  },
  {
    name: 'singleUseRefreshTokens: the first use brings another, the second is refused',
    on: {},
    off: { signIn: { singleUseRefreshTokens: false } },
    seen: twoUsesOfOneRefreshToken,
    expected: { on: ['200 and another', '403 and none'], off: ['200 and none', '200 and none'] },
  },
  {
    name: 'kicksSameClientId: the older connection',
    on: {},
    off: { traps: { kicksSameClientId: false } },
    seen: twoConnectionsOfOneId,
    expected: { on: ['closed', 'open'], off: ['open', 'open'] },
  },
  {
    name: 'closesOnWildcard: the connection that asked',
    on: {},
    off: { traps: { closesOnWildcard: false } },
    seen: wildcardSubscription,
    expected: { on: 'closed', off: 'open and refused' },
  },
  {
    name: 'garbledEvery: messages that are not UTF-8',
    on: { traps: { garbledEvery: 3 } },
    off: {},
    seen: async (house) => (await eightAnswers(house)).some(({ payload }) => !isUtf8(Buffer.from(payload))),
    expected: { on: true, off: false },
  },
  {
    name: 'repeatedEvery: messages that come again, after the next and marked',
    on: { traps: { repeatedEvery: 5 } },
    off: {},
    seen: repetitions,
    expected: { on: ['the one before last'], off: [] },
  },
  {
    name: 'replacesConfig: what a write does not name falls back to its default',
    on: {},
    off: { traps: { replacesConfig: false } },
    seen: twoConfigWrites,
    expected: {
      on: { maxVolumeLimit: '16', dayTime: '08:00' },
      off: { maxVolumeLimit: '5', dayTime: '08:00' },
    },
  },
])

async function connectionWithEndedToken(house: House): Promise<string> {
  const { access_token } = await house.signIn()
  await house.clock.advance(tokenLifeSeconds * 1_000)
  try {
    const client = await house.connect({ password: access_token })
    await house.clock.advance(1_000)
    return await house.fateOf(client)
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

async function connectionOutlivingItsToken(house: House): Promise<string> {
  const client = await house.connect()
  await house.clock.advance((tokenLifeSeconds - 60) * 1_000)
  expect(await house.fateOf(client)).toBe('open')
  await house.clock.advance(60_000)
  return house.fateOf(client)
}

async function twoUsesOfOneRefreshToken(house: House): Promise<string[]> {
  const { refresh_token } = await house.signIn()
  const audience = 'https://api.yotoplay.com'
  const form = { client_id: house.cloud.clientId, audience, grant_type: 'refresh_token', refresh_token }
  const use = async () => {
    const answer = await house.post('/oauth/token', form)
    const { refresh_token: next = 'none' } = (await answer.json()) as Partial<Tokens>
    return `${answer.status} and ${[refresh_token, 'none'].includes(next) ? next : 'another'}`
  }
  return [await use(), await use()]
}

async function twoConnectionsOfOneId(house: House): Promise<string[]> {
  const older = await house.connect({ clientId: 'SAMPLE1' })
  const newer = await house.connect({ clientId: 'SAMPLE1' })
  return [await house.fateOf(older), await house.fateOf(newer)]
}

async function wildcardSubscription(house: House): Promise<string> {
  const client = await house.connect()
  let refusal = ''
  client.subscribe('device/+/presence', (error) => {
    if (error !== null) refusal = ' and refused'
  })
  const fate = await house.fateOf(client)
  return fate === 'closed' ? fate : fate + refusal
}

async function eightAnswers(house: House): Promise<IPublishPacket[]> {
  const client = await house.connect()
  const heard: IPublishPacket[] = []
  client.on('message', (_topic, _payload, packet) => heard.push(packet))
  await client.subscribeAsync(`device/${house.player().id}/response`, { qos: 1 })
  for (let volume = 1; volume <= 8; volume++) {
    const body = JSON.stringify({ volume })
    await client.publishAsync(`device/${house.player().id}/command/volume/set`, body, { qos: 1 })
  }
  await house.until(() => heard.some(({ payload }) => String(payload).includes('8}')))
  return heard
}

async function repetitions(house: House): Promise<unknown[]> {
  const heard = await eightAnswers(house)
  return heard.flatMap(({ dup, payload }, at) => {
    if (!dup) return []
    const before = heard[at - 2]
    return [before?.dup === false && String(before.payload) === String(payload) ? 'the one before last' : at]
  })
}

async function twoConfigWrites(house: House): Promise<unknown> {
  const path = `/device-v2/${house.player().id}/config`
  for (const config of [{ maxVolumeLimit: '5' }, { dayTime: '08:00' }])
    expect((await house.api('PUT', path, { config })).status).toBe(200)
  const { maxVolumeLimit, dayTime } = (await house.api('GET', path)).body.device.config
  return { maxVolumeLimit, dayTime }
}
