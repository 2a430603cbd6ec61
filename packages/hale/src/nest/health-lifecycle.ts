import type { OnApplicationShutdown, OnModuleDestroy, OnModuleInit, Type } from '@nestjs/common'
import type { HttpAdapterHost, ModulesContainer } from '@nestjs/core'
import type { CheckDefinition } from '../core/check.ts'
import { createHealth } from '../core/create-health.ts'
import type { CheckHandle, Checks, Health } from '../core/health.ts'
import { Problems } from '../errors/problems.ts'
import { handlerOf } from '../http/handle.ts'
import { serveEndpoints } from './endpoints.ts'
import { collecting, type HealthModuleSettings, moduleSettings } from './health-module-options.ts'
import { nestLogger } from './nest-logger.ts'
import {
  declaredIndicators,
  type FoundIndicator,
  madeIndicators,
  type Readiness,
  refuseScoped,
} from './providers.ts'

/** What the module does over the application's life: makes the registry, serves it, drains it and disposes it. */
export class HealthLifecycle implements OnModuleInit, OnModuleDestroy, OnApplicationShutdown {
  readonly health: Health
  readonly #settings: HealthModuleSettings
  readonly #modules: ModulesContainer
  readonly #declared: readonly FoundIndicator[]
  readonly #ready = readiness()
  readonly #added: CheckHandle[] = []
  readonly #serve: () => void

  constructor(options: unknown, module: Type, modules: ModulesContainer, host: HttpAdapterHost) {
    const problems = new Problems()
    this.#settings = moduleSettings(options, problems)
    this.#modules = modules
    const own = [...modules.values()].filter(({ metatype }) => metatype === module)
    if (own.length > 1) {
      problems.add(
        'HealthModule',
        'is imported with options more than once; it is global: import it once, in the root',
      )
    }
    // Nest initialises modules from the far ones on and destroys them the other way round. This one comes last and
    // goes first: checks begin when providers have begun, and readiness is 503 before any of them is gone.
    for (const ours of own) ours.distance = -1
    this.#declared = declaredIndicators(modules, this.#ready)
    for (const found of this.#declared) {
      // What injects something request-scoped is known only when it has been made.
      if (found.provider.scope !== undefined) refuseScoped(found, problems)
    }
    this.health = this.#settings.health ?? (this.#created(problems) as Health)
    problems.throwIfAny('HealthModule')
    this.#serve = serveEndpoints(host, handlerOf(this.health, this.#settings.handler))
  }

  onModuleInit(): void {
    this.#serve()
    const problems = new Problems()
    const made = madeIndicators(this.#modules, this.#ready)
    for (const found of this.#declared) refuseScoped(found, problems)
    const late = this.#settings.health === undefined ? made : [...this.#declared, ...made]
    for (const found of late) this.#add(found, problems)
    if (problems.found.length > 0) this.#remove()
    problems.throwIfAny('HealthModule')
    this.#ready.reach()
    // A first run at an interval may have been too early, and the next one is an interval away.
    for (const { name } of this.#settings.health === undefined ? this.#declared : []) {
      if (this.health.check(name).report().checkedAt !== undefined) void this.health.check(name).run()
    }
  }

  async onModuleDestroy(): Promise<void> {
    // Whoever drains already, such as gracefulShutdown, has waited already.
    if (this.health.draining) return
    this.health.drain('the application closes')
    const { drainDelayMs } = this.#settings
    if (drainDelayMs === 0) return
    // The clock's timers keep nothing alive, and there may be no server that does: without this the process could run
    // out in the middle, with providers that were not destroyed.
    const hold = setInterval(() => {}, 2 ** 30)
    await new Promise<void>((resolve) => this.health.clock.after(drainDelayMs, resolve))
    clearInterval(hold)
  }

  async onApplicationShutdown(): Promise<void> {
    this.#remove()
    if (this.#settings.health === undefined) await this.health.dispose()
  }

  #created(problems: Problems): Health | undefined {
    const { registry } = this.#settings
    const checks: Record<string, CheckDefinition> = { ...registry.checks }
    for (const { name, where, definition } of this.#declared) {
      if (Object.hasOwn(checks, name))
        problems.add(where, `another check is named "${name}"; choose another name`)
      checks[name] = definition
    }
    return collecting(problems, () =>
      createHealth({ logger: nestLogger(), ...registry, checks: checks as Checks } as never),
    ) as Health | undefined
  }

  #add({ name, definition, where, provider }: FoundIndicator, problems: Problems): void {
    if (this.#settings.health === undefined && refuseScoped({ name, definition, where, provider }, problems))
      return
    const handle = collecting(problems, () => this.health.add(name, definition))
    if (handle !== undefined) this.#added.push(handle)
  }

  #remove(): void {
    for (const handle of this.#added.splice(0)) handle[Symbol.dispose]()
  }
}

function readiness(): Readiness & { reach(): void } {
  let reached = false
  let reach = (): void => {}
  const until = new Promise<void>((resolve) => {
    reach = resolve
  })
  return {
    get reached() {
      return reached
    },
    wait: (signal) =>
      new Promise((resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason), { once: true })
        void until.then(resolve)
      }),
    reach() {
      reached = true
      reach()
    },
  }
}
