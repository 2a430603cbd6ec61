// @ts-check
// The load generator's process: the runner sends one command at a time and waits for its reply.
import { burst } from './burst.mjs'
import { SteadyLoad } from './steady-load.mjs'

/**
 * @typedef {{ type: 'open', id: number, target: import('./steady-load.mjs').Target }
 *   | { type: 'run', id: number, durationMs: number }
 *   | { type: 'close', id: number }
 *   | { type: 'burst', target: import('./steady-load.mjs').Target, limitMs: number }} Command
 */

/** @type {Map<number, SteadyLoad>} */
const loads = new Map()

/** @param {Command} command */
async function carryOut(command) {
  if (command.type === 'burst') return burst(command.target, command.limitMs)
  if (command.type === 'open') {
    const load = new SteadyLoad(command.target)
    loads.set(command.id, load)
    return load.connect()
  }
  const load = loads.get(command.id)
  if (load === undefined) throw new Error(`No load ${command.id} is open`)
  if (command.type === 'run') return load.run(command.durationMs)
  load.close()
  loads.delete(command.id)
}

process.on('disconnect', () => process.exit())
process.on('message', async (/** @type {Command} */ command) => {
  try {
    process.send?.({ value: await carryOut(command) })
  } catch (error) {
    process.send?.({ error: String(error) })
  }
})
process.send?.({ value: 'ready' })
