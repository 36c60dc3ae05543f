import { describe, expect, test } from 'vitest'
import { lightJson, lightOf } from '../../src/broker/light-json.ts'

const orange = { r: 255, g: 136, b: 0 }

describe('a light for Home Assistant', () => {
  test.each([
    ['#ff8800', { state: 'ON', color_mode: 'rgb', color: orange, brightness: 255 }],
    ['#643600', { state: 'ON', color_mode: 'rgb', color: { r: 255, g: 138, b: 0 }, brightness: 100 }],
    ['#010101', { state: 'ON', color_mode: 'rgb', color: { r: 255, g: 255, b: 255 }, brightness: 1 }],
    ['off', { state: 'OFF' }],
    ['#000000', { state: 'OFF' }],
    [null, { state: null }],
  ])('%s', (light, message) => {
    expect(JSON.parse(lightJson(light))).toEqual(message)
  })

  test('comes back as the light that it was', () => {
    for (const light of ['#ff8800', '#643600', '#40bfd9', '#010203', '#fefdfc', 'off'])
      expect(lightOf(JSON.parse(lightJson(light)), null)).toBe(light)
  })
})

describe('what Home Assistant asks of a light', () => {
  test.each([
    [{ state: 'ON', color: orange }, null, '#ff8800'],
    [{ state: 'ON', color: orange }, '#000001', '#ff8800'],
    [{ state: 'ON', color: orange, brightness: 128 }, null, '#804400'],
    [{ color: orange }, null, '#ff8800'],
    [{ state: 'ON' }, '#643600', '#643600'],
    [{ state: 'ON' }, null, '#ffffff'],
    [{ state: 'ON' }, 'off', '#ffffff'],
    [{ state: 'ON', brightness: 255 }, '#643600', '#ff8a00'],
    [{ state: 'ON', brightness: 10 }, '#ff0000', '#0a0000'],
    [{ state: 'ON', brightness: 51 }, null, '#333333'],
    [{ state: 'ON', brightness: 51 }, '#000000', '#333333'],
    [{ state: 'ON', brightness: 0 }, '#ff0000', 'off'],
    [{ state: 'ON', color: { r: 0, g: 0, b: 0 } }, '#ff0000', 'off'],
    [{ state: 'on', color: { r: 1.4, g: 2.6, b: 3 }, transition: 2, color_mode: 'rgb' }, null, '#010303'],
    [{ state: 'OFF' }, '#ff0000', 'off'],
    [{ state: 'OFF', transition: 3 }, '#ff0000', 'off'],
  ])('%j after %s is %s', (message, last, light) => {
    expect(lightOf(message, last)).toBe(light)
  })

  test.each([
    {},
    { state: 'DIM' },
    { state: 1 },
    { state: null },
    { state: 'ON', color: 'red' },
    { state: 'ON', color: null },
    { state: 'ON', color: { r: 255, g: 0 } },
    { state: 'ON', color: { r: 256, g: 0, b: 0 } },
    { state: 'ON', color: { r: -1, g: 0, b: 0 } },
    { state: 'ON', color: { h: 30, s: 100 } },
    { state: 'ON', brightness: '50' },
    { state: 'ON', brightness: 300 },
    { state: 'ON', colour: orange },
    { transition: 2 },
  ])('%j is nothing that a light can do', (message) => {
    expect(lightOf(message, '#ff0000')).toBeUndefined()
  })
})
