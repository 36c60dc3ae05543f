import { css } from 'lit'

/** A list to choose one of, as high as the fields beside it. */
export const selectLook = css`
  select {
    width: 100%;
    min-height: 48px;
    padding: 0 0.9rem;
    border: 1px solid var(--muted);
    border-radius: 12px;
    background: var(--surface);
    color: var(--text);
    font: inherit;
  }
`
