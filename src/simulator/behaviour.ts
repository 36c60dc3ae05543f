export type PressedButton = 'left' | 'right'

/** Where the player is when something happens to it. */
export interface Moment {
  /** Index of the track in playing order. */
  readonly place: number
  readonly positionSeconds: number
  readonly stopped: boolean
}

/** The track to begin (the same one: from its start), or what else to do. */
export type Move = number | 'stop' | 'stay'

/** What a kind of card makes of buttons, knobs and ends. */
export interface CardBehaviour {
  pressed(button: PressedButton, moment: Moment): Move
  /** `steps` of the right-hand knob, backwards when negative. */
  turned(steps: number, moment: Moment): Move
  ended(place: number): Move
}
