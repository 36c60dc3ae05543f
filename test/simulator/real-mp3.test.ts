import { spawnSync } from 'node:child_process'
import { expect } from 'vitest'
import { Mp3Frames } from '../../src/simulator/mp3-frames.ts'
import { testWith } from '../support/programs.ts'
import { audioServer, serveMp3 } from './support/audio-server.ts'
import { House, streamCard } from './support/house.ts'

function encoded(...options: string[]): Buffer {
  const tone = ['-v', 'error', '-f', 'lavfi', '-i', 'sine=440:duration=6']
  return spawnSync('ffmpeg', [...tone, ...options, '-f', 'mp3', '-'], { maxBuffer: 1e7 }).stdout
}

function secondsIn(bytes: Buffer): number {
  const frames = new Mp3Frames()
  for (let at = 0; at < bytes.length; at += 5000) frames.push(bytes.subarray(at, at + 5000))
  return frames.seconds
}

testWith(['ffmpeg'], 'the length of what an encoder made is read from its frames', async () => {
  const rates = [
    ['-ar', '48000', '-b:a', '128k'],
    ['-ar', '44100', '-q:a', '4', '-metadata', 'title=A tag'],
    ['-ar', '22050', '-b:a', '64k', '-ac', '1'],
  ]
  for (const options of rates) expect(secondsIn(encoded(...options)), options.join(' ')).toBeCloseTo(6, 0)
})

testWith(['ffmpeg'], 'what a player was served decodes to the same sound', async () => {
  const song = encoded('-ar', '48000', '-b:a', '128k', '-write_xing', '0', '-id3v2_version', '0')
  const audio = await audioServer((request, response) => serveMp3(request, response, song))
  const house = await House.open()
  await house.player().insert(await house.makeCard(streamCard([audio.url])))
  await house.until(() => house.player().snapshot().arrivedSeconds > 0)
  await house.play(7)
  expect(house.player().snapshot().playback).toBe('stopped')
  const decode = ['-v', 'error', '-xerror', '-i', '-', '-f', 's16le', '-']
  const decoded = spawnSync('ffmpeg', decode, { input: house.player().received(), maxBuffer: 1e7 })
  expect(decoded.stderr.toString()).toBe('')
  expect(decoded.stdout.length / 2 / 48_000).toBeCloseTo(6, 0)
  await house.close()
  await audio.stop()
})
