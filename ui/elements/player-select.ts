import { html, nothing } from 'lit'
import type { SeenPlayer } from '../store.ts'
import type { Say } from '../text.ts'

/** A field `player`; the first that is there is chosen. `byHand`: what it says where no player is told anything. */
export function playerSelect(players: readonly SeenPlayer[], { say, byHand }: { say: Say; byHand?: string }) {
  const chosen = players.find(({ state }) => state.online)?.state.id ?? ''
  return html`<div class="field">
    <label for="player">${say('steps.who-plays')}</label>
    <select id="player" name="player">
      ${players.map(
        ({ state: { id, name, online } }) =>
          html`<option value=${id} ?selected=${id === chosen}>
            ${online ? name : say('steps.player-offline', { name })}
          </option>`,
      )}
      ${byHand === undefined ? nothing : html`<option value="" ?selected=${chosen === ''}>${byHand}</option>`}
    </select>
  </div>`
}
