import assert from 'node:assert/strict'
import { type CheckDefinition, check, selfCheck } from '../../core/check.ts'
import type { Clock } from '../../core/clock.ts'
import { createHealth } from '../../core/create-health.ts'
import type { Health } from '../../core/health.ts'
import { degraded, down, up } from '../../core/outcome.ts'
import { createHandler, type HealthHandler } from '../../http/handle.ts'
import type { HandlerOptions } from '../../http/handler-settings.ts'
import { fakeClock } from '../fake-clock.ts'
import type { AdapterContractSubject, ContractApplication, StartApplication } from './subject.ts'
import { ask, type WireAnswer, type WireRequest, within } from './wire-client.ts'

/** One case: what is expected of every adapter. */
export interface AdapterCase {
  readonly name: string
  /** Whether the subject can be asked for it at all. */
  readonly applies?: (subject: AdapterContractSubject) => boolean
  run(subject: AdapterContractSubject): Promise<void>
}

/** What a case sets up. */
export interface Setting {
  readonly health?: Health
  readonly options?: HandlerOptions
  readonly mount?: string
  readonly start?: StartApplication | undefined
}

/** An application with the adapter, and the plain handler that it must agree with. */
export class Stage {
  readonly app: ContractApplication
  readonly health: Health
  readonly #plain: HealthHandler
  readonly #mount: string

  constructor(app: ContractApplication, health: Health, options: HandlerOptions, mount: string) {
    this.app = app
    this.health = health
    this.#plain = createHandler(health, options)
    this.#mount = mount
  }

  /** Asks beneath the mount point. */
  ask(request: WireRequest): Promise<WireAnswer> {
    return ask(this.app.url, { ...request, path: this.#mount + request.path })
  }

  /** Asks both the application and the plain handler, and insists that they say the same. */
  async agree(...requests: readonly WireRequest[]): Promise<void> {
    // The adapter first: it shall not live on what the other has made run.
    for (const request of requests) await this.expectPlain(request, await this.ask(request))
  }

  /** That an answer is the plain handler's, or the application's own where that has none. */
  async expectPlain(request: WireRequest, given: WireAnswer): Promise<void> {
    const { method = 'GET', path, headers = [] } = request
    const what = `${method} ${this.#mount}${path}${headers.length > 0 ? ` (${headers.join(', ')})` : ''}`
    const expected = await this.#plain({
      method,
      url: path,
      headers: Object.fromEntries(headers.map(asField)),
      socket: { remoteAddress: '127.0.0.1' },
    })
    if (expected === undefined) {
      expectApplication(what, given, method, this.#mount + path)
      return
    }
    const { status, body, headers: wanted } = expected
    assert.equal(given.status, status, `${what}: expected status ${status}, got ${given.status}`)
    const fields = Object.fromEntries(
      Object.entries(wanted).map(([key, value]) => [key.toLowerCase(), value]),
    )
    assert.deepEqual(withoutServers(given.headers, fields), fields, `${what}: other headers than hale's`)
    assert.equal(given.body, body, `${what}: another body`)
  }
}

/** Starts the application, plays, and closes it. */
export async function onStage(
  subject: AdapterContractSubject,
  setting: Setting,
  play: (stage: Stage) => Promise<void>,
): Promise<void> {
  const { health = patient(), options = {}, mount, start = subject.start } = setting
  const app = await start(health, options, mount)
  try {
    await play(new Stage(app, health, options, mount ?? ''))
  } finally {
    await within(Promise.resolve(app.close()), 'close() of the application')
    await health.dispose()
  }
}

/** A service with a bit of everything, on a clock that stands still: its answers do not change by themselves. */
export function patient({
  database = up('connected'),
  checks = {},
  statusCodes = {},
  clock = fakeClock(),
  logger,
}: Patient = {}): Health {
  return createHealth({
    service: { name: 'orders', version: '1.2.3' },
    clock,
    checks: {
      database: check(() => database),
      cache: check(() => degraded('few hits — ⚕'), { critical: false }),
      loop: selfCheck(() => up()),
      ...checks,
    },
    groups: { payments: { members: ['database'], visibility: 'status', statusCodes } },
    ...(logger && { logger }),
  }) as Health
}

/** How a patient differs from a well one. */
export interface Patient {
  readonly database?: ReturnType<typeof up>
  readonly checks?: { readonly [name: string]: CheckDefinition }
  readonly statusCodes?: { readonly DOWN?: number }
  readonly clock?: Clock
  readonly logger?: Parameters<typeof createHealth>[0]['logger']
}

/** One whose database is down, and with it readiness. */
export function unwell(more: Patient = {}): Health {
  return patient({ database: down('gone'), ...more })
}

function expectApplication(what: string, given: WireAnswer, method: string, path: string): void {
  // What an application makes of other methods is its own affair.
  if (path === '/hello' && method !== 'GET') return
  const [status, body] = path === '/hello' ? [200, 'hello'] : [404, 'application 404']
  assert.equal(given.status, status, `${what} is the application's to answer, with ${status}`)
  assert.equal(given.body, method === 'HEAD' ? '' : body, `${what} is the application's to answer`)
}

// What a server says about itself and the connection is not the adapter's to decide.
const servers = new Set(['date', 'connection', 'keep-alive', 'server', 'x-powered-by'])

function withoutServers(given: WireAnswer['headers'], expected: object): WireAnswer['headers'] {
  return Object.fromEntries(Object.entries(given).filter(([name]) => name in expected || !servers.has(name)))
}

function asField(line: string): [string, string] {
  const colon = line.indexOf(':')
  return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
}
