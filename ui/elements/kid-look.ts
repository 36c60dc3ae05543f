import { css } from 'lit'

export const kidLook = css`
  main {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 1.25rem;
    max-width: 980px;
    margin: 0 auto;
    padding: 1.25rem clamp(0.75rem, 3vw, 2rem) 4rem;
  }
  h1,
  h2,
  legend {
    margin: 0;
    line-height: 1.25;
    letter-spacing: -0.01em;
    overflow-wrap: anywhere;
  }
  /* It has the focus where somebody comes in; it is nothing to press. */
  h1:focus-visible {
    outline: none;
  }
  h1 {
    font-size: clamp(1.6rem, 7vw, 2.2rem);
  }
  h2,
  legend {
    margin-bottom: 0.75rem;
    padding: 0;
    font-size: 1.25rem;
    font-weight: 700;
  }
  /* Stays to be heard when it says something. */
  [role='status']:empty {
    position: absolute;
  }
  .trouble {
    padding: 0.9rem 1.1rem;
    border: 1px solid var(--warn-line);
    border-radius: var(--radius);
    background: var(--warn-surface);
    color: var(--warn-text);
    font-size: 1.1rem;
  }
  .trouble.calm {
    border-color: var(--line);
    background: var(--surface);
    color: var(--text);
  }
  fieldset {
    min-width: 0;
    margin: 0;
    padding: 0;
    border: 0;
  }
  .players {
    display: flex;
    flex-wrap: wrap;
    gap: 0.75rem;
  }
  .players label {
    position: relative;
    display: grid;
    min-width: min(9rem, 100%);
    cursor: pointer;
  }
  .players input {
    position: absolute;
    inset: 0;
    width: 100%;
    height: 100%;
    margin: 0;
    opacity: 0;
    cursor: pointer;
  }
  .players span {
    display: grid;
    place-content: center;
    justify-items: center;
    min-height: 64px;
    padding: 0 1.25rem;
    border: 3px solid var(--line);
    border-radius: 20px;
    background: var(--surface);
    font-size: 1.15rem;
    font-weight: 600;
    overflow-wrap: anywhere;
  }
  .players small {
    color: var(--muted);
    font-size: 0.875rem;
    font-weight: 400;
  }
  .players input:checked + span {
    border-color: var(--accent);
  }
  .players input:checked + span::before {
    content: '✓' / '';
    position: absolute;
    inset-block-start: 0.25rem;
    inset-inline-end: 0.6rem;
    color: var(--accent);
  }
  .players input:focus-visible + span {
    outline: 3px solid var(--focus);
    outline-offset: 2px;
  }
  .now {
    display: grid;
    grid-template-columns: 9rem minmax(0, 1fr);
    align-items: center;
    gap: 1rem 1.5rem;
    padding: 1.1rem;
    border-radius: 24px;
  }
  .now .picture {
    grid-row: span 2;
  }
  .title {
    display: grid;
    font-size: 1.35rem;
    line-height: 1.3;
    overflow-wrap: anywhere;
  }
  .title .quiet {
    font-size: 1.05rem;
  }
  .controls {
    display: flex;
    align-items: center;
    gap: 0.75rem;
  }
  .controls button {
    width: 72px;
    min-height: 72px;
    padding: 0;
    border-radius: 50%;
  }
  .controls button.main {
    width: 92px;
    min-height: 92px;
  }
  .cards {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(min(10rem, 44%), 1fr));
    gap: 0.9rem;
  }
  .cards button {
    display: grid;
    align-content: start;
    justify-content: stretch;
    gap: 0.6rem;
    width: 100%;
    height: 100%;
    padding: 0.6rem;
    border-width: 3px;
    border-radius: 24px;
    font-size: 1.1rem;
    font-weight: 600;
    line-height: 1.3;
  }
  .cards [aria-current] {
    border-color: var(--accent);
  }
  .cards .wanted .picture {
    animation: wanted 900ms ease-in-out infinite alternate;
  }
  .name {
    min-width: 0;
    padding-bottom: 0.25rem;
    overflow-wrap: anywhere;
  }
  .picture {
    display: grid;
    place-items: center;
    width: 100%;
    aspect-ratio: 1;
    border-radius: 16px;
    object-fit: cover;
    background: var(--paper, var(--sunken));
    color: #22252b;
    font-size: 3.5rem;
    font-weight: 700;
  }
  [data-hue='0'] {
    --paper: #ffe3a8;
  }
  [data-hue='1'] {
    --paper: #c9efd2;
  }
  [data-hue='2'] {
    --paper: #cfe3fb;
  }
  [data-hue='3'] {
    --paper: #f7cfe0;
  }
  @keyframes wanted {
    to {
      transform: scale(0.92);
    }
  }
  @media (max-width: 480px) {
    .now {
      grid-template-columns: 5.5rem minmax(0, 1fr);
    }
    .now .picture {
      grid-row: auto;
      font-size: 2.2rem;
    }
    .controls {
      grid-column: 1 / -1;
      justify-content: center;
    }
  }
  @media (prefers-reduced-motion: reduce) {
    .cards .wanted .picture {
      animation: none;
      outline: 3px dashed var(--muted);
      outline-offset: 2px;
    }
  }
`
