import { clearStream, deleteStream, moveInStream, removeFromStream, setUpStream } from './change-stream.ts'
import { diagnostics } from './diagnostics.ts'
import { appendToStream, insertNextInStream, replaceStream } from './fill-stream.ts'
import { info } from './info.ts'
import { publishDiscovery } from './publish-discovery.ts'
import { refreshPlayers } from './refresh-players.ts'
import { reloadRules } from './reload-rules.ts'
import type { RequestDef } from './request.ts'
import { restart } from './restart.ts'
import { signIn } from './sign-in.ts'
import { streamQueue } from './stream-queue.ts'

/** Everything that can be asked under `<base>/bridge/request/`, in reading order. */
export const requests: Readonly<Record<string, RequestDef>> = {
  info,
  'players/refresh': refreshPlayers,
  'stream/queue': streamQueue,
  'stream/append': appendToStream,
  'stream/insert_next': insertNextInStream,
  'stream/replace': replaceStream,
  'stream/remove': removeFromStream,
  'stream/move': moveInStream,
  'stream/clear': clearStream,
  'stream/settings': setUpStream,
  'stream/delete': deleteStream,
  'discovery/publish': publishDiscovery,
  'account/sign_in': signIn,
  'reload-rules': reloadRules,
  diagnostics,
  restart,
}
