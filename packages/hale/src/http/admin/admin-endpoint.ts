import type { CheckChange } from '../../core/control/control-change.ts'
import { deadline } from '../../core/deadline.ts'
import type { HealthControl, HealthSource } from '../../core/health.ts'
import { ConfigurationError } from '../../errors/configuration-error.ts'
import { Problems } from '../../errors/problems.ts'
import { RevisionError } from '../../errors/revision-error.ts'
import { bearerToken, sameSecret } from '../access/secret.ts'
import { answer, type HealthRequest, type HealthResponse, listHeader, withoutBody } from '../exchange.ts'
import { answerFailed, problem } from '../problem.ts'
import type { AdminSettings } from '../settings/admin-settings.ts'
import { ifMatch, tagOf } from './entity-tag.ts'
import { readBody } from './request-body.ts'

/** A registry that can be changed, as `createHealth` returns it. */
export interface ControlledSource extends HealthSource {
  readonly control: HealthControl
}

// One answer for every path and method: whoever has no token learns nothing, not even which checks there are.
const unauthorized = problem(401, 'Unauthorized', 'This needs a bearer token.', {
  'WWW-Authenticate': 'Bearer realm="hale"',
})
const notFound = problem(404, 'Not Found', 'There is nothing to control at this path.')
const disabled = problem(409, 'Conflict', 'The check is disabled: enable it, then run it.')
const notAllowed: Readonly<Record<string, HealthResponse>> = Object.fromEntries(
  ['GET, HEAD', 'GET, HEAD, PATCH', 'POST'].map((Allow) => [
    Allow,
    problem(405, 'Method Not Allowed', `This path takes ${Allow}.`, { Allow }),
  ]),
)
const refusals = {
  'too large': problem(413, 'Content Too Large', 'A change has at most 16 kB.'),
  'not JSON': problem(400, 'Bad Request', 'The body is not JSON.'),
  aborted: problem(400, 'Bad Request', 'The body did not arrive.', { Connection: 'close' }),
  'read before': problem(
    400,
    'Bad Request',
    'A body came, but something before this endpoint has read it and left nothing at request.body.',
  ),
}

// Of a run that was forced. A check may take a minute, but servers cut off a connection that is silent for 10 s.
const mostWaitingMs = 5000

type Operation = (request: HealthRequest, by: string) => HealthResponse | Promise<HealthResponse>

/** Changes checks over HTTP: the only paths that write, and only for who has the token. */
export class AdminEndpoint {
  readonly #health: ControlledSource
  readonly #settings: AdminSettings
  readonly #path: string

  /** `path` is what all of its own begin with. */
  constructor(health: ControlledSource, settings: AdminSettings, path: string) {
    this.#health = health
    this.#settings = settings
    this.#path = path
  }

  answer(request: HealthRequest, path: string): HealthResponse | Promise<HealthResponse> {
    const { method = 'GET' } = request
    const operator = this.#operator(request)
    if (operator === undefined) return forHead(unauthorized, method)
    const found = this.#route(path.slice(this.#path.length).replace(/\/$/, ''))
    if (found === undefined) return forHead(notFound, method)
    const wanted = method === 'HEAD' ? 'GET' : method
    // Servers other than Node's let any word through as a method, `constructor` too.
    const operation = Object.hasOwn(found, wanted) ? found[wanted] : undefined
    if (operation === undefined) return forHead(notAllowed[allowed(found)] as HealthResponse, method)
    return this.#perform(operation, request, operator).then((response) => forHead(response, method))
  }

  // Every token is looked at, so that the time does not tell which of them came close.
  #operator(request: HealthRequest): string | undefined {
    const presented = bearerToken(request)
    if (presented === undefined) return undefined
    let found: string | undefined
    for (const { name, token } of this.#settings.operators) if (sameSecret(presented, token)) found = name
    return found
  }

  #route(path: string): Readonly<Record<string, Operation>> | undefined {
    if (path === '') return { GET: () => this.#overview() }
    if (path === '/service')
      return { GET: () => this.#service(), PATCH: (...given) => this.#changeService(...given) }
    const [, name = '', action] = /^\/checks\/([^/]+)(?:\/(run|reset))?$/.exec(path) ?? []
    const { control } = this.#health
    if (!this.#health.hasCheck(name)) return undefined
    if (action === 'run') return { POST: (_, by) => this.#run(name, by) }
    if (action === 'reset') {
      return {
        POST: (request, by) => this.#guarded(request, name, (revision) => control.reset(name, by, revision)),
      }
    }
    return { GET: () => this.#check(name), PATCH: (request, by) => this.#changeCheck(name, request, by) }
  }

  async #perform(operation: Operation, request: HealthRequest, by: string): Promise<HealthResponse> {
    try {
      return await operation(request, by)
    } catch (error) {
      if (error instanceof ConfigurationError) return invalid(error.problems)
      if (error instanceof RevisionError) return this.#changedMeanwhile(error.check)
      return answerFailed(this.#health.logger, error)
    }
  }

  async #changeCheck(name: string, request: HealthRequest, by: string): Promise<HealthResponse> {
    const body = await readBody(request)
    if ('refused' in body) return refusals[body.refused]
    const change = body.value as CheckChange
    return this.#guarded(request, name, (revision) => this.#health.control.change(name, change, by, revision))
  }

  async #changeService(request: HealthRequest, by: string): Promise<HealthResponse> {
    const body = await readBody(request)
    if ('refused' in body) return refusals[body.refused]
    const { inService, reason } = serviceChange(body.value)
    if (inService) this.#health.control.inService(by)
    else this.#health.control.outOfService(reason, by)
    return this.#service()
  }

  /** Applies a change when nobody else has changed the check since the caller looked, if the caller says when. */
  #guarded(request: HealthRequest, name: string, apply: (revision?: string) => void): HealthResponse {
    // It may have been removed while the body came in.
    if (!this.#health.hasCheck(name)) return notFound
    const { revision } = this.#health.control.of(name)
    const condition = listHeader(request, 'if-match')
    if (condition !== undefined && !ifMatch(condition, revision)) return this.#changedMeanwhile(name)
    apply(condition === undefined ? undefined : revision)
    return this.#check(name)
  }

  #run(name: string, by: string): HealthResponse | Promise<HealthResponse> {
    const { control } = this.#health
    if (!control.of(name).enabled) return disabled
    return this.#after(control.run(name, by), name)
  }

  async #after(run: Promise<unknown>, name: string): Promise<HealthResponse> {
    let cancel = (): void => {}
    const late = new Promise<202>((resolve) => {
      cancel = deadline(this.#health.clock, mostWaitingMs, () => resolve(202))
    })
    const status = await Promise.race([run.then(() => 200), late])
    cancel()
    return this.#health.hasCheck(name) ? this.#check(name, status) : notFound
  }

  #changedMeanwhile(name: string): HealthResponse {
    const { revision } = this.#health.control.of(name)
    const detail = 'Somebody else has changed it meanwhile: read it again, then change.'
    return problem(412, 'Precondition Failed', detail, { ETag: tagOf(revision) })
  }

  #overview(): HealthResponse {
    const checks = Object.fromEntries(this.#health.control.names.map((name) => [name, this.#document(name)]))
    return json({ service: this.#serviceDocument(), checks })
  }

  #service(): HealthResponse {
    return json(this.#serviceDocument())
  }

  #check(name: string, status = 200): HealthResponse {
    return json(this.#document(name), { ETag: tagOf(this.#health.control.of(name).revision) }, status)
  }

  #serviceDocument(): object {
    const { service, application, groups } = this.#health.snapshot()
    const { status, message } = application
    return { ...service, application: { status, ...(message !== undefined && { message }) }, groups }
  }

  #document(name: string): object {
    const report = this.#health.latest(name)?.checks[name]
    const { status, message, error, durationMs } = report ?? {}
    const { until, ...control } = this.#health.control.of(name)
    return {
      ...control,
      ...(until !== undefined && { until: new Date(until).toISOString() }),
      status,
      ...(message !== undefined && { message }),
      ...(error !== undefined && { error }),
      ...(durationMs !== undefined && { response_time_ms: Math.round(durationMs) }),
    }
  }
}

function serviceChange(value: unknown): { readonly inService: boolean; readonly reason: string | undefined } {
  const problems = new Problems()
  const change = problems.object('change', value)
  problems.knownKeys('', change, ['inService', 'reason'])
  if (change.inService === undefined) problems.add('inService', 'missing; true or false')
  const inService = problems.boolean('inService', change.inService, true)
  const reason = problems.string('reason', change.reason)
  if (change.reason !== undefined && change.inService === true)
    problems.add('reason', 'goes with inService: false')
  problems.throwIfAny('change of the service')
  return { inService, reason }
}

function invalid(problems: readonly string[]): HealthResponse {
  const title = 'Unprocessable Content'
  const detail = 'Nothing was changed.'
  const body = JSON.stringify({ type: 'about:blank', title, status: 422, detail, problems })
  return answer(422, 'application/problem+json', body)
}

function json(body: object, headers: { readonly [name: string]: string } = {}, status = 200): HealthResponse {
  return answer(status, 'application/json', JSON.stringify(body), headers)
}

function allowed(operations: Readonly<Record<string, Operation>>): string {
  return Object.keys(operations).join(', ').replace('GET', 'GET, HEAD')
}

function forHead(response: HealthResponse, method: string): HealthResponse {
  return method === 'HEAD' ? withoutBody(response) : response
}
