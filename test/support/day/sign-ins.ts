import { isJsonObject, type JsonObject } from '../../../src/core/json.ts'
import type { DayHouse } from './house.ts'

interface SignInsParts {
  readonly house: DayHouse
  /** Lets the day go on. */
  readonly pass: (ms: number) => Promise<void>
}

const longestTries = 30
const approvedMs = 15_000
const nextTryMs = 60_000
const patienceMs = 30_000
const stepMs = 1_000

/** The people of the house, who sign in to Yoto over REST with whatever is offered there. */
export class SignIns {
  readonly #house: DayHouse
  readonly #pass: SignInsParts['pass']
  /** How often somebody was signed in. */
  done = 0

  constructor({ house, pass }: SignInsParts) {
    this.#house = house
    this.#pass = pass
  }

  /** What the panel says of the account. */
  async state(): Promise<string> {
    return String((await this.#account()).state)
  }

  /** Somebody enters the code that is offered by then. */
  withCode(): Promise<void> {
    return this.#until(async () => {
      const { device } = await this.#account()
      if (!isJsonObject(device)) {
        await this.#house.panel.post('/account/sign-in')
        return
      }
      const { traps } = this.#house.cloud.signIn
      traps.deviceCode = 'approved'
      await this.#pass(approvedMs)
      traps.deviceCode = 'ignored'
    })
  }

  /** Somebody opens the page, and copies the address that the browser ended up at. */
  throughBrowser(): Promise<void> {
    return this.#until(async () => {
      const { browser } = await this.#account()
      if (!isJsonObject(browser)) return
      const address = await this.#meanwhile(this.#endOf(String(browser.url)))
      if (address !== null) await this.#meanwhile(this.#house.panel.post('/account/complete', { address }))
    })
  }

  /** Where a browser is sent to; null where it gets no answer. */
  async #endOf(url: string): Promise<string | null> {
    const { clock } = this.#house
    const patience = new AbortController()
    const cancel = clock.at(new Date(clock.now().getTime() + patienceMs), () => patience.abort())
    try {
      const { headers } = await fetch(url, { redirect: 'manual', signal: patience.signal })
      return headers.get('location')
    } catch {
      return null
    } finally {
      cancel()
    }
  }

  /** Lets the day go on until the work is done. */
  async #meanwhile<Result>(work: Promise<Result>): Promise<Result> {
    let isDone = false
    const done = () => {
      isDone = true
    }
    work.then(done, done)
    while (!isDone) await this.#pass(stepMs)
    return work
  }

  /** People try again where the network is away. */
  async #until(attempt: () => Promise<void>): Promise<void> {
    for (let tries = 0; tries < longestTries; tries++) {
      await attempt()
      if ((await this.state()) === 'signed_in') {
        this.done++
        return
      }
      await this.#pass(nextTryMs)
    }
    throw new Error(`nobody could sign in, though they tried ${longestTries} times`)
  }

  async #account(): Promise<JsonObject> {
    return (await this.#house.panel.get('/account')).body
  }
}
