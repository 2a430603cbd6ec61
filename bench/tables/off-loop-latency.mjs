// @ts-check
import { setTimeout as delay } from 'node:timers/promises'
import { Child } from '../measure/child.mjs'
import { ProbesInTurn } from '../off-loop/probes-in-turn.mjs'
import { goal } from '../report/goal.mjs'

/** @typedef {import('../off-loop/busy-service.mjs').Work} Work */

/** @type {ReadonlyArray<{ loop: string, work: Work, held: boolean }>} */
const situations = [
  { loop: 'idle', work: { busyMs: 0, idleMs: 50, forMs: 0 }, held: false },
  { loop: '90 % busy, in slices of 50 ms', work: { busyMs: 50, idleMs: 5, forMs: 6000 }, held: true },
  { loop: 'blocked for 4 s', work: { busyMs: 4000, idleMs: 5, forMs: 1 }, held: true },
]
const servers = /** @type {const} */ ([
  { label: '**hale** `serveOffLoop`', where: 'offLoop' },
  { label: '**hale** `serveHealth`', where: 'onLoop' },
])

/** @type {import('../report/table.mjs').Table} */
export const offLoopLatency = {
  name: 'off-loop-latency',
  title: 'Probes while the main loop works',
  about: `The same service, whose main loop does nothing, computes, or is blocked, asked for liveness and readiness in
turn, the next 5 ms after the last answer, for 3.5 s and in processes started anew. Answering off the loop should take
about as long in all three; on the loop a probe waits for its turn, so there are fewer of them: while it is blocked,
one.`,
  async measure({ quick, progress }) {
    const rounds = quick ? 1 : 3
    /** @type {string[][]} */
    const rows = []
    const goals = []
    for (const { loop, work, held } of situations) {
      for (const { label, where } of servers) {
        progress(`${loop}, ${label}`)
        /** @type {number[]} */
        const times = []
        for (let round = 0; round < rounds; round += 1) times.push(...(await timesOf(where, work)))
        times.sort((a, b) => a - b)
        const at = (/** @type {number} */ share) => times[Math.ceil(times.length * share) - 1] ?? NaN
        rows.push([
          loop,
          label,
          String(times.length),
          ...[at(0.5), at(0.99), at(1)].map((milliseconds) => milliseconds.toFixed(1)),
        ])
        if (where === 'offLoop' && held)
          goals.push(goal(`off the loop, ${loop}: p99`, at(0.99), { atMost: 20, unit: ' ms', digits: 1 }))
      }
    }
    return {
      columns: ['the main loop', 'answered by', 'probes', 'p50 ms', 'p99 ms', 'worst ms'],
      rows,
      goals,
    }
  },
}

/**
 * @param {'onLoop' | 'offLoop'} where
 * @param {Work} work
 */
async function timesOf(where, work) {
  const service = new Child('off-loop/busy-service.mjs')
  try {
    const ports = await service.next()
    const probes = new ProbesInTurn(ports[where])
    await probes.connected()
    for (let count = 0; count < 300; count += 1) await probes.next()
    await service.ask({ ...work })
    await delay(50)
    const times = await probes.askFor(3500)
    probes.close()
    return times
  } finally {
    await service.stop()
  }
}
