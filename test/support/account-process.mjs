// A household's account in a process of its own, over a real store, to be killed. Run with node, on compiled code:
//   account-process.mjs <compiled folder> <data folder> <sign-in server> <client id>
// It renews as fast as it can, and uses each token it is given.
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const [, , compiled, folder, authUrl, clientId] = process.argv
const load = (path) => import(pathToFileURL(join(compiled, path)).href)
const { openStorage } = await load('storage/storage.js')
const { Account } = await load('yoto/account.js')
const { systemClock } = await load('core/clock.js')

const say = (line) => process.stdout.write(`${line}\n`)
const quiet = () => undefined
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet, for: () => log }
const storage = await openStorage({ url: 'sqlite', folder, log })
// A token that was renewed less than a minute ago is not renewed, and no test waits for that minute.
let aheadMs = 0
const account = new Account({
  authUrl,
  clientId,
  redirectUri: null,
  tokens: storage.collection('yoto-account'),
  hide: quiet,
  clock: { ...systemClock, now: () => new Date(Date.now() + aheadMs) },
  log,
})
account.onChange((state) => say(`state ${state}`))
await account.start()
setInterval(quiet, 1000)

const use = (token) => fetch(`${authUrl}/used`, { headers: { authorization: `Bearer ${token}` } })
for (let token; ; ) {
  try {
    token = await account.accessToken(token)
    await use(token)
    say('used')
    aheadMs += 60_000
  } catch (error) {
    say(`failed ${error.message}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
