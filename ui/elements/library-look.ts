import { css } from 'lit'

export const libraryLook = css`
  :host {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 1rem;
  }
  .filters {
    display: grid;
    grid-template-columns: minmax(12rem, 1fr);
    grid-auto-columns: minmax(9rem, 13rem);
    grid-auto-flow: column;
    gap: 0.75rem 1rem;
  }
  .count {
    margin-bottom: -0.5rem;
  }
  ul.card {
    overflow: hidden;
  }
  li {
    /* Of thousands of rows, those out of sight cost nothing. */
    content-visibility: auto;
    contain-intrinsic-size: auto 65px;
  }
  li + li {
    border-top: 1px solid var(--line);
  }
  .row {
    display: grid;
    grid-template-columns: 48px minmax(0, 1fr) auto;
    gap: 0.9rem;
    width: 100%;
    min-height: 64px;
    padding: 0.5rem 1rem 0.5rem 0.6rem;
    border: 0;
    border-radius: 0;
    background: none;
    font-weight: 400;
    text-align: start;
  }
  .row:focus-visible {
    outline-offset: -3px;
  }
  .cover {
    position: relative;
    display: grid;
    place-items: center;
    width: 48px;
    height: 48px;
    border-radius: 10px;
    background: var(--sunken);
    color: var(--muted);
    overflow: hidden;
  }
  .cover img {
    position: absolute;
    inset: 0;
    width: 100%;
    height: 100%;
    object-fit: cover;
  }
  .cover img[hidden] {
    display: none;
  }
  .what {
    display: grid;
    line-height: 1.35;
  }
  .title {
    font-weight: 600;
  }
  .reason {
    color: var(--bad);
    font-size: 0.8125rem;
    overflow-wrap: anywhere;
  }
  .loved {
    color: var(--accent);
    line-height: 0;
  }
  .numbers {
    display: grid;
    justify-items: end;
    white-space: nowrap;
    font-variant-numeric: tabular-nums;
  }
  @media (max-width: 720px) {
    .filters {
      grid-template-columns: repeat(2, minmax(0, 1fr));
      grid-auto-flow: row;
    }
    .filters > :first-child,
    .filters > .folder {
      grid-column: 1 / -1;
    }
  }
  @media (max-width: 480px) {
    .row {
      gap: 0.7rem;
      padding-inline: 0.5rem 0.7rem;
    }
  }
`
