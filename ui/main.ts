import { Battery } from './elements/battery.ts'
import { LibraryPicker } from './elements/library-picker.ts'
import { Notices } from './elements/notices.ts'
import { Panel } from './elements/panel.ts'
import { Player } from './elements/player.ts'
import { Position } from './elements/position.ts'
import { Preview } from './elements/preview.ts'
import { QueueList } from './elements/queue-list.ts'
import { SimulatedPlayer } from './elements/simulated-player.ts'
import { Stream } from './elements/stream.ts'
import { Volume } from './elements/volume.ts'
import { followTheme } from './theme.ts'

followTheme()

const elements = {
  'yoto-battery': Battery,
  'yoto-library-picker': LibraryPicker,
  'yoto-notices': Notices,
  'yoto-player': Player,
  'yoto-position': Position,
  'yoto-preview': Preview,
  'yoto-queue': QueueList,
  'yoto-simulated-player': SimulatedPlayer,
  'yoto-stream': Stream,
  'yoto-volume': Volume,
  // Last, because it draws with the others.
  'yoto-panel': Panel,
}

for (const [name, element] of Object.entries(elements)) customElements.define(name, element)
