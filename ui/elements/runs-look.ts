import { css } from 'lit'
import { badgeLook } from './badge-look.ts'

/** What the parts of "What happened" share. */
export const runsLook = css`
  h5 {
    margin: 0 0 0.35rem;
    font-size: 0.9375rem;
  }
  .fold {
    padding: 0 0.75rem 0 0.4rem;
    margin-inline-start: -0.4rem;
    color: var(--muted);
  }
  .wrong {
    color: var(--bad);
  }
  .unfolded {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 1rem;
    padding-block: 0.25rem 0.5rem;
  }
  .conditions {
    display: grid;
    gap: 0.6rem;
  }
  code {
    font-family: ui-monospace, monospace;
    font-size: 0.875em;
    overflow-wrap: anywhere;
  }
  ${badgeLook}
`
