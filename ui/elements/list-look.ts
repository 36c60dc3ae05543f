import { css } from 'lit'
import { badgeLook } from './badge-look.ts'

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
  ${badgeLook}
  .badge {
    margin-inline-start: 0.35rem;
    vertical-align: 0.1em;
  }
`
