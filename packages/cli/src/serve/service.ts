import { setTimeout as sleep } from 'node:timers/promises'
import type { Health, Logger } from 'hale'
import type { Definition, DefinitionProblem, LoadOptions } from '../definition/definition.ts'
import { DefinitionState, definitionCheckName } from './definition-check.ts'
import type { Endpoint } from './endpoint-parts.ts'
import { Endpoints } from './endpoints.ts'
import { closeAll, type MadeChecks, startAll, type Workshop } from './make-checks.ts'
import { PortError } from './port-error.ts'
import { type Prepared, prepare } from './prepared.ts'
import type { Redaction } from './redaction.ts'
import { type OwnRegistry, registryOf, takeOver } from './registry.ts'
import { sameText } from './same-text.ts'
import { ToldOnce } from './told-once.ts'

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
export type Reloaded = { readonly problems: readonly DefinitionProblem[] } | Changes

/** Checks by name, and the sections that are others now. */
export interface Changes {
  readonly added: readonly string[]
  readonly changed: readonly string[]
  readonly removed: readonly string[]
  readonly sections: readonly string[]
}

/** What a registry is made with, and cannot change afterwards. */
const madeWith = ['service', 'groups', 'budgetMs'] as const
const allSections = [...madeWith, 'serve', 'deploy'] as const
/** How long the end waits for a file that is being read. */
const patienceMs = 2000
const nothing: Changes = { added: [], changed: [], removed: [], sections: [] }

/** A file being served. The last good file stays in force until there is a better one. */
export class Service implements AsyncDisposable {
  readonly #setting: ServiceSetting
  readonly #endpoints = new Endpoints()
  readonly #state = new DefinitionState()
  readonly #end = new AbortController()
  readonly #told: ToldOnce
  #registry: OwnRegistry
  #definition: Definition
  #made: MadeChecks
  #files: readonly string[]
  #reloading: Promise<unknown> = Promise.resolve()

  private constructor(setting: ServiceSetting, prepared: Prepared) {
    const { definition, made, files } = prepared
    this.#setting = setting
    this.#definition = definition
    this.#made = made
    this.#files = files
    this.#told = new ToldOnce(setting.logger)
    this.#registry = registryOf(definition, made, this.#state.check(definition.groups), this.#told.logger)
  }

  /** Serves a file; what is wrong with it is returned, a port that cannot be had too. */
  static async start(
    setting: ServiceSetting,
  ): Promise<Service | { readonly problems: readonly DefinitionProblem[] }> {
    const { file, env, redaction, importDriver } = setting
    const prepared = await prepare(file, env, undefined, importDriver)
    if ('problems' in prepared) return prepared
    redaction.know(prepared.secrets)
    const service = new Service(setting, prepared)
    try {
      await service.#endpoints.change(service.health, prepared.definition.serve)
      startAll(prepared.made.values())
      void service.health.check(definitionCheckName).run()
      return service
    } catch (error) {
      await service[Symbol.asyncDispose]()
      if (!(error instanceof PortError)) throw error
      return { problems: [placed(error, prepared)] }
    }
  }

  get #ended(): boolean {
    return this.#end.signal.aborted
  }

  /** The registry in force; another one after a reload that changed what it was made with. */
  get health(): Health {
    return this.#registry.health
  }

  get endpoints(): readonly Endpoint[] {
    return this.#endpoints.list
  }

  get definition(): Definition {
    return this.#definition
  }

  /** The file, and those of its secrets: which of them changes changes what is served. */
  get files(): readonly string[] {
    return [this.#setting.file, ...this.#files]
  }

  /** Reads the file again; one after the other, however often it is asked for. */
  reload(): Promise<Reloaded> {
    const reloaded = this.#reloading.then(() => (this.#ended ? nothing : this.#reload()))
    this.#reloading = reloaded.catch(() => {})
    return reloaded
  }

  async #reload(): Promise<Reloaded> {
    const { file, env, importDriver } = this.#setting
    const before = { definition: this.#definition, made: this.#made }
    const prepared = await prepare(file, env, before, importDriver)
    this.#files = prepared.files
    if ('problems' in prepared) return this.#refuse(prepared.problems)
    const fresh = [...prepared.made.keys()].filter((name) => !this.#isKept(prepared, name))
    try {
      const changes = await this.#apply(prepared, fresh)
      this.#state.accept()
      await this.health.check(definitionCheckName).run()
      return changes
    } catch (error) {
      await closeMade(prepared.made, fresh)
      if (this.#ended) return nothing
      if (!(error instanceof PortError)) throw error
      return this.#refuse([placed(error, prepared)])
    }
  }

  async #refuse(problems: readonly DefinitionProblem[]): Promise<Reloaded> {
    this.#state.refuse(problems)
    await this.health.check(definitionCheckName).run()
    this.#setting.refuse(problems)
    return { problems }
  }

  /** All that may fail comes first. */
  async #apply(prepared: Prepared, fresh: readonly string[]): Promise<Changes> {
    const { redaction } = this.#setting
    const { definition, made } = prepared
    const before = this.#definition
    const sections = allSections.filter((section) => !sameText(before[section], definition[section]))
    const old = { registry: this.#registry, made: this.#made, secrets: redaction.known }
    redaction.know(prepared.secrets)
    const gone = [...old.made.keys()].filter((name) => !this.#isKept(prepared, name))
    const [changed, removed] = [gone.filter((name) => made.has(name)), gone.filter((name) => !made.has(name))]
    const added = fresh.filter((name) => !changed.includes(name))
    const anew = madeWith.some((section) => sections.includes(section))
    const registry = anew ? await this.#another(prepared, fresh) : old.registry
    try {
      if (this.#ended) throw new DOMException('ended', 'AbortError')
      await this.#endpoints.change(registry.health, definition.serve)
    } catch (error) {
      redaction.know(old.secrets)
      if (anew) await registry.retire()
      throw error
    }
    if (anew) await old.registry.retire()
    else this.#exchange(made, fresh, gone)
    for (const name of removed) this.#told.forget(name)
    this.#registry = registry
    this.#definition = definition
    this.#made = made
    await closeMade(old.made, gone)
    return { added, changed, removed, sections }
  }

  /** A registry to take the place of the one in force. */
  async #another({ definition, made }: Prepared, fresh: readonly string[]): Promise<OwnRegistry> {
    const own = this.#state.check(definition.groups)
    const registry = registryOf(definition, made, own, this.#told.logger)
    for (const name of fresh) startAll(oneOf(made, name))
    const kept = [...made.keys()].filter((name) => !fresh.includes(name))
    try {
      await takeOver(this.health, registry.health, kept, this.#end.signal)
      return registry
    } catch (error) {
      await registry.retire()
      throw error
    }
  }

  /** In one turn: no probe sees the one gone and the other not there. */
  #exchange(made: MadeChecks, fresh: readonly string[], gone: readonly string[]): void {
    for (const name of gone) this.health.check(name)[Symbol.dispose]()
    for (const name of fresh) {
      for (const one of oneOf(made, name)) {
        startAll([one])
        this.health.add(name, one.check)
      }
    }
  }

  #isKept(prepared: Prepared, name: string): boolean {
    return this.#made.get(name) === prepared.made.get(name)
  }

  /** From now on no file is read again: what is on its way out does not begin anew. */
  async stopReloading(): Promise<void> {
    this.#end.abort()
    // A disk of another machine may never answer.
    const enough = new AbortController()
    const { signal } = enough
    await Promise.race([this.#reloading, sleep(patienceMs, undefined, { signal }).catch(() => {})])
    enough.abort()
  }

  /** Ends the checks and their clients; endpoints are closed by whoever shuts down. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.stopReloading()
    await this.health.dispose()
    await closeMade(this.#made, [...this.#made.keys()])
  }
}

function placed({ path, problem }: PortError, { places }: Prepared): DefinitionProblem {
  return { ...places.ofValue(path), path, text: problem }
}

function oneOf(made: MadeChecks, name: string) {
  const one = made.get(name)
  return one === undefined ? [] : [one]
}

async function closeMade(made: MadeChecks, names: readonly string[]): Promise<void> {
  await closeAll(names.flatMap((name) => oneOf(made, name)))
}
