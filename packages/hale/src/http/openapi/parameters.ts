import type { HealthSource } from '../../core/health.ts'
import { namePattern } from '../../core/names.ts'
import type { HandlerSettings } from '../handler-settings.ts'
import type { Components, Reference } from './components.ts'

/** The query and path parameters of a handler's operations. */
export class Parameters {
  readonly #components: Components
  readonly #shared: readonly Reference[]
  readonly #ofGroups: readonly Reference[]

  constructor(components: Components, health: HealthSource, { formats }: HandlerSettings) {
    this.#components = components
    this.#ofGroups = [
      ...(formats.some(({ verbose }) => verbose !== undefined) ? [this.#verbose()] : []),
      this.#exclude(),
    ]
    this.#shared = [
      ...(new Set(formats.map(({ name }) => name)).size > 1
        ? [this.#format([...new Set(formats.map(({ name }) => name))])]
        : []),
      ...(answersForWorkers(health) ? [this.#workers()] : []),
    ]
  }

  /** What the path of a probe or group takes. */
  ofGroup(more: readonly Reference[] = []): readonly Reference[] {
    return [...more, ...this.#shared, ...this.#ofGroups]
  }

  /** What the path of one check takes. */
  ofCheck(name: Reference): readonly Reference[] {
    return [name, ...this.#shared]
  }

  /** What every report takes whose format is chosen otherwise. */
  ofForeign(more: readonly Reference[] = []): readonly Reference[] {
    return [...more, ...this.#shared.filter(({ $ref }) => $ref.endsWith('Workers')), this.#exclude()]
  }

  deep(): Reference {
    return this.#components.use('parameters', 'HealthDeep', {
      name: 'deep',
      in: 'query',
      description: 'Answers readiness in place of liveness.',
      schema: { type: 'boolean', default: false },
    })
  }

  /** A check's name: one of those that there are, or of any when some of them are not told. */
  check(names: readonly string[], all: boolean, component = 'HealthCheckName', name = 'check'): Reference {
    return this.#components.use('parameters', component, {
      name,
      in: 'path',
      required: true,
      description: "The check's name.",
      schema: { type: 'string', ...(all && names.length > 0 ? { enum: names } : { pattern: namePattern }) },
    })
  }

  #verbose(): Reference {
    return this.#components.use('parameters', 'HealthVerbose', {
      name: 'verbose',
      in: 'query',
      description: "Kubernetes' text names each check, not only when one has failed.",
      allowEmptyValue: true,
      schema: { type: 'string' },
    })
  }

  #exclude(): Reference {
    return this.#components.use('parameters', 'HealthExclude', {
      name: 'exclude',
      in: 'query',
      description: 'Checks to leave out of the verdict.',
      schema: { type: 'array', items: { type: 'string' } },
    })
  }

  #format(names: readonly string[]): Reference {
    return this.#components.use('parameters', 'HealthFormat', {
      name: 'format',
      in: 'query',
      description: 'The format of the body, whatever `Accept` says; an unknown one is ignored.',
      schema: { type: 'string', enum: names },
    })
  }

  #workers(): Reference {
    return this.#components.use('parameters', 'HealthWorkers', {
      name: 'workers',
      in: 'query',
      description: 'Whose health is asked for, where several processes answer as one.',
      schema: { type: 'string', enum: ['this', 'worst', 'best', 'quorum'] },
    })
  }
}

/** What `shareHealth` and `collectHealth` return is told by what it has besides. */
function answersForWorkers(health: HealthSource): boolean {
  return 'alone' in health || 'workers' in health
}
