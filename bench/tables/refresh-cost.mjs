// @ts-check
import { setTimeout as delay } from 'node:timers/promises'
import { LoadProcess } from '../measure/load-process.mjs'
import { ServerProcess } from '../measure/server-process.mjs'
import { median } from '../measure/statistics.mjs'

/**
 * What the one probe costs that finds hale's results aged, and for which the checks run: rare enough that
 * slices of a few dozen milliseconds would count it far too often or never.
 *
 * @param {number} checks
 * @param {number} times
 */
export async function refreshMicros(checks, times) {
  const load = await LoadProcess.start()
  const server = await ServerProcess.start({ server: 'hale-serve', scenario: { checks } })
  try {
    await server.healthyBody('ready')
    const id = await load.open({ port: server.port, path: server.paths.ready, connections: 1 })
    /** @type {number[]} */
    const costs = []
    for (let refresh = 0; refresh < times; refresh += 1) {
      await delay(1100)
      const before = await server.usage()
      await load.run(id, 0)
      const after = await server.usage()
      costs.push(after.userMicros + after.systemMicros - before.userMicros - before.systemMicros)
    }
    // The first ones compile what the others use.
    return median(costs.slice(costs.length / 3))
  } finally {
    await Promise.all([server.stop(), load.stop()])
  }
}
