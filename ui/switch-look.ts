import { css } from 'lit'

/** A switch with a word beside it that says how it stands. */
export const switchLook = css`
  label.switch {
    display: inline-flex;
    align-items: center;
    gap: 0.6rem;
    min-height: 44px;
    cursor: pointer;
  }
  .switch input {
    appearance: none;
    flex: none;
    position: relative;
    width: 46px;
    height: 26px;
    margin: 0;
    border: 2px solid var(--muted);
    border-radius: 999px;
    background: var(--surface);
    cursor: pointer;
  }
  .switch input::before {
    content: "";
    position: absolute;
    inset-block: 3px;
    inset-inline-start: 3px;
    width: 16px;
    border-radius: 50%;
    background: var(--muted);
  }
  .switch input:checked {
    border-color: var(--accent);
    background: var(--accent);
  }
  .switch input:checked::before {
    inset-inline-start: 23px;
    background: var(--on-accent);
  }
  .switch > span {
    min-width: 2.2rem;
  }
`
