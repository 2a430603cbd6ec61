import type { Health, HealthSource, Logger, WatchedChange } from 'hale'

type Watcher = (what: WatchedChange) => void

/**
 * A registry that becomes another while it is served: for what listens and can be told of no other itself, such as the
 * thread, which would have to give up its port.
 */
export class TurnedHealth implements HealthSource {
  /** One for good: whoever keeps it keeps that of the registry in force. */
  readonly logger: Logger
  #health: Health
  readonly #watchers = new Map<symbol, { readonly changed: Watcher; unwatch: (() => void) | undefined }>()

  constructor(health: Health) {
    this.#health = health
    const by =
      (level: keyof Logger): Logger['info'] =>
      (...line) =>
        this.#health.logger?.[level](...line)
    this.logger = { info: by('info'), warn: by('warn'), error: by('error') }
  }

  /** From now on all answers are those of this one; who watches is told at once. */
  turn(health: Health): void {
    this.#health = health
    for (const watching of this.#watchers.values()) {
      watching.unwatch?.()
      watching.unwatch = health.watch?.(watching.changed)
      watching.changed('lifecycle')
    }
  }

  get service(): HealthSource['service'] {
    return this.#health.service
  }

  get clock(): HealthSource['clock'] {
    return this.#health.clock
  }

  get groups(): HealthSource['groups'] {
    return this.#health.groups
  }

  get transitions(): HealthSource['transitions'] {
    return this.#health.transitions
  }

  ask(name: string, workers?: string): ReturnType<HealthSource['ask']> {
    const asked = this.#health
    const answer = asked.ask(name, workers)
    if (!(answer instanceof Promise)) return answer
    // One that was turned away from meanwhile may be at its end, and has said so.
    return answer.then((report) => (asked === this.#health ? report : (this.ask(name, workers) ?? report)))
  }

  latest(name: string): ReturnType<HealthSource['latest']> {
    return this.#health.latest(name)
  }

  validity(name: string): ReturnType<NonNullable<HealthSource['validity']>> {
    return this.#health.validity?.(name)
  }

  watch(changed: Watcher): () => void {
    const key = Symbol('watcher')
    this.#watchers.set(key, { changed, unwatch: this.#health.watch?.(changed) })
    return () => {
      this.#watchers.get(key)?.unwatch?.()
      this.#watchers.delete(key)
    }
  }

  hasCheck(name: string): boolean {
    return this.#health.hasCheck(name)
  }

  visibilityOf(name: string): ReturnType<HealthSource['visibilityOf']> {
    return this.#health.visibilityOf(name)
  }

  snapshot(): ReturnType<HealthSource['snapshot']> {
    return this.#health.snapshot()
  }
}
