import { css } from 'lit'

export const uploadsLook = css`
  section {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 0.75rem;
  }
  .zone {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.5rem 1rem;
    padding: 0.9rem 1.1rem;
    border: 1.5px dashed var(--muted);
    border-radius: var(--radius);
    background: var(--surface);
  }
  .zone.over {
    border-color: var(--accent);
    background: var(--sunken);
  }
  /* Fingers drop nothing. */
  @media (hover: none) {
    .zone {
      padding: 0;
      border: 0;
      background: none;
    }
    .zone .drop {
      display: none;
    }
  }
  li {
    display: flex;
    align-items: center;
    gap: 0.75rem;
    padding: 0.6rem 0.35rem 0.6rem 1.1rem;
    border: 1px solid var(--line);
    border-bottom: 0;
    background: var(--surface);
  }
  li:first-child {
    border-radius: var(--radius) var(--radius) 0 0;
  }
  li:last-child {
    border-bottom: 1px solid var(--line);
    border-radius: 0 0 var(--radius) var(--radius);
  }
  li:only-child {
    border-radius: var(--radius);
  }
  .what {
    flex: 1;
    min-width: 0;
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 0.2rem;
  }
  .name {
    display: flex;
    align-items: baseline;
    gap: 0.6rem;
    font-weight: 600;
  }
  .name .cut {
    min-width: 0;
  }
  .name .quiet {
    flex: none;
    font-weight: 400;
  }
  .what .quiet {
    font-variant-numeric: tabular-nums;
  }
  .what .ready {
    color: var(--good);
  }
  .what .stopped,
  .what .failed,
  .what .refused,
  .reason {
    color: var(--bad);
    font-size: 0.875rem;
    overflow-wrap: anywhere;
  }
  li .acts {
    flex-wrap: nowrap;
    gap: 0.25rem;
  }
  @media (max-width: 480px) {
    li {
      flex-wrap: wrap;
    }
    .what {
      flex-basis: 11rem;
    }
    li .acts {
      margin-inline-start: auto;
    }
  }
`
