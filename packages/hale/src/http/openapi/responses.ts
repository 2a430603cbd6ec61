import type { Visibility } from '../../core/group-settings.ts'
import type { GroupInfo } from '../../core/health.ts'
import { isHealthy, type Status, statuses } from '../../core/status.ts'
import { allowed } from '../exchange.ts'
import type { Format } from '../formats/format.ts'
import type { HandlerSettings } from '../handler-settings.ts'
import { type Bodies, type Content, mergedContent, pascal } from './bodies.ts'
import type { Components, Reference } from './components.ts'
import { attainable } from './levels.ts'

/** Responses by status code, each a reference. */
export type Responses = { readonly [code: string]: Reference }

interface Response {
  readonly description: string
  readonly headers?: object
  readonly content?: Content
}

const problemSchema = {
  title: 'A problem (RFC 9457)',
  type: 'object',
  properties: {
    type: { type: 'string', format: 'uri-reference' },
    title: { type: 'string' },
    status: { type: 'integer', minimum: 400, maximum: 599 },
    detail: { type: 'string' },
    problems: {
      type: 'array',
      items: { type: 'string' },
      description: 'Everything that is wrong, by field.',
    },
  },
  required: ['type', 'title', 'status'],
}

const noStore = { schema: { const: 'no-store' } }

const retryAfter = {
  description: 'Seconds after which to ask again.',
  schema: { type: 'integer', minimum: 1 },
}

/** A report that is asked for, and how it may be answered. */
export interface AskedReport {
  readonly levels: readonly Visibility[]
  readonly statusCodes?: GroupInfo['statusCodes']
  /** Those that the handler serves, when not given. */
  readonly formats?: readonly Format[]
  /** What the names of its responses begin with. */
  readonly name?: string
}

/** Makes the responses of operations and keeps them among the components. */
export class ResponseMaker {
  readonly #components: Components
  readonly #bodies: Bodies
  readonly #settings: HandlerSettings
  readonly #usual: readonly Visibility[]

  constructor(components: Components, bodies: Bodies, settings: HandlerSettings) {
    this.#components = components
    this.#bodies = bodies
    this.#settings = settings
    this.#usual = attainable(settings, undefined)
  }

  /** Of a probe, group or check: what each status is answered with. */
  ofReport(asked: AskedReport): Responses {
    const { levels, statusCodes = {}, formats = this.#settings.formats, name = 'Health' } = asked
    const byCode = new Map<number, { readonly statuses: Status[]; readonly formats: Format[] }>()
    const at = (code: number) => {
      const known = byCode.get(code) ?? { statuses: [], formats: [] }
      byCode.set(code, known)
      return known
    }
    const changing = formats.filter(({ statusCode }) => statusCode === undefined)
    for (const status of changing.length > 0 ? statuses : []) {
      const known = at(statusCodes[status] ?? (isHealthy(status) ? 200 : 503))
      known.statuses.push(status)
      known.formats.push(...changing)
    }
    for (const format of formats) {
      // A scrape that is answered with an error is lost, so its answer says nothing of the status.
      if (format.statusCode !== undefined) at(format.statusCode).formats.push(format)
    }
    return Object.fromEntries(
      [...byCode].map(([code, meant]) => [
        code,
        this.#components.use('responses', `${name}${code}${this.#shown(levels)}`, {
          description:
            meant.statuses.length === 0 ? 'As metrics.' : `The status is ${listed(meant.statuses)}.`,
          headers: this.#headers(code),
          // 204 and its like have no content.
          ...(code !== 204 &&
            code !== 205 && { content: this.#bodies.content([...new Set(meant.formats)], levels) }),
        }),
      ]),
    )
  }

  #headers(code: number): object {
    const { envoy, serverTiming } = this.#settings
    return {
      'Cache-Control': this.#components.use('headers', 'HealthNoStore', noStore),
      ...(code === 503 && { 'Retry-After': this.retryAfter() }),
      ...(envoy && {
        'x-envoy-degraded': { description: 'When DEGRADED.', schema: { const: 'true' } },
        'x-envoy-immediate-health-check-fail': { description: 'When draining.', schema: { const: 'true' } },
      }),
      ...(serverTiming && {
        'Server-Timing': { description: 'How long each check took, in ms.', schema: { type: 'string' } },
      }),
    }
  }

  /** What tells the responses of groups with a visibility of their own from the usual ones. */
  #shown(levels: readonly Visibility[]): string {
    return levels.join() === this.#usual.join() ? '' : levels.map(pascal).join('')
  }

  problem(name: string, description: string, headers?: object): Reference {
    const schema = this.#components.use('schemas', 'HealthProblem', problemSchema)
    return this.#components.use('responses', name, {
      description,
      ...(headers && { headers }),
      content: { 'application/problem+json': { schema } },
    })
  }

  retryAfter(): Reference {
    return this.#components.use('headers', 'HealthRetryAfter', retryAfter)
  }

  /** What every path that only reads may answer besides. */
  ofReading(limited: boolean): Responses {
    return {
      405: this.problem('HealthReadOnly', 'The method was another than GET, HEAD or OPTIONS.', {
        Allow: { schema: { const: allowed } },
      }),
      ...(limited && {
        429: this.problem('HealthLimited', 'The endpoint is rate limited.', {
          'Retry-After': this.retryAfter(),
        }),
      }),
      500: this.problem('HealthFailed', 'The answer could not be made.'),
    }
  }

  /** Where a status is answered with a code that also means something else, the code says both. */
  merged(...all: readonly Responses[]): Responses {
    const merged: Record<string, Reference> = {}
    for (const [code, response] of all.flatMap((responses) => Object.entries(responses))) {
      const known = merged[code]
      const same = known === undefined || known.$ref === response.$ref
      merged[code] = same ? response : this.#both(code, known, response)
    }
    return merged
  }

  #both(code: string, first: Reference, second: Reference): Reference {
    const [a, b] = [this.#components.find(first) as Response, this.#components.find(second) as Response]
    return this.#components.use('responses', `Health${code}`, {
      description: a.description === b.description ? a.description : `${a.description} Or: ${b.description}`,
      ...((a.headers || b.headers) && { headers: { ...a.headers, ...b.headers } }),
      ...((a.content || b.content) && { content: mergedContent(a.content, b.content) }),
    })
  }
}

function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`
}
