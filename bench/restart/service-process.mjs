// @ts-check
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set()
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** A service that is asked to end as a platform asks it. */
export class ServiceProcess {
  #child
  #exited

  /** @param {import('node:child_process').ChildProcess} child */
  constructor(child) {
    this.#child = child
    running.add(child)
    this.#exited = once(child, 'exit').then(([code, signal]) => {
      running.delete(child)
      return { code, signal, at: performance.now() }
    })
  }

  /**
   * @param {string} name of a file in `services/`
   * @param {number} port
   */
  static async start(name, port) {
    const file = fileURLToPath(new URL(`./services/${name}.mjs`, import.meta.url))
    const child = fork(file, [String(port)], {
      env: { ...process.env, NODE_ENV: 'production', NODE_OPTIONS: '' },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    const service = new ServiceProcess(child)
    const failed = service.#exited.then(({ code }) => Promise.reject(new Error(`${name} ended with ${code}`)))
    failed.catch(() => {})
    await Promise.race([once(child, 'message'), failed])
    return service
  }

  /**
   * Sends SIGTERM and waits for the end; after `withinMs` it is killed, as a platform would.
   *
   * @param {number} withinMs
   */
  async terminate(withinMs) {
    const began = performance.now()
    this.#child.kill('SIGTERM')
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), withinMs)
    const { code, signal, at } = await this.#exited
    clearTimeout(timer)
    return { code, signal, afterMs: at - began }
  }

  async kill() {
    if (!running.has(this.#child)) return
    this.#child.kill('SIGKILL')
    await this.#exited
  }
}
