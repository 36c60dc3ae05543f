import { css } from 'lit'

/** A word or two on a ground of their own; `held` for what somebody should look at. */
export const badgeLook = css`
  .badge {
    display: inline-block;
    padding: 0 0.55rem;
    border-radius: 999px;
    background: var(--sunken);
    color: var(--text);
    font-size: 0.8125rem;
    font-weight: 500;
    line-height: 1.5rem;
  }
  .badge.held {
    background: var(--warn-surface);
    color: var(--warn-text);
  }
`
