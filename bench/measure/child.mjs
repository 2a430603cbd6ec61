// @ts-check
import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set()

process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
  process.once(signal, () => process.exit(1))
}

/** @typedef {{ resolve: (message: any) => void, reject: (error: Error) => void }} Waiter */

/** A process that answers each message with one message, in order. None outlives the runner. */
export class Child {
  /** @type {Waiter[]} */
  #waiting = []
  #child
  #name

  /**
   * @param {string} file below `bench/`
   * @param {{ readonly arguments?: readonly string[], readonly nodeFlags?: readonly string[] }} [options]
   */
  constructor(file, options = {}) {
    this.#name = file
    this.#child = fork(fileURLToPath(new URL(`../${file}`, import.meta.url)), options.arguments, {
      execArgv: [...(options.nodeFlags ?? [])],
      env: { ...process.env, NODE_ENV: 'production', NODE_OPTIONS: '' },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    running.add(this.#child)
    this.#child.on('message', (message) => this.#waiting.shift()?.resolve(message))
    this.#child.on('error', (error) => this.#fail(error))
    this.#child.on('exit', (code, signal) => {
      running.delete(this.#child)
      this.#fail(new Error(`${this.#name} ended (${signal ?? code})`))
    })
  }

  get pid() {
    return this.#child.pid
  }

  /**
   * The next message: the one that a process sends unasked when it is ready.
   *
   * @returns {Promise<any>}
   */
  next() {
    return new Promise((resolve, reject) => {
      if (!this.#child.connected) reject(new Error(`${this.#name} is not running`))
      else this.#waiting.push({ resolve, reject })
    })
  }

  /**
   * @param {import('node:child_process').Serializable} message
   * @returns {Promise<any>}
   */
  ask(message) {
    const answer = this.next()
    if (this.#child.connected) this.#child.send(message)
    return answer
  }

  async stop() {
    if (!running.has(this.#child)) return
    const ended = new Promise((resolve) => this.#child.once('exit', resolve))
    this.#child.kill('SIGKILL')
    await ended
  }

  /** @param {Error} error */
  #fail(error) {
    for (const waiter of this.#waiting.splice(0)) waiter.reject(error)
  }
}
