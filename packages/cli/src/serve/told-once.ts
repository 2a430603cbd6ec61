import type { Logger } from 'hale'

/**
 * Writes transitions to a log that outlives the registries they come from. One that takes the place of another, or a
 * check that takes the place of another of its name, begins at UNKNOWN: what it says first is told as a change of what
 * was said last, and not at all when it is the same.
 */
export class ToldOnce {
  readonly logger: Logger
  readonly #said = new Map<string, unknown>()

  constructor(to: Logger) {
    const by =
      (level: keyof Logger): Logger['info'] =>
      (message, details) => {
        const line = this.#changed(message, (details ?? {}) as Line)
        if (line !== undefined) to[level](...line)
      }
    this.logger = { info: by('info'), warn: by('warn'), error: by('error') }
  }

  /** Of a check of this name, should there be one again, everything is new. */
  forget(check: string): void {
    this.#said.delete(`check ${check}`)
  }

  #changed(message: string, details: Line): Parameters<Logger['info']> | undefined {
    const { check, probe, from, to } = details
    if (from === undefined || to === undefined) return [message, details]
    const of = check === undefined ? `probe ${probe}` : `check ${check}`
    const before = this.#said.get(of) ?? from
    this.#said.set(of, to)
    if (before === to) return undefined
    return [message.replace(` ${from} → `, ` ${before} → `), { ...details, from: before }]
  }
}

/** What the library gives to a logger with a transition, among others. */
interface Line {
  readonly check?: unknown
  readonly probe?: unknown
  readonly from?: unknown
  readonly to?: unknown
}
