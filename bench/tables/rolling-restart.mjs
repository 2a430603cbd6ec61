// @ts-check
import { setTimeout as delay } from 'node:timers/promises'
import { median } from '../measure/statistics.mjs'
import { goal } from '../report/goal.mjs'
import { freePort, programOf, startBalancer } from '../restart/balancer.mjs'
import { contenders } from '../restart/contenders.mjs'
import { ServiceProcess } from '../restart/service-process.mjs'
import { SteadyClient } from '../restart/steady-client.mjs'

const perSecond = 50
const balancers = /** @type {const} */ (['haproxy', 'nginx'])

/** @type {import('../report/table.mjs').Table} */
export const rollingRestart = {
  name: 'rolling-restart',
  title: 'Rolling restarts behind a load balancer',
  about: `Two instances behind a real HAProxy (which asks readiness every 100 ms) and a real NGINX (which asks
nothing), ${perSecond} requests per second of 100 ms each over keep-alive connections, half of them POST. The instances
get SIGTERM in turn; each comes back before the next one goes. A request that does not come back as 200 is lost. The
exit is the median time from SIGTERM to the end of the process, 15 s when it had to be killed. A peer that takes long
is restarted less often, for some 20 s.`,
  async measure({ quick, progress }) {
    const restarts = quick ? 4 : 20
    /** @type {string[][]} */
    const rows = []
    const goals = []
    for (const contender of contenders) {
      const cells = [contender.label]
      for (const name of balancers) {
        if (programOf(name) === undefined) {
          cells.push('not installed', '', '')
          continue
        }
        progress(`${contender.label} behind ${name}`)
        const { done, sent, lost, what, exitMs } = await restartAll(contender, name, restarts)
        cells.push(
          String(done),
          lost === 0 ? `**0** of ${sent}` : `${lost} of ${sent} (${what})`,
          `${(exitMs / 1000).toFixed(1)} s`,
        )
        if (contender.service === 'hale')
          goals.push(goal(`requests lost behind ${name}`, lost, { atMost: 0, digits: 0 }))
      }
      rows.push(cells)
    }
    return {
      columns: ['service', 'HAProxy: restarts', 'lost', 'exit', 'NGINX: restarts', 'lost', 'exit'],
      rows,
      goals,
    }
  },
}

/**
 * @param {import('../restart/contenders.mjs').Contender} contender
 * @param {import('../restart/balancer.mjs').BalancerName} name
 * @param {number} restarts
 */
async function restartAll({ service, readyPath, probeOffset = 0 }, name, restarts) {
  const ports = [await freePort(), await freePort()]
  const start = async (/** @type {number} */ port) => {
    const started = await ServiceProcess.start(service, port)
    const url = `http://127.0.0.1:${port + probeOffset}${readyPath}`
    while ((await fetch(url).catch(() => undefined))?.status !== 200) await delay(20)
    return started
  }
  const services = [
    await start(/** @type {number} */ (ports[0])),
    await start(/** @type {number} */ (ports[1])),
  ]
  const balancer = await startBalancer(name, { ports, readyPath, probeOffset })
  await delay(500)
  const client = new SteadyClient(balancer.port, perSecond)
  /** @type {number[]} */
  const exits = []
  try {
    await delay(300)
    const giveUpAt = service === 'hale' ? Infinity : Date.now() + 60_000
    while (exits.length < restarts && Date.now() < giveUpAt) {
      const index = exits.length % 2
      const { afterMs } = await /** @type {ServiceProcess} */ (services[index]).terminate(15_000)
      exits.push(afterMs)
      services[index] = await start(/** @type {number} */ (ports[index]))
      // Until HAProxy has asked it, and NGINX forgets that it was away.
      await delay(1200)
    }
    await client.stop()
  } finally {
    await balancer.stop()
    for (const each of services) await each.kill()
  }
  const what = [...client.lost].map(([instead, count]) => `${count} × ${instead}`).join(', ')
  return { done: exits.length, sent: client.sent, lost: client.lostCount, what, exitMs: median(exits) }
}
