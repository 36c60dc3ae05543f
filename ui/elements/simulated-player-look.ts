import { css } from 'lit'

export const simulatedPlayerLook = css`
  .toy {
    display: grid;
    gap: 1rem;
    justify-items: center;
    padding-top: 1rem;
    border-top: 1px solid var(--line);
  }
  .stand {
    position: relative;
    width: 100%;
    max-width: 300px;
    padding-top: 46px;
  }
  .in-slot {
    position: absolute;
    top: 0;
    left: 50%;
    width: 108px;
    height: 74px;
    margin-left: -54px;
    padding: 7px 10px;
    border-radius: 10px 10px 0 0;
    font-size: 0.8125rem;
    font-weight: 600;
    text-align: center;
    transition: transform 250ms ease;
  }
  .in-slot.out {
    transform: translateY(50px);
    visibility: hidden;
  }
  .body {
    position: relative;
    display: grid;
    grid-template-columns: 76px minmax(0, 1fr) 76px;
    gap: 0.5rem;
    align-items: center;
    padding: 1.5rem 0.9rem 1.1rem;
    border-radius: 34px;
    background: var(--toy);
    box-shadow:
      inset 0 -10px 0 rgb(0 0 0 / 10%),
      inset 0 2px 0 rgb(255 255 255 / 40%),
      var(--shadow);
  }
  .slot {
    position: absolute;
    top: 9px;
    left: 50%;
    width: 124px;
    height: 6px;
    margin-left: -62px;
    border-radius: 3px;
    background: rgb(0 0 0 / 45%);
  }
  [data-hue='0'] {
    --toy: #8ec5bd;
    --paper: #ffe3a8;
  }
  [data-hue='1'] {
    --toy: #b9a7e0;
    --paper: #c9efd2;
  }
  [data-hue='2'] {
    --toy: #f0b39b;
    --paper: #cfe3fb;
  }
  [data-hue='3'] {
    --toy: #a4c6ee;
    --paper: #f7cfe0;
  }
  .paper {
    border: 1px solid rgb(0 0 0 / 18%);
    background: var(--paper);
    color: #22252b;
  }
  .screen {
    display: block;
    justify-self: center;
    width: 100%;
    max-width: 112px;
    border-radius: 14px;
    background: #16181d;
    padding: 9px;
  }
  .screen svg {
    width: 100%;
    height: auto;
  }
  .side {
    display: grid;
    justify-items: center;
    gap: 0.45rem;
  }
  .knob {
    width: 58px;
    min-height: 58px;
    padding: 0;
    border: 3px solid #8f3312;
    border-radius: 50%;
    background: #c2491d;
    color: #fff;
    box-shadow: 0 3px 0 #7a2b0f;
  }
  .knob:hover:not(:disabled) {
    background: #ad3f17;
  }
  .knob:active:not(:disabled) {
    transform: translateY(3px);
    box-shadow: none;
  }
  .turns {
    display: flex;
    gap: 4px;
  }
  .turns button {
    width: 36px;
    min-height: 36px;
    padding: 0;
    border: 0;
    border-radius: 50%;
    background: rgb(255 255 255 / 78%);
    color: #22252b;
  }
  .turns button:hover:not(:disabled) {
    background: #fff;
  }
  .body button:focus-visible {
    outline-color: #12397a;
    box-shadow: 0 0 0 2px #fff;
  }
  .power {
    display: flex;
    justify-content: center;
    margin-top: 0.75rem;
  }
  .power button {
    min-height: 40px;
    font-size: 0.875rem;
    border-radius: 20px;
  }
  .power [aria-pressed='true'] svg {
    color: var(--good);
  }
  .table {
    display: grid;
    gap: 0.5rem;
    width: 100%;
    justify-items: center;
  }
  .cards {
    display: flex;
    flex-wrap: wrap;
    gap: 0.5rem;
    justify-content: center;
  }
  .cards button {
    min-width: 92px;
    max-width: 100%;
    min-height: 56px;
    padding-block: 0.35rem;
    border-radius: 10px;
    font-size: 0.875rem;
    font-weight: 600;
    overflow-wrap: anywhere;
  }
  .cards button:hover:not(:disabled) {
    background: var(--paper);
    filter: brightness(1.04);
  }
  .cards [aria-pressed='true'] {
    border-style: dashed;
    border-color: var(--muted);
    background: transparent;
    color: var(--text);
  }
  @media (prefers-reduced-motion: reduce) {
    .in-slot {
      transition: none;
    }
  }
`
