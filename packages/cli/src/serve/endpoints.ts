import type { Health } from 'hale'
import type { ServeDefinition } from '../definition/definition.ts'
import { type Endpoint, type Part, partsOf, type Started } from './endpoint-parts.ts'
import { PortError } from './port-error.ts'
import { sameText } from './same-text.ts'

const lookAgainMs = 10

interface Running {
  readonly part: Part
  readonly started: Started
}

/** Everything that listens for one file, and for the next. */
export class Endpoints {
  #running: readonly Running[] = []
  #health: Health | undefined

  get list(): readonly Endpoint[] {
    return this.#running.map(({ started }) => started)
  }

  /**
   * Puts in force what `serve` asks for. Where nothing has changed nothing is touched; where the port stays the
   * listener does too, and answers otherwise. What needs another port has it before the one before is closed. Only
   * where the port must be had anew (another host, another certificate of gRPC) it is closed first.
   *
   * @throws PortError for a port that cannot be had; everything is as it was before.
   */
  async change(health: Health, serve: ServeDefinition): Promise<void> {
    const { kept, turned, fresh } = this.#plan(health, partsOf(serve, health.groups))
    const going = this.#running.filter((one) => ![...kept, ...turned.map(({ now }) => now)].includes(one))
    const holds = (one: Running, part: Part): boolean => one.part.port === part.port && part.port !== 0
    const started: Running[] = []
    const closed: Running[] = []
    const closing: Promise<void>[] = []
    const start = async (part: Part): Promise<void> => {
      const inTheWay = going.filter((one) => holds(one, part) && !closed.includes(one))
      closed.push(...inTheWay)
      closing.push(closeAll(inTheWay))
      started.push({ part, started: await startOnce(Promise.all(closing), () => part.start(health)) })
    }
    const isFree = (part: Part): boolean => !going.some((one) => holds(one, part))
    try {
      // What may fail without anything having been closed for it comes first.
      for (const part of fresh.filter(isFree)) await start(part)
      for (const part of fresh.filter((other) => !isFree(other))) await start(part)
    } catch (error) {
      await Promise.all([...closing, closeAll(started)])
      await this.#reopen(closed)
      throw error
    }
    const others = await Promise.all(
      turned.map(async ({ now, part }) => ({
        part,
        started: (await now.started.turn?.(health, serve)) ?? now.started,
      })),
    )
    this.#health = health
    this.#running = [...kept, ...others, ...started]
    await Promise.all([...closing, closeAll(going.filter((one) => !closed.includes(one)))])
  }

  async close(): Promise<void> {
    await closeAll(this.#running)
  }

  #plan(health: Health, parts: readonly Part[]) {
    const kept: Running[] = []
    const turned: { readonly now: Running; readonly part: Part }[] = []
    const fresh: Part[] = []
    for (const part of parts) {
      const now = this.#running.find(({ part: { kind } }) => kind === part.kind)
      if (now === undefined) fresh.push(part)
      else if (health === this.#health && sameText(now.part.made, part.made)) kept.push(now)
      else if (now.started.turn !== undefined && sameText(now.part.place, part.place))
        turned.push({ now, part })
      else fresh.push(part)
    }
    return { kept, turned, fresh }
  }

  /** The ports were theirs a moment ago. */
  async #reopen(closed: readonly Running[]): Promise<void> {
    const health = this.#health
    if (health === undefined) return
    for (const { part } of closed) {
      const rest = this.#running.filter((one) => one.part !== part)
      const started = await part.start(health).catch((err: unknown) => {
        health.logger?.error('a port could not be had back', { err })
      })
      this.#running = started === undefined ? rest : [...rest, { part, started }]
    }
  }
}

/**
 * A port is free a moment after its listener begins to close, and long before all that was asked there is answered: who
 * waits for the end leaves those who ask meanwhile without anybody.
 */
async function startOnce<Made>(free: Promise<unknown>, start: () => Promise<Made>): Promise<Made> {
  let isFree = false
  void free.then(() => {
    isFree = true
  })
  for (;;) {
    const last = isFree
    try {
      return await start()
    } catch (error) {
      if (last || !(error instanceof PortError) || !error.isTaken) throw error
      await Promise.race([free, new Promise((resolve) => setTimeout(resolve, lookAgainMs))])
    }
  }
}

async function closeAll(running: readonly Running[]): Promise<void> {
  await Promise.allSettled(running.map(async ({ started }) => started.close()))
}
