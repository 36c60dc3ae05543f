import { describe, expect, test } from 'vitest'
import { explainAll } from '../../src/rules/explain/explain.ts'
import type { Named } from '../../src/rules/players.ts'
import { readRuleFiles } from '../../src/rules/read/rule-files.ts'
import { dryHouse } from '../support/dry-house.ts'
import { readingOf } from '../support/rules.ts'

const rules = (...when: string[]) =>
  `playlists: {forest: [f.mp3, g.mp3]}\nschedules: {bedroom: {default: forest}}\nrules:\n${when
    .map((trigger, at) => `  r${at}:\n    when: [${trigger}]\n    do: [{log: "r${at} \${trigger.type}"}]\n`)
    .join('')}`

describe('the trigger player', () => {
  test('fires as players come and go, change to the night and get headphones', async () => {
    const text = rules(
      '{player: online}',
      '{player: {is: offline, player: kids}}',
      '{player: night_mode}',
      '{player: headphones}',
      '{player: headphones_off}',
    )
    const { house, logged } = await dryHouse(text, { players: { kids: {}, den: {} } })
    await house.change('den', { online: false })
    await house.change('kids', { online: false })
    await house.change('kids', { online: true, day_mode: 'day', headphones: false })
    await house.change('kids', { day_mode: 'night', headphones: true })
    await house.change('kids', { headphones: false })
    expect(logged()).toEqual([
      'r1 offline',
      'r0 online',
      'r2 night_started',
      'r3 headphones_on',
      'r4 headphones_off',
    ])
  })

  test('fires once below a charge, until it was above that again', async () => {
    const { house, logged } = await dryHouse(rules('{player: {battery_below: 20}}'), {
      players: { kids: { battery_percent: 30 } },
    })
    const fired: number[] = []
    for (const battery_percent of [20, 19, 18, 20, 19, 21, 20, 15]) {
      await house.change('kids', { battery_percent })
      fired.push(logged().length)
    }
    expect(fired).toEqual([0, 1, 1, 1, 1, 1, 1, 2])
  })

  test('does not take the first word about a battery for a fall', async () => {
    const { house, logged } = await dryHouse(rules('{player: {battery_below: 20}}'))
    await house.change('kids', { battery_percent: 10 })
    await house.change('kids', { battery_percent: 9 })
    expect(logged()).toEqual([])
  })

  test('tells at the start what is so already, where it is asked to', async () => {
    const { logged } = await dryHouse(
      rules(
        '{player: {is: online, also_at_start: true}}',
        '{player: online}',
        '{player: {battery_below: 20, also_at_start: true}}',
        '{player: {is: online, player: den, also_at_start: true}}',
      ),
      { players: { kids: { battery_percent: 10 }, den: { online: false } } },
    )
    expect(logged()).toEqual(['r0 found', 'r2 found'])
  })
})

describe('the trigger volume', () => {
  test('fires as it rises and falls over a step, and tells a hand from a command', async () => {
    const text = `${rules('{volume: changed}', '{volume: {above: 10}}', '{volume: {below: 5, by: hand}}')}  set:
    when: [{card: {removed: any}}]
    do: [{volume: 2}]
`
    const { house, logged } = await dryHouse(text)
    const since = () => logged().splice(0)
    await house.change('kids', { volume_step: 10 })
    expect(since()).toEqual(['r0 volume_changed'])
    await house.change('kids', { volume_step: 12 })
    await house.change('kids', { volume_step: 13 })
    expect(since().filter((line) => line.startsWith('r1'))).toHaveLength(1)
    await house.change('kids', { volume_step: 4 })
    expect(since().filter((line) => line.startsWith('r2'))).toHaveLength(1)
    await house.change('kids', { volume_step: 9 })
    await house.remove('kids')
    expect(house.world.player('kids')?.volume_step).toBe(2)
    expect(since().filter((line) => line.startsWith('r2'))).toHaveLength(1)
  })
})

test('a button that is pressed twice at once is pressed once, each on its own', async () => {
  const { house, logged } = await dryHouse(
    rules('{button: left}').replace('schedules: {bedroom: {default: forest}}\n', ''),
    { players: { kids: {}, den: {} } },
  )
  await house.press('kids', 'left')
  await house.press('den', 'left')
  expect(logged()).toHaveLength(2)
  await house.advance(299)
  await house.press('kids', 'left')
  expect(logged()).toHaveLength(2)
  await house.advance(1)
  await house.press('kids', 'left')
  expect(logged()).toHaveLength(3)
})

test('a queue that is over is told once, with its player', async () => {
  const { house, logged } = await dryHouse(
    `${rules('{playing: queue_ended}')}  mine:
    player: kids
    stream: bedroom
    when: [{playing: queue_ended}]
    do: [{pause: }]
  again: {stream: bedroom, when: [{button: left}], do: [{queue: end_after_track}]}
`,
  )
  await house.press('kids', 'right')
  expect(logged()).toEqual([])
  await house.press('kids', 'right')
  expect(logged()).toEqual(['r0 queue_ended'])
  expect(house.world.player('kids')?.playback).toBe('paused')
  await house.press('kids', 'left')
  expect(logged()).toHaveLength(1)
})

test('a card is heard of by its id or any, on one player or on all', async () => {
  const { house, logged } = await dryHouse(
    rules('{card: {inserted: 7JtVV}}', '{card: {inserted: any, player: den}}', '{card: {removed: any}}'),
    { players: { kids: { card: null }, den: { card: null } } },
  )
  await house.insert('kids', { id: '7JtVV' })
  await house.insert('den', { id: '5nT1g' })
  await house.remove('kids')
  expect(logged()).toEqual(['r0 card_inserted', 'r1 card_inserted', 'r2 card_removed'])
})

test('names of players are known where they stand as a bare value, and words of triggers are none', async () => {
  const text = `rules:
  r:
    when: [{player: online}, {stream: requested}, {playing: started}, {volume: {above: 3, player: dne}}]
    if: [{playing: kidz}]
    do: [{pause: den}, {resume: }, {stop_player: dan}]
`
  const players = [
    { id: 'y1', name: 'Kids' },
    { id: 'y2', name: 'Den' },
  ]
  const { diagnostics } = await readRuleFiles([{ file: 'a.yaml', text }], readingOf({ players }))
  expect(diagnostics.map(({ code, message }) => `${code} ${message.slice(0, 26)}`)).toEqual([
    'ref/player there is no player "dne" -',
    'ref/player there is no player "kidz" ',
    'ref/player there is no player "dan" -',
  ])
})

test('a light for a Mini is found, by whatever name it is called, and nothing is doubted where no model is told', async () => {
  const text = `players: {little: y1}
rules:
  r:
    player: kids
    when: [{startup: }]
    do: [{ambient: off}, {ambient: {day: off, player: den}}, {ambient: {night: off, player: little}}]
`
  const players = [
    { id: 'y1', name: 'Kids', model: 'Yoto Mini' },
    { id: 'y2', name: 'Den', model: 'Yoto Player (3rd generation)' },
  ]
  const said = async (there: readonly Named[]) => {
    const { diagnostics } = await readRuleFiles([{ file: 'a.yaml', text }], readingOf({ players: there }))
    return diagnostics.map(({ code, line, column, message }) => `${line}:${column} ${code} ${message}`)
  }
  expect(await said(players)).toEqual([
    '6:20 rule/not-on-model player "Kids" has no light: a Yoto Mini has none',
    '6:72 rule/not-on-model player "Kids" has no light: a Yoto Mini has none',
  ])
  expect(await said(players.map(({ id, name }) => ({ id, name })))).toEqual([])
})

describe('a condition of players', () => {
  test.each([
    ['{playing: kids}', true],
    ['{playing: den}', false],
    ['{playing: {player: den, is: paused}}', true],
    ['{playing: nobody}', false],
    ['{card: {is: 7JtVV, player: kids}}', true],
    ['{card: {is: any, player: den}}', false],
    ['{card: {is: none, player: den}}', true],
    ['{card: {is: none, player: nobody}}', false],
  ])('%s is %s', async (condition, holds) => {
    const { logged } = await dryHouse(
      `rules:\n  r: {when: [{startup: }], if: [${condition}], do: [{log: it holds}]}\n`,
      { players: { kids: { card: { id: '7JtVV' } }, den: { playback: 'paused', card: null } } },
    )
    expect(logged()).toEqual(holds ? ['it holds'] : [])
  })
})

describe('the trigger calendar', () => {
  const school = [
    'BEGIN:VCALENDAR',
    'BEGIN:VEVENT',
    'UID:1',
    'DTSTART;VALUE=DATE:20261221',
    'DTEND;VALUE=DATE:20261224',
    'SUMMARY:School holiday',
    'END:VEVENT',
    'END:VCALENDAR',
    '',
  ].join('\r\n')
  const text = `calendar: {files: [school.ics]}
rules:
  begins: {when: [{calendar: {begins: school holiday}}], do: [{log: "begins \${trigger.event} \${now.date} \${now.time}"}]}
  ends: {when: [{calendar: {ends: School holiday, at: "07:00"}}], do: [{log: "ends \${now.date} \${now.time}"}]}
`

  test('fires on the first day and behind the last one, once', async () => {
    const { house, logged } = await dryHouse(text, { now: '2026-12-19T12:00:00Z', calendar: school })
    await house.advance(7 * 86_400_000)
    expect(logged()).toEqual(['begins school holiday 2026-12-21 00:00', 'ends 2026-12-24 07:00'])
  })

  describe('at the hour of the event itself', () => {
    const event = (...lines: string[]) => ['BEGIN:VEVENT', ...lines, 'END:VEVENT']
    const lessons = [
      'BEGIN:VCALENDAR',
      ...event(
        'UID:2',
        'DTSTART;TZID=Europe/London:20261020T154500',
        'DTEND;TZID=Europe/London:20261020T163000',
        'RRULE:FREQ=WEEKLY;UNTIL=20261103T235900Z',
        'EXDATE;TZID=Europe/London:20261027T154500',
        'SUMMARY:Piano',
      ),
      ...event('UID:3', 'DTSTART:20261020T200000Z', 'DTEND:20261021T000000Z', 'SUMMARY:Piano'),
      ...event('UID:4', 'DTSTART;VALUE=DATE:20261022', 'SUMMARY:Piano'),
      'END:VCALENDAR',
      '',
    ].join('\r\n')
    const rules = (when: string) =>
      `calendar: {files: [school.ics]}\nrules:\n  r: {when: [{calendar: ${when}}], do: [{log: "\${now.date} \${trigger.at}"}]}\n`
    const heard = async (when: string, now = '2026-10-19T12:00:00Z', days = 16) => {
      const { house, logged } = await dryHouse(rules(when), { now, calendar: lessons })
      await house.advance(days * 86_400_000)
      return logged()
    }

    test.each([
      // London's clocks go back on 25 October; the house lives by UTC.
      ['{begins: piano, at: event}', ['20 14:45', '20 20:00', '22 00:00', '03 15:45']],
      ['{ends: Piano, at: event}', ['20 15:30', '21 00:00', '23 00:00', '03 16:30']],
      ['{begins: Piano, at: event-15m}', ['20 14:30', '20 19:45', '21 23:45', '03 15:30']],
      ['{ends: Piano, at: event+2h}', ['20 17:30', '21 02:00', '23 02:00', '03 18:30']],
    ])('%s', async (when, hours) => {
      const said = hours.map((hour) => `2026-${hour.startsWith('03') ? '11' : '10'}-${hour}`)
      expect(await heard(when)).toEqual(said)
    })

    test('ends with the old year at midnight', async () => {
      const eve = lessons
        .replace('20261020T200000Z', '20261231T200000Z')
        .replace('20261021T000000Z', '20270101T000000Z')
      const { house, logged } = await dryHouse(rules('{ends: Piano, at: event}'), {
        now: '2026-12-31T12:00:00Z',
        calendar: eve,
      })
      await house.advance(86_400_000)
      expect(logged()).toEqual(['2027-01-01 00:00'])
    })

    test('is told in words, and refused where it is no hour', async () => {
      const readCalendar = async () => ({ text: lessons })
      const read = (when: string) =>
        readRuleFiles([{ file: 'a.yaml', text: rules(when) }], readingOf({ readCalendar }))
      const { ruleSet, diagnostics } = await read('{begins: Piano, at: event-15m}')
      expect(diagnostics).toEqual([])
      expect(JSON.stringify(explainAll(ruleSet))).toContain(
        'begins in the calendar, 15 minutes before its own hour',
      )
      for (const at of ['event-15', 'events', 'event-13h', 'event - 15m'])
        expect((await read(`{begins: Piano, at: ${at}}`)).diagnostics[0]?.message, at).toContain('at')
    })
  })

  test('warns of an event that there is not', async () => {
    const wrong = text.replace('school holiday', 'school holidays')
    const readCalendar = async () => ({ text: school })
    const { diagnostics } = await readRuleFiles(
      [{ file: 'a.yaml', text: wrong }],
      readingOf({ readCalendar }),
    )
    expect(diagnostics.map(({ line, level, code }) => `${line} ${level} ${code}`)).toEqual([
      '3 warning ref/event',
    ])
  })
})
