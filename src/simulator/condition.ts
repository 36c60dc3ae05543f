/** What changes about a player without a hand on its knobs. Nothing is pushed of it; it stands in the next status. */
export interface Condition {
  readonly batteryPercent: number
  readonly charging: boolean
  readonly headphones: boolean
  readonly temperatureCelsius: number
  /** 0 battery, 1 dock, 2 USB-C, 3 Qi. */
  readonly powerSource: 0 | 1 | 2 | 3
  readonly wifiDbm: number
}

export function usualCondition(family: 'mini' | 'v3'): Condition {
  return {
    batteryPercent: 100,
    charging: false,
    headphones: false,
    temperatureCelsius: 24,
    powerSource: family === 'mini' ? 0 : 2,
    wifiDbm: -54,
  }
}
