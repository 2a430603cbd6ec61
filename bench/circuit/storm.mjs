// @ts-check
// A thousand callers of a dependency through its circuit, each of which calls again a little after it has been
// answered or refused.
import { Agent, get } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { createHealth, DependencyDownError } from 'hale'
import { http } from 'hale/checks/http'
import { answerRunner } from '../workload/runner-line.mjs'

/** @typedef {{ readonly port: number, readonly trialDelayMs: number, readonly maxTrialDelayMs: number }} Scenario */
/** @typedef {'blow' | 'open' | 'calm' | 'closed'} Command what to do or wait for */
/** @typedef {{ made: number, refused: number, whileOpen: number, trials: number, closedAt: number }} Seen */

const callers = 1000

/** @type {Scenario} */
const { port, ...delays } = JSON.parse(process.argv[2] ?? '{}')
const url = `http://127.0.0.1:${port}`
const health = createHealth({ checks: { payments: http(`${url}/health`) } })
const circuit = health.circuit('payments', { ...delays, timeoutMs: 2000 })
const agent = new Agent({ keepAlive: true, maxSockets: 100 })
/** @type {Seen} */
const seen = { made: 0, refused: 0, whileOpen: 0, trials: 0, closedAt: NaN }
let blowing = true
/** @type {Promise<unknown>} */
let storm = Promise.resolve()

health.on('circuit', ({ to }) => {
  if (to === 'half-open') seen.trials += 1
  if (to === 'closed') seen.closedAt = Date.now()
})

/** @type {Record<Command, () => Promise<unknown> | void>} */
const commands = {
  blow() {
    storm = Promise.all(Array.from({ length: callers }, callAgainAndAgain))
    return until(() => seen.made > 2 * callers)
  },
  open: () => until(() => circuit.state !== 'closed' && seen.trials >= 3 && seen.refused > callers),
  calm() {
    blowing = false
    return storm
  },
  closed: () => until(() => circuit.state === 'closed'),
}

answerRunner(
  'ready',
  /** @param {{ command: Command }} message */ async ({ command }) => {
    await commands[command]()
    return seen
  },
)

async function callAgainAndAgain() {
  while (blowing) {
    try {
      await circuit.run(({ signal }) => {
        seen.made += 1
        if (circuit.state !== 'closed') seen.whileOpen += 1
        return request(signal)
      })
    } catch (error) {
      if (error instanceof DependencyDownError) seen.refused += 1
    }
    // Without a pause the callers would be all that this process does, its timers late, and its trials with them.
    await delay(300 + 200 * Math.random())
  }
}

/** @param {AbortSignal} signal */
function request(signal) {
  return new Promise((resolve, reject) => {
    get(`${url}/pay`, { agent, signal }, (response) => response.resume().on('end', resolve)).on(
      'error',
      reject,
    )
  })
}

/** @param {() => boolean} condition */
async function until(condition) {
  const giveUpAt = Date.now() + 15_000
  while (!condition()) {
    if (Date.now() > giveUpAt) throw new Error(`Waited in vain for ${condition}`)
    await delay(2)
  }
}
