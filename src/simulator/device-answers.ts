import type { JsonObject } from '../core/json.ts'
import type { Player } from './player.ts'
import { firmware, shadowStatus } from './status.ts'

/** An entry of `GET /device-v2/devices/mine`. */
export function deviceAnswer(player: Player): JsonObject {
  const { deviceType, deviceFamily, generation, formFactor } = player.spec
  return {
    deviceId: player.id,
    name: player.name,
    description: '',
    online: player.online,
    releaseChannel: 'general',
    deviceType,
    deviceFamily,
    deviceGroup: '',
    generation,
    formFactor,
    hasUserGivenName: true,
  }
}

/** `device` in the answer of `GET /device-v2/{id}/config`. */
export function configAnswer(player: Player): JsonObject {
  const { deviceType, deviceFamily } = player.spec
  return {
    deviceId: player.id,
    name: player.name,
    errorCode: null,
    fwVersion: firmware,
    popCode: '0000',
    releaseChannelId: 'general',
    releaseChannelVersion: firmware,
    activationPopCode: '0000',
    registrationCode: 'SIMULATED',
    deviceType,
    deviceFamily,
    deviceGroup: '',
    mac: '02:00:00:00:00:00',
    online: player.online,
    geoTimezone: 'Etc/UTC',
    getPosix: 'UTC0',
    status: shadowStatus(player.statusFacts(), player.id),
    config: player.settings,
    shortcuts: player.shortcuts,
  }
}
