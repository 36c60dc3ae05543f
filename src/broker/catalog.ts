import { battery } from './entities/battery.ts'
import { bluetooth } from './entities/bluetooth.ts'
import { bridgeAccount } from './entities/bridge-account.ts'
import { bridgeCloud } from './entities/bridge-cloud.ts'
import { bridgeConnection } from './entities/bridge-connection.ts'
import { bridgeCounts } from './entities/bridge-count.ts'
import { bridgeProblems } from './entities/bridge-problems.ts'
import { bridgeRequests } from './entities/bridge-request.ts'
import { bridgeVersion } from './entities/bridge-version.ts'
import { button } from './entities/button.ts'
import { buttonTriggers } from './entities/button-trigger.ts'
import { cardInserted } from './entities/card-inserted.ts'
import { cardKeys } from './entities/card-key.ts'
import { charging } from './entities/charging.ts'
import { connectivity } from './entities/connectivity.ts'
import { cover } from './entities/cover.ts'
import { dayMode } from './entities/day-mode.ts'
import { duration } from './entities/duration.ts'
import { eventTriggers } from './entities/event-trigger.ts'
import { firmware } from './entities/firmware.ts'
import { freeSpace } from './entities/free-space.ts'
import { headphones } from './entities/headphones.ts'
import { inputs } from './entities/input.ts'
import { lastSeen } from './entities/last-seen.ts'
import { lights } from './entities/light.ts'
import { lightSensor } from './entities/light-sensor.ts'
import { playCard } from './entities/play-card.ts'
import { playback } from './entities/playback.ts'
import { playerEvents } from './entities/player-event.ts'
import { position } from './entities/position.ts'
import { powerSource } from './entities/power-source.ts'
import { reboot } from './entities/reboot.ts'
import { refresh } from './entities/refresh.ts'
import { restartCard } from './entities/restart-card.ts'
import { sleepTimer } from './entities/sleep-timer.ts'
import { source } from './entities/source.ts'
import { streamButton } from './entities/stream-button.ts'
import { streamClosed } from './entities/stream-closed.ts'
import { streamControls } from './entities/stream-control.ts'
import { streamNowPlaying } from './entities/stream-now-playing.ts'
import { streamPlaylist } from './entities/stream-playlist.ts'
import { streamWhy } from './entities/stream-why.ts'
import { streaming } from './entities/streaming.ts'
import { temperature } from './entities/temperature.ts'
import { titles } from './entities/title.ts'
import { transport } from './entities/transport.ts'
import { volume } from './entities/volume.ts'
import { volumeCaps } from './entities/volume-cap.ts'
import { volumeLimit } from './entities/volume-limit.ts'
import { wifi } from './entities/wifi.ts'
import type { BridgeEntity, InputEntity, PlayerEntity, StreamEntity } from './entity.ts'

/** The entities of every player, in the order people meet them. */
export const playerEntities: readonly PlayerEntity[] = [
  playback,
  ...titles,
  cover,
  volume,
  ...transport,
  restartCard,
  playCard,
  cardInserted,
  position,
  duration,
  ...sleepTimer,
  ...lights,
  button,
  ...playerEvents,
  ...buttonTriggers,
  ...eventTriggers,
  ...volumeCaps,
  volumeLimit,
  battery,
  charging,
  powerSource,
  temperature,
  lightSensor,
  wifi,
  connectivity,
  lastSeen,
  dayMode,
  headphones,
  bluetooth,
  ...cardKeys,
  source,
  streaming,
  freeSpace,
  firmware,
  refresh,
  reboot,
]

/** The entities of the product itself. */
export const bridgeEntities: readonly BridgeEntity[] = [
  bridgeConnection,
  bridgeCloud,
  bridgeAccount,
  bridgeProblems,
  ...bridgeCounts,
  bridgeVersion,
  ...bridgeRequests,
]

/** The entities of every stream, on the device of the product. */
export const streamEntities: readonly StreamEntity[] = [
  streamPlaylist,
  streamNowPlaying,
  streamWhy,
  streamClosed,
  ...streamControls,
  streamButton,
]

/** Of every input the one that is meant for its type, on the device of the product. */
export const inputEntities: readonly InputEntity[] = inputs
