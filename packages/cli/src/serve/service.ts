import { createHealth, type Health, type Logger } from 'hale'
import type { Definition, DefinitionProblem, LoadOptions } from '../definition/definition.ts'
import { type Endpoint, startEndpoints } from './endpoints.ts'
import { healthOptions } from './examine.ts'
import { closeAll, type MadeChecks, startAll, type Workshop } from './make-checks.ts'
import { type Prepared, prepare, sameText } from './prepared.ts'
import type { Redaction } from './redaction.ts'

/** Where a file is served. */
export interface ServiceSetting {
  /** Absolute. */
  readonly file: string
  readonly env: LoadOptions['env']
  readonly logger: Logger
  readonly redaction: Redaction
  /** Tells of a file that is wrong. */
  readonly refuse: (problems: readonly DefinitionProblem[]) => void
  /** For tests. */
  readonly importDriver?: Workshop['importDriver']
}

/** What a reload has changed, or why it has not. */
export type Reloaded =
  | { readonly problems: readonly DefinitionProblem[] }
  | {
      readonly added: readonly string[]
      readonly changed: readonly string[]
      readonly removed: readonly string[]
    }

/** Sections that are read once: a port or a group is not changed beneath those who ask. */
const readOnce = ['service', 'groups', 'budgetMs', 'serve'] as const

/** A file being served. The last good file stays in force until there is a better one. */
export class Service implements AsyncDisposable {
  readonly health: Health
  readonly endpoints: readonly Endpoint[]
  readonly #setting: ServiceSetting
  readonly #first: Definition
  #definition: Definition
  #made: MadeChecks
  #reloading: Promise<unknown> = Promise.resolve()
  #ended = false

  private constructor(
    setting: ServiceSetting,
    prepared: Prepared,
    health: Health,
    endpoints: readonly Endpoint[],
  ) {
    this.#setting = setting
    this.#first = prepared.definition
    this.#definition = prepared.definition
    this.#made = prepared.made
    this.health = health
    this.endpoints = endpoints
  }

  /** Serves a file; what is wrong with it is returned, and a port that cannot be had rejects. */
  static async start(
    setting: ServiceSetting,
  ): Promise<Service | { readonly problems: readonly DefinitionProblem[] }> {
    const { file, env, logger, redaction, importDriver } = setting
    const prepared = await prepare(file, env, undefined, importDriver)
    if ('problems' in prepared) return prepared
    redaction.know(prepared.secrets)
    const health = createHealth({ ...healthOptions(prepared.definition, prepared.made), logger }) as Health
    try {
      const endpoints = await startEndpoints(health, prepared.definition.serve)
      startAll(prepared.made.values())
      return new Service(setting, prepared, health, endpoints)
    } catch (error) {
      await health.dispose()
      await closeMade(prepared.made, [...prepared.made.keys()])
      throw error
    }
  }

  get definition(): Definition {
    return this.#definition
  }

  /** Reads the file again; one after the other, however often it is asked for. */
  reload(): Promise<Reloaded> {
    const reloaded = this.#reloading.then(() => this.#reload())
    this.#reloading = reloaded.catch(() => {})
    return reloaded
  }

  async #reload(): Promise<Reloaded> {
    const { file, env, logger, redaction, refuse, importDriver } = this.#setting
    const before = { definition: this.#definition, made: this.#made }
    const prepared = await prepare(file, env, before, importDriver)
    if ('problems' in prepared) {
      refuse(prepared.problems)
      return prepared
    }
    if (this.#ended) {
      await closeMade(
        prepared.made,
        [...prepared.made.keys()].filter((name) => !this.#isKept(prepared, name)),
      )
      return { added: [], changed: [], removed: [] }
    }
    redaction.know(prepared.secrets)
    const changed: string[] = []
    const removed: string[] = []
    for (const name of before.made.keys()) {
      if (this.#isKept(prepared, name)) continue
      // In one turn with what takes its place: no probe sees the one gone and the other not there.
      this.health.check(name)[Symbol.dispose]()
      ;(prepared.made.has(name) ? changed : removed).push(name)
    }
    const added: string[] = []
    for (const [name, one] of prepared.made) {
      if (this.#isKept(prepared, name)) continue
      startAll([one])
      this.health.add(name, one.check)
      if (!changed.includes(name)) added.push(name)
    }
    this.#definition = prepared.definition
    this.#made = prepared.made
    await closeMade(before.made, [...changed, ...removed])
    const waiting = readOnce.filter(
      (section) => !sameText(this.#first[section], prepared.definition[section]),
    )
    if (waiting.length > 0)
      logger.warn(`${waiting.join(', ')}: changed in the file; in force from the next start on`)
    return { added, changed, removed }
  }

  #isKept(prepared: Prepared, name: string): boolean {
    return this.#made.get(name) === prepared.made.get(name)
  }

  /** Ends the checks and their clients; endpoints are closed by whoever shuts down. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended = true
    await this.#reloading
    await this.health.dispose()
    await closeMade(this.#made, [...this.#made.keys()])
  }
}

async function closeMade(made: MadeChecks, names: readonly string[]): Promise<void> {
  await closeAll(names.flatMap((name) => made.get(name) ?? []))
}
