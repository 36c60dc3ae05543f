import { css } from 'lit'

/** What the steps of the guide share. */
export const firstStepsLook = css`
  .part {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 1rem;
    max-width: 44rem;
  }
  .part p,
  .part li {
    overflow-wrap: anywhere;
  }
  code {
    font-family: ui-monospace, monospace;
    overflow-wrap: anywhere;
  }
  h4 {
    margin: 0;
    font-size: 1rem;
    line-height: 1.4;
  }
  ol.how {
    display: grid;
    gap: 0.35rem;
    padding-inline-start: 1.4rem;
    list-style: decimal;
  }
  details > summary {
    display: inline-flex;
    align-items: center;
    min-height: 44px;
    font-weight: 500;
    text-decoration: underline;
    cursor: pointer;
  }
  .part a:not(.button) {
    color: var(--accent);
  }
`
