// @ts-check
import http from 'node:http'
import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { median } from '../measure/statistics.mjs'
import { goal } from '../report/goal.mjs'
import { freePort } from '../restart/balancer.mjs'
import { contenders } from '../restart/contenders.mjs'
import { ServiceProcess } from '../restart/service-process.mjs'

const inFlightMs = 3000

/** @type {import('../report/table.mjs').Table} */
export const sigterm = {
  name: 'sigterm',
  title: 'SIGTERM with a request of 3 s in flight',
  about: `Besides that request there is an idle keep-alive connection. SIGTERM comes 100 ms after the request; the
best that can be is to exit when it is finished. The last column is what is left of the exit's time after that.`,
  async measure({ quick, progress }) {
    const rounds = quick ? 1 : 3
    const goals = []
    /** @type {string[][]} */
    const rows = []
    for (const contender of contenders) {
      progress(contender.label)
      /** @type {Measured[]} */
      const measured = []
      for (let round = 0; round < rounds; round += 1) measured.push(await terminate(contender))
      const finished = measured.filter(({ status }) => status === 200).length
      const exitMs = median(measured.map(({ afterMs }) => afterMs))
      const overMs = median(measured.map(({ overMs }) => overMs))
      const readiness = measured[0]?.readiness ?? ''
      rows.push([
        contender.label,
        readiness,
        finished === rounds
          ? 'finished'
          : finished === 0
            ? '**killed**'
            : `finished ${finished} of ${rounds}`,
        `${(exitMs / 1000).toFixed(1)} s, ${measured[0]?.end}`,
        finished === rounds ? `${Math.max(0, overMs).toFixed(0)} ms` : 'n/a',
      ])
      if (contender.service !== 'hale') continue
      goals.push(goal('requests in flight finished', finished / rounds, { atLeast: 1, digits: 0 }))
      goals.push(goal('exit after the request in flight', overMs, { atMost: 200, unit: ' ms', digits: 0 }))
    }
    return {
      columns: ['service', 'readiness 300 ms later', 'the request', 'exit after', 'of it after the request'],
      rows,
      goals,
    }
  },
}

/** @typedef {{ status: number | string, readiness: string, afterMs: number, overMs: number, end: string }} Measured */

/**
 * @param {import('../restart/contenders.mjs').Contender} contender
 * @returns {Promise<Measured>}
 */
async function terminate({ service, readyPath, probeOffset = 0 }) {
  const port = await freePort()
  const started = await ServiceProcess.start(service, port)
  try {
    const idle = await idleConnection(port)
    const slow = statusOf(port, '/slow')
    await delay(100)
    const exit = started.terminate(15_000)
    await delay(300)
    const readiness = String((await statusOf(port + probeOffset, readyPath)).status)
    const answered = await slow
    const { code, signal, afterMs } = await exit
    idle.destroy()
    const overMs = afterMs - (inFlightMs - 100)
    return {
      status: answered.status,
      readiness,
      afterMs,
      overMs,
      end: code === null ? `${signal}` : `code ${code}`,
    }
  } finally {
    await started.kill()
  }
}

/**
 * @param {number} port
 * @param {string} path
 * @returns {Promise<{ status: number | string }>}
 */
function statusOf(port, path) {
  return new Promise((resolve) => {
    http
      .get({ port, host: '127.0.0.1', path, agent: false }, (response) => {
        response.resume()
        response.once('close', () =>
          resolve({ status: response.complete ? (response.statusCode ?? 0) : 'cut' }),
        )
      })
      .once('error', (error) =>
        resolve({ status: /** @type {NodeJS.ErrnoException} */ (error).code ?? 'error' }),
      )
  })
}

/** A connection that has been used once and is kept, as a balancer's. */
function idleConnection(/** @type {number} */ port) {
  return /** @type {Promise<import('node:net').Socket>} */ (
    new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n'))
      socket.once('data', () => resolve(socket))
      socket.on('error', reject)
    })
  )
}
