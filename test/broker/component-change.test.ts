import { expect, test } from 'vitest'
import { nextDiscovery } from '../../src/broker/component-change.ts'
import type { DeviceDiscovery } from '../../src/broker/discovery.ts'
import type { ComponentKeys } from '../../src/broker/entity.ts'

const device = (components: Record<string, ComponentKeys>): DeviceDiscovery => ({
  device: { identifiers: ['d'] },
  origin: { name: 'o' },
  components,
})
const volume = { platform: 'number', unique_id: 'd_volume' }
const light = { platform: 'light', unique_id: 'd_light' }

test('a device is said as it is where Home Assistant knows no more than that', () => {
  const wanted = device({ volume, light })
  for (const standing of [new Map(), new Map([['volume', 'number']])]) {
    const { said, platforms, gone } = nextDiscovery(wanted, standing)
    expect(said).toEqual(wanted)
    expect([...platforms]).toEqual([
      ['volume', 'number'],
      ['light', 'light'],
    ])
    expect(gone.size).toBe(0)
  }
})

test('what is gone has its platform as its whole value, beside what stays', () => {
  const { said, gone } = nextDiscovery(
    device({ volume }),
    new Map([
      ['old', 'sensor'],
      ['volume', 'number'],
    ]),
  )
  expect(said.components).toEqual({ volume, old: { platform: 'sensor' } })
  expect([...gone]).toEqual(['old'])
})

test('a changed platform goes first, comes back under a new key and keeps it', () => {
  const wanted = device({ volume: { platform: 'select', unique_id: 'd_volume' } })
  const first = nextDiscovery(wanted, new Map([['volume', 'number']]))
  expect(first.said.components).toEqual({ volume: { platform: 'number' } })
  expect([...first.platforms]).toEqual([['volume_select', 'select']])
  const second = nextDiscovery(wanted, first.platforms)
  expect(second.said.components).toEqual({ volume_select: { platform: 'select', unique_id: 'd_volume' } })
  expect(nextDiscovery(wanted, second.platforms)).toEqual(second)
  expect(second.gone.size).toBe(0)
})
