// Icecast as a peer for live listeners, with a source of ours that sends audio at the speed it plays at.
import { spawn } from 'node:child_process'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { dirname, join } from 'node:path'
import { freePort, listening } from './nginx.mjs'
import { stopped } from './product.mjs'

const mount = '/live.mp3'
const password = 'bench'
// Two of 24 ms: an encoder hands on what it has made, a little at a time.
const tickMs = 48
const bytesPerTick = 2 * 384

/** It refuses to run as root, so it is given to nobody then. */
export async function startIcecast({ program, folder, audio }) {
  const port = await freePort()
  await mkdir(folder, { recursive: true })
  await chmod(folder, 0o777)
  await chmod(dirname(folder), 0o711)
  const config = join(folder, 'icecast.xml')
  await writeFile(config, configOf({ folder, port }))
  const child = spawn(program, ['-c', config], { stdio: 'ignore' })
  const kill = () => child.kill()
  process.once('exit', kill)
  await listening(port)
  const source = startSource({ port, audio })
  return {
    pid: child.pid,
    url: new URL(`http://127.0.0.1:${port}${mount}`),
    async stop() {
      source.stop()
      await stopped(child)
      process.off('exit', kill)
    },
  }
}

/** Sends the audio over and over, each piece when it is due. */
function startSource({ port, audio }) {
  const headers = { 'content-type': 'audio/mpeg', 'ice-bitrate': '128' }
  const asked = request({ host: '127.0.0.1', port, path: mount, method: 'PUT', auth: `source:${password}`, headers })
  asked.on('error', () => undefined)
  const began = performance.now()
  let sent = 0
  const send = () => {
    const due = Math.floor((performance.now() - began) / tickMs) * bytesPerTick
    while (sent < due) {
      const at = sent % (audio.length - bytesPerTick)
      asked.write(audio.subarray(at, at + bytesPerTick))
      sent += bytesPerTick
    }
  }
  const timer = setInterval(send, tickMs)
  return {
    stop() {
      clearInterval(timer)
      asked.destroy()
    },
  }
}

function configOf({ folder, port }) {
  const owner =
    process.getuid?.() === 0
      ? '<changeowner><user>nobody</user><group>nogroup</group></changeowner>'
      : ''
  return `<icecast>
  <limits><clients>2000</clients><sources>2</sources><queue-size>524288</queue-size><burst-size>65535</burst-size></limits>
  <authentication><source-password>${password}</source-password><admin-password>${password}</admin-password></authentication>
  <hostname>localhost</hostname>
  <listen-socket><port>${port}</port><bind-address>127.0.0.1</bind-address></listen-socket>
  <paths>
    <basedir>${folder}</basedir><logdir>${folder}</logdir><webroot>${folder}</webroot><adminroot>${folder}</adminroot>
  </paths>
  <logging><accesslog>access.log</accesslog><errorlog>error.log</errorlog><loglevel>2</loglevel></logging>
  <security><chroot>0</chroot>${owner}</security>
</icecast>
`
}
