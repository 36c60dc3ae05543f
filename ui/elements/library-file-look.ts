import { css } from 'lit'

export const libraryFileLook = css`
  dialog.box {
    width: min(40rem, calc(100vw - 2rem));
  }
  dialog > header {
    display: flex;
    align-items: center;
    gap: 0.75rem;
    padding: 0.75rem 0.75rem 0.75rem 1.25rem;
    border-bottom: 1px solid var(--line);
  }
  .heart[aria-pressed='true'] {
    color: var(--accent);
  }
  header h3 {
    flex: 1;
    min-width: 0;
  }
  .top {
    display: flex;
    flex-wrap: wrap;
    gap: 1rem 1.25rem;
  }
  .top img {
    border-radius: 12px;
    object-fit: cover;
    background: var(--sunken);
  }
  .top .what {
    flex: 1 1 15rem;
    min-width: 0;
    display: grid;
    gap: 0.5rem;
    align-content: start;
  }
  dl {
    display: grid;
    grid-template-columns: minmax(6.5rem, auto) minmax(0, 1fr);
    gap: 0.3rem 1rem;
    margin: 0;
    font-size: 0.9375rem;
  }
  dt {
    color: var(--muted);
  }
  dd {
    margin: 0;
    overflow-wrap: anywhere;
  }
  .reason {
    color: var(--bad);
    overflow-wrap: anywhere;
  }
  .warnings {
    display: grid;
    gap: 0.4rem;
    padding: 0.65rem 0.85rem;
    border: 1px solid var(--warn-line);
    border-radius: 12px;
    background: var(--warn-surface);
    color: var(--warn-text);
  }
  .warnings li {
    display: flex;
    gap: 0.6rem;
  }
  .warnings svg {
    margin-top: 3px;
  }
  details {
    border: 1px solid var(--line);
    border-radius: 12px;
  }
  summary {
    display: flex;
    align-items: center;
    min-height: 44px;
    padding: 0 0.9rem;
    border-radius: 12px;
    font-weight: 600;
    cursor: pointer;
  }
  summary::before {
    content: '';
    width: 0.5rem;
    height: 0.5rem;
    margin-inline: 0.15rem 0.75rem;
    border: solid currentColor;
    border-width: 0 2px 2px 0;
    transform: rotate(-45deg);
  }
  details[open] summary::before {
    transform: rotate(45deg);
  }
  details ol {
    max-height: 16rem;
    padding: 0 0.9rem 0.6rem;
    overflow-y: auto;
  }
  details li {
    display: grid;
    grid-template-columns: 2rem minmax(0, 1fr) auto auto;
    align-items: center;
    gap: 0.5rem;
    padding: 0.15rem 0;
    border-top: 1px solid var(--line);
    overflow-wrap: anywhere;
  }
  .place,
  time {
    color: var(--muted);
    font-variant-numeric: tabular-nums;
  }
  h4 {
    margin: 0 0 0.25rem;
    font-size: 0.9375rem;
  }
  .users {
    display: flex;
    flex-wrap: wrap;
    gap: 0.35rem;
  }
  .users li {
    padding: 0.1rem 0.65rem;
    border-radius: 999px;
    background: var(--sunken);
    font-size: 0.875rem;
    overflow-wrap: anywhere;
  }
  .deeds {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: space-between;
    gap: 0.75rem;
  }
  dialog.box form.add {
    display: flex;
    flex: 1 1 16rem;
    flex-flow: row wrap;
    min-width: 0;
    gap: 0.5rem;
  }
  .add select {
    flex: 1 1 6rem;
    min-width: 0;
    max-width: 100%;
    text-overflow: ellipsis;
    min-height: 44px;
    padding: 0 0.75rem;
    border: 1px solid var(--muted);
    border-radius: 12px;
    background: var(--surface);
    color: var(--text);
    font: inherit;
  }
  .delete {
    color: var(--bad);
  }
`
