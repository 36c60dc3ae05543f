import { css } from 'lit'

/** What all elements share: buttons, focus, quiet text. */
export const shared = css`
  :host {
    display: block;
  }
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  h2,
  h3,
  p,
  ul,
  ol {
    margin: 0;
    padding: 0;
  }
  ul,
  ol {
    list-style: none;
  }
  .card {
    background: var(--surface);
    border: 1px solid var(--line);
    border-radius: var(--radius);
    box-shadow: var(--shadow);
  }
  .quiet {
    color: var(--muted);
    font-size: 0.875rem;
  }
  .cut {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .hidden {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  button,
  a.button {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 0.5rem;
    min-height: 44px;
    padding: 0 1rem;
    border: 1px solid var(--line);
    border-radius: 12px;
    background: var(--surface);
    color: var(--text);
    font: inherit;
    font-weight: 500;
    text-decoration: none;
    cursor: pointer;
    touch-action: manipulation;
  }
  button:hover:not(:disabled),
  a.button:hover {
    background: var(--sunken);
  }
  button:disabled,
  button[aria-disabled='true'] {
    opacity: 0.4;
    cursor: default;
  }
  button.main,
  a.button.main {
    border-color: transparent;
    background: var(--accent);
    color: var(--on-accent);
  }
  button.main:hover:not(:disabled),
  a.button.main:hover {
    background: var(--accent);
    filter: brightness(1.08);
  }
  button.icon {
    width: 44px;
    padding: 0;
    flex: none;
  }
  button.bare {
    border-color: transparent;
    background: transparent;
  }
  button.bare:hover:not(:disabled) {
    background: var(--sunken);
  }
  :focus-visible {
    outline: 3px solid var(--focus);
    outline-offset: 2px;
  }
  svg {
    display: block;
    flex: none;
  }
`
