import { kindOf, Problems } from '../errors/problems.ts'
import { adminCases } from './adapter/admin-cases.ts'
import { withoutDoubleSends } from './adapter/double-send-watch.ts'
import { drainCases } from './adapter/drain-cases.ts'
import { failureCases } from './adapter/failure-cases.ts'
import { optionCases } from './adapter/option-cases.ts'
import { placeCases } from './adapter/place-cases.ts'
import { readCases } from './adapter/read-cases.ts'
import { slowCases } from './adapter/slow-cases.ts'
import type { AdapterContractSubject } from './adapter/subject.ts'
import { writeCases } from './adapter/write-cases.ts'
import type { ContractCase } from './check-contract.ts'
import { withoutUnhandledRejections } from './rejection-watch.ts'

const cases = [
  ...readCases,
  ...writeCases,
  ...placeCases,
  ...optionCases,
  ...failureCases,
  ...slowCases,
  ...adminCases,
  ...drainCases,
]

/**
 * What every adapter must do, as cases for your test runner, over real sockets: the same statuses, headers and bodies
 * as the plain handler; every other path left to the application; survival of clients that go away, of what throws
 * inside and of a shutdown; no answer sent twice, no unhandled rejection.
 *
 * @throws ConfigurationError when there is nothing to start.
 *
 * @example
 * ```ts
 * import { createServer } from 'node:http'
 * import type { AddressInfo } from 'node:net'
 * import { test } from 'node:test'
 * import { healthListener } from 'hale/node'
 * import { adapterContract } from 'hale/testing'
 *
 * const cases = adapterContract({
 *   mountable: false,
 *   async start(health, options) {
 *     const answerHealth = healthListener(health, options)
 *     const server = createServer((request, response) => {
 *       if (answerHealth(request, response)) return
 *       if (request.url === '/hello') response.end('hello')
 *       else response.writeHead(404).end('application 404')
 *     })
 *     await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
 *     const { port } = server.address() as AddressInfo
 *     const close = () => new Promise((resolve) => server.close(resolve))
 *     return { url: `http://127.0.0.1:${port}`, server, close }
 *   },
 * })
 * for (const { name, run } of cases) test(name, run)
 * ```
 */
export function adapterContract(subject: AdapterContractSubject): readonly ContractCase[] {
  const problems = new Problems()
  const given = problems.object('subject', subject)
  problems.knownKeys('', given, ['start', 'startBehindBodyParser', 'mountable', 'knowsAddress'])
  if (typeof given.start !== 'function')
    problems.add('start', `expected a function that starts an application, got ${kindOf(given.start)}`)
  problems.boolean('mountable', given.mountable, true)
  problems.boolean('knowsAddress', given.knowsAddress, true)
  problems.throwIfAny('adapterContract')
  return cases
    .filter(({ applies }) => applies?.(subject) ?? true)
    .map(({ name, run }) => ({
      name,
      run: () => withoutUnhandledRejections(() => withoutDoubleSends(() => run(subject))),
    }))
}
