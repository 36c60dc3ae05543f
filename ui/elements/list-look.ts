import { css } from 'lit'

/** Pages that list things with something to do about each. */
export const listLook = css`
  :host {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 1rem;
  }
  .head {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: space-between;
    gap: 0.75rem 1.5rem;
  }
  .head p {
    flex: 1 1 20rem;
    max-width: 44rem;
  }
  ul {
    display: grid;
    gap: 0.75rem;
  }
  li.card,
  .box.card {
    padding: 1rem 1.1rem;
  }
  li.card {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: space-between;
    gap: 0.75rem 1.5rem;
  }
  .what {
    flex: 1 1 14rem;
    min-width: 0;
  }
  h3 {
    font-size: 1.1rem;
    line-height: 1.4;
    overflow-wrap: anywhere;
  }
  .badge {
    display: inline-block;
    margin-inline-start: 0.35rem;
    padding: 0 0.55rem;
    border-radius: 999px;
    background: var(--sunken);
    color: var(--text);
    font-size: 0.8125rem;
    font-weight: 500;
    line-height: 1.5rem;
    vertical-align: 0.1em;
  }
`
