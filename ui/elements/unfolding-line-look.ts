import { css } from 'lit'

/** The button that is a whole line of a list, and unfolds what is known of it below. */
export const unfoldingLineLook = css`
  button.line {
    display: grid;
    justify-content: start;
    width: 100%;
    padding: 0.3rem 0.5rem;
    border-color: transparent;
    background: transparent;
    font-weight: 400;
    line-height: 1.4;
    text-align: start;
    overflow-wrap: anywhere;
  }
`
