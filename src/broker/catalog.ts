import { battery } from './entities/battery.ts'
import { bridgeCloud } from './entities/bridge-cloud.ts'
import { bridgeConnection } from './entities/bridge-connection.ts'
import { bridgeProblems } from './entities/bridge-problems.ts'
import { bridgeVersion } from './entities/bridge-version.ts'
import { button } from './entities/button.ts'
import { buttonTriggers } from './entities/button-trigger.ts'
import { connectivity } from './entities/connectivity.ts'
import { playback } from './entities/playback.ts'
import { reboot } from './entities/reboot.ts'
import { titles } from './entities/title.ts'
import { transport } from './entities/transport.ts'
import { volume } from './entities/volume.ts'
import type { BridgeEntity, PlayerEntity } from './entity.ts'

/** The entities of every player, in the order people meet them. */
export const playerEntities: readonly PlayerEntity[] = [
  playback,
  ...titles,
  volume,
  ...transport,
  button,
  ...buttonTriggers,
  battery,
  connectivity,
  reboot,
]

/** The entities of the product itself. */
export const bridgeEntities: readonly BridgeEntity[] = [
  bridgeConnection,
  bridgeCloud,
  bridgeProblems,
  bridgeVersion,
]
