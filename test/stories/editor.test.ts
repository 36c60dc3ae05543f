import { beforeAll, describe, expect, test } from 'vitest'
import { openEditor } from '../support/editor.ts'

let editor: ReturnType<typeof openEditor>

beforeAll(() => {
  editor = openEditor()
})

const whole = `stories:
  lantern:
    title: The Lantern
    card: 5nT1g
    audio: stories/lantern/
    run: auto
    start: door
    home: door
    resume: false
    vars:
      oil: {start: 1, max: 3}
      mood: {one_of: [calm, wild], start: calm}
      lit: false
    defaults:
      silence: {wait: 10s, ask_again: 1, go: door}
      hear_out: true
      bedtime: night
    scenes:
      door:
        play: door.mp3
        again: {say: "The door again."}
        ask: {say: "In or out?"}
        set: {oil: oil + 1, lit: true, mood: wild}
        left: {go: cellar, set: {lit: not lit}}
        right: attic
        silence: {wait: 5s, go: night}
      cellar:
        say: "It is dark."
        branch:
          - {if: lit and oil > 0, go: attic}
          - go: night
      attic:
        play: attic.mp3
        random: [door, {go: night, weight: 2}]
        not_twice: true
      fork 2:
        play: fork.mp3
        carousel:
          - {play: one.mp3, go: door}
          - {say: "Two.", go: attic, set: {oil: 3}}
      höhle:
        go: door
      night:
        ending: asleep
    tests:
      out: {press: [right, wait], seed: 2, expect: {ending: asleep, scenes: [door, attic], vars: {oil: 2}}}
`
const within = (line: string) => `stories:\n  lantern:\n    scenes:\n      door:\n        ${line}\n`

describe('an editor', () => {
  test('finds nothing wrong with a story of everything', async () => {
    expect(await editor.marks(whole)).toEqual([])
  })

  test.each([
    ['stories:\n  lantern:\n    titel: x\n    scenes: {}\n', 'titel', 'Property titel is not allowed.'],
    [within('lefft: cave'), 'lefft', 'Property lefft is not allowed.'],
    [within('silence: {wait: 11m}'), '11m', 'Expected a length of time'],
    [within('random: []'), '[]', 'Array has too few items'],
    [within('carousel: [{go: a}]'), '[{go: a}]', 'Array has too few items'],
    ['stories:\n  lantern:\n    run: fast\n    scenes: {}\n', 'fast', 'Value is not accepted.'],
    ['stories:\n  lantern:\n    title: x\n', 'lantern', 'Missing property "scenes"'],
  ])('marks %j', async (text, place, message) => {
    const marks = await editor.marks(text)
    expect(marks.map((mark) => mark.text)).toContain(place)
    expect(marks.map((mark) => mark.message).join('\n')).toContain(message)
  })

  test('offers what a scene can have, and says what it is', async () => {
    const offers = await editor.offers(within('|'))
    expect([...offers.keys()]).toEqual(
      expect.arrayContaining(['play', 'left', 'branch', 'carousel', 'ending']),
    )
    expect(await editor.hover(within('as|k: x.mp3'))).toContain('heard behind the scene')
  })
})
