import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { runApp } from '../support/running-app.ts'

test('diagnostics are one file that says what runs and what is wrong, and neither secrets nor who lives where', async () => {
  const first = await runApp()
  onTestFinished(() => first.remove())
  await first.stop()
  const { data } = first
  await writeFile(join(data, 'config', 'broken.yaml'), 'rules:\n  - id: secret-wish\n    wen: [startup]\n')
  const { app, stop } = await runApp({
    data,
    env: {
      YOTO_STREAM_MQTT_USERNAME: 'user-of-the-broker',
      YOTO_STREAM_MQTT_PASSWORD: 'correct horse battery',
    },
  })
  try {
    const answer = await fetch(`${app.panelUrl}/api/diagnostics`)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toContain('application/json')
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(answer.headers.get('content-disposition')).toMatch(
      /^attachment; filename="yoto-smart-stream-\d{4}-\d\d-\d\dT\d\d-\d\d\.json"$/,
    )
    const text = await answer.text()
    const keys = app.cards.list().map(({ key }) => key.slice(0, 7))
    for (const hidden of ['correct horse', '"user-of-the-broker"', data, 'secret-wish', ...keys])
      expect(text.includes(hidden), hidden).toBe(false)
    const body = JSON.parse(text) as Record<string, never>
    expect(body).toMatchObject({
      product: 'Yoto Smart Stream',
      version: '0.0.0',
      uptime_s: expect.any(Number),
      options: {
        mqtt: { password: '(set)', username: '(set)' },
        location: { latitude: null },
        yoto: { client_id: null },
        panel: { auth: 'none' },
      },
      health: { simulated: true, cloud: { account: 'signed_in' } },
      rule_faults: expect.arrayContaining([
        expect.objectContaining({ file: 'broken.yaml', level: 'error', line: expect.any(Number) }),
      ]),
    })
    const { players, streams, rules, cards, events } = body as Record<string, readonly object[]>
    expect(players).toHaveLength(2)
    expect(streams?.length).toBeGreaterThan(0)
    expect(rules).toContainEqual(
      expect.objectContaining({ id: 'right-to-the-forest', when: ['button'], do: ['queue', 'log'] }),
    )
    expect(cards).toContainEqual(
      expect.objectContaining({ key: expect.stringMatching(/^.{6}…$/), kind: 'queue' }),
    )
    expect(events?.length).toBeGreaterThan(3)
  } finally {
    await stop()
  }
})
