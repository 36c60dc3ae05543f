import { css } from 'lit'

/** What forms and dialogs of the panel share. */
export const formLook = css`
  form {
    display: grid;
    gap: 1.1rem;
  }
  form a {
    color: var(--accent);
  }
  .field {
    display: grid;
    gap: 0.35rem;
    min-width: 0;
  }
  .field > label,
  legend {
    font-weight: 600;
  }
  .field input,
  .field textarea {
    width: 100%;
    min-width: 0;
    min-height: 48px;
    padding: 0 0.9rem;
    border: 1px solid var(--muted);
    border-radius: 12px;
    background: var(--surface);
    color: var(--text);
    font: inherit;
  }
  .field input[aria-invalid='true'] {
    border-color: var(--bad);
    box-shadow: inset 0 0 0 1px var(--bad);
  }
  .beside {
    display: grid;
    grid-template-columns: minmax(0, 1fr) 48px;
    gap: 0.5rem;
  }
  .beside > button {
    width: 48px;
    min-height: 48px;
    padding: 0;
  }
  fieldset {
    min-width: 0;
    margin: 0;
    padding: 0;
    border: 0;
    display: grid;
    gap: 0.25rem;
  }
  legend {
    padding: 0;
    margin-bottom: 0.25rem;
  }
  .choice {
    display: grid;
    grid-template-columns: auto minmax(0, 1fr);
    align-items: center;
    gap: 0.75rem;
    min-height: 44px;
    padding: 0.3rem 0.5rem;
    border-radius: 10px;
    line-height: 1.35;
    cursor: pointer;
    overflow-wrap: anywhere;
  }
  .choice:hover {
    background: var(--sunken);
  }
  .choice input {
    width: 20px;
    height: 20px;
    margin: 0;
    accent-color: var(--accent);
  }
  .choice > span {
    display: grid;
  }
  /* One that says nothing takes no room, and stays to be heard when it does. */
  [role='alert']:empty,
  [role='status']:empty {
    position: absolute;
  }
  .acts {
    display: flex;
    flex-wrap: wrap;
    gap: 0.75rem;
  }
  .wrong {
    padding: 0.65rem 0.85rem;
    border: 1px solid var(--warn-line);
    border-radius: 12px;
    background: var(--warn-surface);
    color: var(--warn-text);
    font-variant-numeric: tabular-nums;
    overflow-wrap: anywhere;
  }
  .done {
    display: flex;
    gap: 0.6rem;
    padding: 0.65rem 0.85rem;
    border: 1px solid var(--line);
    border-radius: 12px;
    background: var(--surface);
    overflow-wrap: anywhere;
  }
  .done svg {
    margin-top: 2px;
    color: var(--good);
  }
  /* Stands at the end of its page, and before the eyes where that is further down. */
  .said {
    position: sticky;
    bottom: 1rem;
    justify-self: center;
  }
  .said .done {
    box-shadow: var(--shadow);
  }
  button.grave {
    border-color: transparent;
    background: var(--bad);
    color: var(--surface);
  }
  button.grave:hover:not(:disabled) {
    background: var(--bad);
    filter: brightness(1.08);
  }
  dialog.box {
    width: min(34rem, calc(100vw - 2rem));
    max-height: calc(100dvh - 2rem);
    padding: 0;
    border: 1px solid var(--line);
    border-radius: var(--radius);
    background: var(--surface);
    color: var(--text);
    box-shadow: 0 12px 48px rgb(0 0 0 / 30%);
  }
  dialog.box[open],
  dialog.box form {
    display: flex;
    flex-direction: column;
    gap: 0;
    min-height: 0;
  }
  /* Only what is asked scrolls: why it was refused and what to press stay before the eyes. */
  dialog.box .body {
    display: grid;
    gap: 1.1rem;
    min-height: 0;
    padding: 1.25rem;
    overflow-y: auto;
  }
  /* No wider than the dialog, however long what there is to choose from. */
  dialog.box footer {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 0.75rem;
    padding: 0.75rem 1.25rem;
    border-top: 1px solid var(--line);
  }
  dialog.box::backdrop {
    background: rgb(10 10 15 / 55%);
  }
  dialog.box h3 {
    font-size: 1.15rem;
    line-height: 1.3;
    overflow-wrap: anywhere;
  }
  dialog.box .acts {
    justify-content: flex-end;
  }
  @media (max-width: 480px) {
    dialog.box .acts button {
      flex: 1 1 auto;
      padding-block: 0.35rem;
      overflow-wrap: anywhere;
    }
  }
`
