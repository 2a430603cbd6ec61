// @ts-check
import { setTimeout as delay } from 'node:timers/promises'
import { LoadProcess } from '../measure/load-process.mjs'
import { ServerProcess } from '../measure/server-process.mjs'
import { subject } from '../measure/subject.mjs'
import { goal } from '../report/goal.mjs'
import { hangingSubjects } from './hanging-subjects.mjs'

const waveSize = 200

/** @type {import('../report/table.mjs').Table} */
export const hangingMemory = {
  name: 'hanging-memory',
  title: 'A check that hangs: what is kept',
  about: `Probes arrive in waves of ${waveSize} while the check hangs, each prober gives up after a second
and closes its connection. What the heap has gained after a collection, over 2,000 probes, is kept for as
long as the check hangs. That is done twice and the lower figure given: what is compiled meanwhile is a
gain only once. The bare server, which has nothing to keep, shows how exact that is.`,
  async measure(context) {
    const waves = context.quick ? { warmUp: 2, measured: 2 } : { warmUp: 5, measured: 10 }
    const subjects = [
      subject('bare node:http, static JSON', 'bare-http', 'ready'),
      ...hangingSubjects(context.quick),
    ]
    // All at once: this is waiting, not work.
    const kept = await Promise.all(subjects.map((each) => bytesKeptPerProbe(each, waves, context)))
    const results = subjects.map(({ label }, index) => ({ label, bytes: kept[index] ?? NaN }))
    return {
      columns: ['server', 'bytes kept per hung probe'],
      rows: [
        ...results.map(({ label, bytes }) => [label, bytes.toFixed(0)]),
        ['lightship', 'n/a: has no checks'],
      ],
      goals: results
        .filter(({ label }) => label.includes('hale'))
        .map(({ label, bytes }) =>
          goal(`${label}: kept per probe`, bytes, { atMost: 100, unit: ' bytes', digits: 0 }),
        ),
    }
  },
}

/**
 * @param {import('../measure/subject.mjs').Subject} subject
 * @param {{ warmUp: number, measured: number }} waves
 * @param {import('../report/table.mjs').Context} context
 */
async function bytesKeptPerProbe(subject, waves, { progress }) {
  const load = await LoadProcess.start()
  const server = await ServerProcess.start(subject, ['--expose-gc'])
  const target = { port: server.port, path: server.paths.ready, connections: waveSize }
  try {
    await server.healthyBody('ready')
    // The first waves pay for what is compiled and cached once: Node keeps the parsers of up to a thousand
    // connections.
    for (let wave = 0; wave < waves.warmUp; wave += 1) await load.burst(target, 1000)
    await server.usage({ hang: true })
    await delay(1500)
    for (let wave = 0; wave < waves.warmUp; wave += 1) await load.burst(target, 1000)
    const kept = [await gainPerProbe(), await gainPerProbe()]
    progress(subject.label)
    return Math.min(...kept)
  } finally {
    await Promise.all([server.stop(), load.stop()])
  }

  async function gainPerProbe() {
    const before = await server.usage({ collect: true })
    for (let wave = 0; wave < waves.measured; wave += 1) await load.burst(target, 1000)
    const after = await server.usage({ collect: true })
    return (after.heapUsedBytes - before.heapUsedBytes) / (waves.measured * waveSize)
  }
}
