/**
 * What is wrong now and needs a person, each thing under a name of its own so that it can be mended.
 *
 * The names are published beside the words, and never change once released:
 * - `account`: nobody is signed in to Yoto, or the sign-in will not last.
 * - `connection`: the cloud does not answer. `players`: it does not say which players there are.
 * - `second_instance`: another product uses our topics on the MQTT broker.
 * - `message_size`: the MQTT broker does not take a message as large as we have one for it.
 * - `rules/<file>`: a rule file does not run as it is written, or a folder of them cannot be read.
 * - `rule/<id>/rests`: a rule was started too often, and is left alone for ten minutes.
 * - `card/<card id>/<what>`: `distrusted` (requests are no presses any more), `outdated` (the account has not taken it
 *   as it is now), `copies` (other cards may carry its old key), `silent` (presses are not counted).
 * - `outdated_cards`: something that is written on published cards is otherwise by now; publishing them takes that up.
 * - `store`: the last write to the data folder has failed, such as for a full disk. The next that succeeds mends it.
 * - `secrets`: the same of the sign-in to Yoto, which has a store of its own.
 * - `config_folder`: the rules lie in the container, and are lost with it.
 * - `plugin/<file>`: a plug-in is left out, or was stopped because it failed too often.
 * - `public_url`: cards that play from here are not published, because players cannot use the address.
 * - `media_port`: nothing leads from the machine to our audio, as Home Assistant's Supervisor says.
 * - `address_check`: a test card could not be deleted.
 * - `stream/<name>/copies`: other cards may carry the old address of the stream.
 * - `speech`: what stories have no file for cannot be said.
 * - `rule_player/<name>`: rules name a player, and none is called so.
 * - `playlist/<name>`: a schedule or a rule plays a playlist in which there is nothing to hear.
 * - `answers/<stream>`: something answers in its place by what the rule files no longer have.
 */
export class Problems {
  readonly #texts = new Map<string, string>()
  readonly #listeners = new Set<() => void>()
  readonly #redact: (text: string) => string

  /** `redact` takes secrets out of what is said. */
  constructor(redact: (text: string) => string = (text) => text) {
    this.#redact = redact
  }

  /** Calls `changed` after each change of the list. */
  onChange(changed: () => void): void {
    this.#listeners.add(changed)
  }

  /** Says what is wrong under this name, or with null that nothing is any more. */
  set(given: string, words: string | null): void {
    const name = withoutBlanks(given)
    const text = words === null ? null : this.#redact(words)
    if ((this.#texts.get(name) ?? null) === text) return
    if (text === null) this.#texts.delete(name)
    else this.#texts.set(name, text)
    for (const changed of this.#listeners) changed()
  }

  list(): string[] {
    return [...this.#texts.values()]
  }

  /** The names of what is listed, in the same order. Blanks in the name of a file stand as `%20`. */
  names(): string[] {
    return [...this.#texts.keys()].map(this.#redact)
  }
}

function withoutBlanks(name: string): string {
  return name.replaceAll(/[%\s\p{Cc}]/gu, encodeURIComponent)
}
