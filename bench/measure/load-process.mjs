// @ts-check
import { Child } from './child.mjs'

/** @typedef {import('../load/steady-load.mjs').Target} Target */

/** The load generator, in a process of its own, so that its work is not counted as the server's. */
export class LoadProcess {
  #child
  #opened = 0

  /** @param {Child} child */
  constructor(child) {
    this.#child = child
  }

  static async start() {
    const child = new Child('load/process.mjs')
    await child.next()
    return new LoadProcess(child)
  }

  /**
   * Connects without sending anything.
   *
   * @param {Target} target
   * @returns {Promise<number>} the id to run and close it by
   */
  async open(target) {
    this.#opened += 1
    const id = this.#opened
    await this.#carryOut({ type: 'open', id, target })
    return id
  }

  /**
   * @param {number} id
   * @param {number} durationMs
   * @returns {Promise<import('../load/steady-load.mjs').SteadyResult>}
   */
  run(id, durationMs) {
    return this.#carryOut({ type: 'run', id, durationMs })
  }

  /** @param {number} id */
  close(id) {
    return this.#carryOut({ type: 'close', id })
  }

  /**
   * @param {Target} target
   * @param {number} limitMs
   * @returns {Promise<import('../load/burst.mjs').BurstResult>}
   */
  burst(target, limitMs) {
    return this.#carryOut({ type: 'burst', target, limitMs })
  }

  stop() {
    return this.#child.stop()
  }

  /** @param {import('../load/process.mjs').Command} command */
  async #carryOut(command) {
    const reply = await this.#child.ask(command)
    if (reply.error !== undefined) throw new Error(`${command.type}: ${reply.error}`)
    return reply.value
  }
}
