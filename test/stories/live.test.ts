import { describe, expect, test } from 'vitest'
import type { Story } from '../../src/core/story.ts'
import { LiveStory } from '../support/live-story.ts'
import { storyIn } from '../support/written-story.ts'

const gate = (more = '') =>
  storyIn(`stories:
  any:
${more}    scenes:
      gate: {play: gate.mp3, ask: way.mp3, left: cave, right: forest, silence: {wait: 5s, ask_again: 0, go: forest}}
      cave: {play: cave.mp3, hear_out: true, left: gate, silence: {wait: 5s, go: bear}}
      bear: {play: bear.mp3, ending: happy}
      forest: {play: forest.mp3, go: bear}
`)

async function house(story: Story | Promise<Story> = gate()) {
  return new LiveStory(await story).start()
}

/** The scene that is heard, its first sound, and where that begins. */
async function heard(asked: ReturnType<LiveStory['get']>) {
  const body = await asked
  return typeof body === 'string' ? body : [body.scene, body.sounds[0], body.fromMs]
}

const file = (name: string) => ({ file: `${name}.mp3` })

describe('a story that is run live', () => {
  test('goes on by a knob, and by the end of what is heard', async () => {
    const story = await house()
    expect(await heard(story.get('start'))).toEqual(['gate', file('gate'), 0])
    await story.clock.advance(3_000)
    expect(await heard(story.get('left-a'))).toEqual(['cave', file('cave'), 0])
    await story.clock.advance(60_000)
    expect(await heard(story.get('now-a'))).toEqual(['cave', { silenceMs: 5_000 }, 0])
    await story.clock.advance(60_000)
    expect(await heard(story.get('now-b'))).toEqual(['bear', file('bear'), 0])
    await story.clock.advance(60_000)
    expect(await heard(story.get('now-a'))).toBe('over')
    const went = story.news.map(({ choice, from, scene, ending }) => [choice, from, scene, ending])
    expect(went).toEqual([
      [null, null, 'gate', null],
      ['left', 'gate', 'cave', null],
      ['silence', 'cave', 'bear', null],
      [null, 'bear', null, 'happy'],
    ])
    expect(story.presses.map(({ button }) => button)).toEqual(['left'])
  })

  test('starts over by a press behind its end', async () => {
    const story = await house()
    await story.get('start')
    for (const place of ['right-a', 'now-a', 'now-b'] as const) {
      await story.clock.advance(60_000)
      await story.get(place)
    }
    expect(story.session()?.current).toBeNull()
    expect(await heard(story.get('left-a'))).toEqual(['gate', file('gate'), 0])
  })

  test('goes on where it was when a press does nothing', async () => {
    const story = await house()
    await story.get('start')
    await story.clock.advance(3_000)
    await story.get('left-a')
    await story.clock.advance(4_000)
    expect(await heard(story.get('right-a'))).toEqual(['cave', file('cave'), 4_000])
    await story.clock.advance(2_000)
    expect(await heard(story.get('right-b'))).toEqual(['cave', file('cave'), 6_000])
  })

  test('is deaf for half a second, as who presses then has pressed for the scene before', async () => {
    const story = await house()
    await story.get('start')
    await story.clock.advance(400)
    expect(await heard(story.get('left-a'))).toEqual(['gate', file('gate'), 400])
    await story.clock.advance(600)
    expect(await heard(story.get('left-b'))).toEqual(['cave', file('cave'), 0])
  })

  test('is gone on with where it was heard last, a little before, also after a new start of the product', async () => {
    const story = await house(gate('    resume: 7d\n'))
    await story.get('start')
    await story.clock.advance(3_000)
    await story.get('left-a')
    await story.clock.advance(30_000)
    story.hears(28_000)
    await story.clock.advance(1_000)
    story.removed()
    await story.start()
    await story.clock.advance(3_600_000)
    expect(await heard(story.get('start'))).toEqual(['cave', file('cave'), 25_000])
    await story.clock.advance(8 * 24 * 3_600_000)
    story.removed()
    expect(await heard(story.get('start'))).toEqual(['gate', file('gate'), 0])
  })

  test('does not take the words of what was heard before for its own', async () => {
    const story = await house()
    await story.get('start')
    await story.clock.advance(50_000)
    await story.get('left-a')
    await story.clock.advance(1_000)
    story.hears(49_000)
    expect(story.session()?.heardMs).toBe(0)
    story.hears(900)
    expect(story.session()?.heardMs).toBe(900)
  })

  test('starts over with `resume: false`, and at its home when the card comes out and in again at once', async () => {
    const never = await house(gate('    resume: false\n'))
    await never.get('start')
    await never.clock.advance(30_000)
    await never.get('right-a')
    await never.clock.advance(60_000)
    never.removed()
    expect(await heard(never.get('start'))).toEqual(['gate', file('gate'), 0])

    const story = await house(gate('    home: forest\n'))
    await story.get('start')
    await story.clock.advance(3_000)
    await story.get('left-a')
    await story.clock.advance(60_000)
    story.removed()
    expect(await heard(story.get('start'))).toEqual(['cave', file('cave'), 0])
    await story.clock.advance(8_000)
    story.removed()
    expect(await heard(story.get('start'))).toEqual(['forest', file('forest'), 0])
  })

  test('is finished in the version that was begun, and begins in the one that is written by then', async () => {
    const story = await house()
    await story.get('start')
    await story.clock.advance(3_000)
    await story.get('left-a')
    story.story = await storyIn(`stories:
  any:
    scenes:
      hall: {play: hall.mp3, ending: home}
`)
    await story.start()
    await story.clock.advance(60_000)
    expect(await heard(story.get('now-a'))).toEqual(['cave', { silenceMs: 5_000 }, 0])
    await story.clock.advance(60_000)
    expect(await heard(story.get('now-b'))).toEqual(['bear', file('bear'), 0])
    await story.clock.advance(60_000)
    expect(await heard(story.get('now-a'))).toBe('over')
    expect(await heard(story.get('right-a'))).toEqual(['hall', file('hall'), 0])
  })

  test('is finished also where it is not there any more, and then there is nothing', async () => {
    const story = await house()
    await story.get('start')
    story.story = undefined
    await story.clock.advance(60_000)
    expect(await heard(story.get('now-a'))).toEqual(['forest', file('forest'), 0])
    for (const place of ['now-b', 'now-a'] as const) {
      await story.clock.advance(60_000)
      await story.get(place)
    }
    expect(await heard(story.get('left-a'))).toBe('nothing')
  })

  test('is another one for each player, with one card or two', async () => {
    const story = await house()
    await story.get('start')
    await story.get('start', { player: 'y2' })
    await story.clock.advance(3_000)
    expect(await heard(story.get('left-a'))).toEqual(['cave', file('cave'), 0])
    expect(await heard(story.get('right-a', { player: 'y2' }))).toEqual(['forest', file('forest'), 0])
    expect(story.session('y1')?.current?.point.stop.passage.scene.id).toBe('cave')
    expect(story.session('y2')?.current?.point.stop.passage.scene.id).toBe('forest')
  })

  test('plays the scene of bedtime in place of the next question', async () => {
    const story = await house(
      storyIn(`stories:
  any:
    bedtime: night
    scenes:
      gate: {play: gate.mp3, left: path, silence: path}
      path: {play: path.mp3, go: well}
      well: {play: well.mp3, left: gate, silence: home}
      home: {play: home.mp3, ending: home}
      night: {play: night.mp3, ending: asleep}
`),
    )
    await story.get('start')
    expect(await story.bedtime()).toBe(true)
    await story.clock.advance(3_000)
    expect(await heard(story.get('left-a'))).toEqual(['path', file('path'), 0])
    await story.clock.advance(60_000)
    expect(await heard(story.get('now-a'))).toEqual(['night', file('night'), 0])
    await story.clock.advance(60_000)
    expect(await heard(story.get('now-b'))).toBe('over')
    story.removed()
    await story.clock.advance(60_000)
    await story.get('start')
    await story.clock.advance(3_000)
    await story.get('left-a')
    await story.clock.advance(60_000)
    expect(await heard(story.get('now-a'))).toEqual(['well', file('well'), 0])
  })
})

describe('chance', () => {
  const pond = storyIn(`stories:
  any:
    scenes:
      pond: {play: pond.mp3, random: [frog, duck, pike, newt]}
      frog: {play: frog.mp3, go: pond}
      duck: {play: duck.mp3, go: pond}
      pike: {play: pike.mp3, go: pond}
      newt: {play: newt.mp3, left: pond, silence: home}
      home: {play: home.mp3, ending: home}
`)

  test('is decided once, however often a player asks, and looks ahead', async () => {
    for (let seed = 0; seed < 20; seed++) {
      const story = await house(pond)
      story.random = () => seed / 20
      story.confirm = 'mqtt'
      await story.get('start')
      await story.says('start')
      const ahead = await heard(story.get('now-a'))
      await story.clock.advance(60_000)
      expect(await heard(story.get('now-a'))).toEqual(ahead)
      await story.says('now-a')
      expect(story.session()?.current?.point.stop.passage.scene.id).toBe(ahead[0])
      expect(story.news.filter(({ scene }) => scene === ahead[0]).length).toBe(1)
    }
  })

  test('brings something else in another telling', async () => {
    const first = new Set<unknown>()
    for (let seed = 0; seed < 20; seed++) {
      const story = await house(pond)
      story.random = () => seed / 20
      await story.get('start')
      await story.clock.advance(60_000)
      first.add((await heard(story.get('now-a')))[0])
    }
    expect(first.size).toBe(4)
  })
})

describe('whose player nobody can tell', () => {
  test('goes on with what was heard last at that address, also after a new start', async () => {
    const story = await house()
    await story.get('start')
    await story.clock.advance(3_000)
    await story.get('left-a')
    await story.start()
    await story.clock.advance(60_000)
    expect(await heard(story.get('now-a', { player: null }))).toEqual(['cave', { silenceMs: 5_000 }, 0])
    await story.clock.advance(60_000)
    expect(await heard(story.get('now-b'))).toEqual(['bear', file('bear'), 0])
  })

  test('has its first press counted once its player is known', async () => {
    const story = await house()
    await story.get('start', { player: null })
    await story.clock.advance(3_000)
    expect(await heard(story.get('left-a'))).toEqual(['cave', file('cave'), 0])
    expect(story.session('y1')?.current?.point.stop.passage.scene.id).toBe('cave')
  })

  test('never takes the place of where its player was', async () => {
    const story = await house(gate('    resume: 7d\n'))
    await story.get('start', { address: '10.0.0.7' })
    await story.clock.advance(3_000)
    await story.get('left-a', { address: '10.0.0.7' })
    await story.clock.advance(3_600_000)
    story.removed()
    await story.get('start', { player: null, address: '10.0.0.8' })
    await story.clock.advance(3_000)
    expect((await heard(story.get('right-a', { address: '10.0.0.8' })))[0]).toBe('cave')
  })

  test('is another one at another address', async () => {
    const story = await house()
    await story.get('start', { player: null, address: '10.0.0.7' })
    await story.get('start', { player: null, address: '10.0.0.8' })
    await story.clock.advance(3_000)
    expect((await heard(story.get('left-a', { player: null, address: '10.0.0.7' })))[0]).toBe('cave')
    expect((await heard(story.get('right-a', { player: null, address: '10.0.0.8' })))[0]).toBe('forest')
  })
})

describe('who comes back', () => {
  test('hears an ending whole that has just begun, and starts over behind one that was heard', async () => {
    for (const [playedMs, scene] of [
      [2_000, 'bear'],
      [20_000, 'gate'],
    ] as const) {
      const story = await house()
      await story.get('start')
      await story.clock.advance(60_000)
      await story.get('now-a')
      await story.clock.advance(60_000)
      expect((await heard(story.get('now-b')))[0]).toBe('bear')
      await story.clock.advance(playedMs + 1_000)
      story.hears(playedMs)
      story.removed()
      await story.clock.advance(3_600_000)
      expect(await heard(story.get('start'))).toEqual([scene, file(scene), 0])
    }
  })

  test('is not sent to the beginning by a player that only asks once more', async () => {
    const story = await house()
    await story.get('start')
    await story.clock.advance(3_000)
    await story.get('left-a')
    await story.clock.advance(60_000)
    story.removed()
    await story.get('start')
    await story.clock.advance(8_000)
    expect((await heard(story.get('start')))[0]).toBe('cave')
  })
})

describe('a command', () => {
  test('goes on as if nobody had pressed, or begins the scene again, and is no press', async () => {
    const story = await house(gate('    resume: false\n'))
    await story.get('start')
    await story.clock.advance(3_000)
    await story.get('left-a')
    await story.clock.advance(4_000)
    story.commanded = 'start'
    expect(await heard(story.get('start'))).toEqual(['cave', file('cave'), 0])
    await story.clock.advance(4_000)
    story.commanded = 'now-a'
    expect(await heard(story.get('now-a'))).toEqual(['cave', { silenceMs: 5_000 }, 0])
    expect(story.presses.length).toBe(1)
    expect(story.news.flatMap(({ choice }) => choice ?? [])).toEqual(['left'])
  })
})

test('what a player looked ahead for is told when it is gone to, also behind a press that did nothing', async () => {
  const story = await house()
  story.confirm = 'mqtt'
  await story.get('start')
  await story.says('start')
  await story.clock.advance(3_000)
  const asking = story.get('left-a')
  await story.clock.advance(600)
  await asking
  await story.says('left-a')
  await story.clock.advance(3_000)
  // Looks ahead, then the child presses what does nothing there.
  await story.get('now-a')
  const pressed = story.get('right-a')
  await story.clock.advance(600)
  expect((await heard(pressed))[0]).toBe('cave')
  await story.says('right-a')
  await story.clock.advance(60_000)
  await story.get('now-a')
  await story.says('now-a')
  await story.clock.advance(60_000)
  await story.get('now-b')
  await story.says('now-b')
  expect(story.news.map(({ scene }) => scene)).toEqual(['gate', 'cave', 'bear'])
})
