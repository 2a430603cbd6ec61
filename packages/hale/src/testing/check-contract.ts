import assert from 'node:assert/strict'
import { countAtRest, expectOneQuestionPerAge } from './check-contract-load.ts'
import { expectConnectionsStay, watchOfAccepted } from './contract-connections.ts'
import { Doubtful, measured } from './contract-measurement.ts'
import { expectRecovery } from './contract-recovery.ts'
import { ContractRehearsal, type Expectation } from './contract-rehearsal.ts'
import { type CheckContract, type CheckContractSubject, contractOf } from './contract-subject.ts'
import { resourcesCreatedBy } from './io-watch.ts'
import { withoutUnhandledRejections } from './rejection-watch.ts'

export type { CheckContractSubject, ContractFault } from './contract-subject.ts'

/** One case of a contract, for `test(name, run)` of whichever test runner. */
export interface ContractCase {
  readonly name: string
  run(): Promise<void>
}

const concurrentProbes = 50

/**
 * What every check must do, as cases for your test runner: UP when all is well; the expected status within its
 * timeout for each fault, while another check stays UP; no secret in any answer; recovery without a restart, within
 * the age of a result; never more than three runs that hang; one run for many who ask; no connection per probe, and no
 * more than one question in the time for which a result may be served; no I/O before the first run; no unhandled
 * rejection.
 *
 * @throws ConfigurationError when there is no fault or no secret, or a fault that nothing heals.
 *
 * @example
 * ```ts
 * import { test } from 'node:test'
 * import { check } from 'hale'
 * import { checkContract } from 'hale/testing'
 *
 * let broken = false
 * const ping = async () => {
 *   if (broken) throw new Error('cannot reach queue.internal with password hunter22')
 * }
 * const cases = checkContract({
 *   create: () => check(ping),
 *   faults: { unreachable: { inject: () => { broken = true }, heal: () => { broken = false } } },
 *   secrets: ['hunter22', 'queue.internal'],
 * })
 * for (const { name, run } of cases) test(name, run)
 * ```
 */
export function checkContract(subject: CheckContractSubject): readonly ContractCase[] {
  const contract = contractOf(subject)
  const cases: ContractCase[] = [
    {
      name: 'makes its definition without I/O',
      run: () => measured(() => noInputOutput(contract), contract.slackMs),
    },
    {
      name: 'is UP while the dependency is well',
      run: () => measured(() => isUp(contract), contract.slackMs),
    },
    { name: `runs once for ${concurrentProbes} concurrent probes`, run: () => runsOnce(contract) },
  ]
  for (const [name, fault] of Object.entries(subject.faults)) {
    const expected = typeof fault.expect === 'object' ? fault.expect : { status: fault.expect }
    const heal = async (): Promise<void> => void (await (fault.heal ?? subject.heal)?.())
    const inject = async (): Promise<void> => void (await fault.inject())
    cases.push({
      name: `${name}: is ${expected.status ?? 'DOWN'} within its timeout, tells no secret, recovers`,
      run: () => measured(() => suffers(contract, inject, heal, expected), contract.slackMs),
    })
  }
  const { connections, probes, questions } = contract
  if (questions !== undefined) {
    cases.push({
      name: 'asks once per age of a result, however often it is probed',
      run: () => measured(() => asksOncePerAge(contract, questions), contract.slackMs),
    })
  }
  if (connections !== undefined) {
    cases.push({
      name: `opens no connection per probe (${probes})`,
      run: () => connectionsStay(contract, connections),
    })
  }
  return cases.map(({ name, run }) => ({
    name,
    run: () => withLoopAlive(() => withoutUnhandledRejections(run)),
  }))
}

/**
 * A check that hangs leaves the event loop with nothing to do: the process would end, or `node:test` give up, before the
 * case has told what is wrong.
 */
async function withLoopAlive(work: () => Promise<void>): Promise<void> {
  const alive = setInterval(() => {}, 60_000)
  try {
    await work()
  } finally {
    clearInterval(alive)
  }
}

async function noInputOutput({ create, questions, recoverWithinMs }: CheckContract): Promise<void> {
  const before = await countAtRest(questions, recoverWithinMs)
  const created = await resourcesCreatedBy(() => void create())
  assert.deepEqual(created, [], 'making the check began I/O or started a timer; leave it to the first run')
  if (before !== undefined && (await questions?.()) !== before)
    throw new Doubtful({ message: 'making the check asked the dependency; leave it to the first run' })
}

async function isUp(contract: CheckContract): Promise<void> {
  await using rehearsal = new ContractRehearsal(contract)
  await rehearsal.expect({ status: 'UP' })
  await rehearsal.expectNoSecrets()
}

async function runsOnce(contract: CheckContract): Promise<void> {
  await using rehearsal = new ContractRehearsal(contract)
  await Promise.all(Array.from({ length: concurrentProbes }, () => rehearsal.run()))
  assert.equal(rehearsal.started, 1, 'the check ran more than once for probes at the same time')
}

async function suffers(
  contract: CheckContract,
  inject: () => Promise<void>,
  heal: () => Promise<void>,
  expected: Expectation,
): Promise<void> {
  await using rehearsal = new ContractRehearsal(contract)
  await rehearsal.recovers()
  try {
    const lookAtAccepted = await watchOfAccepted(contract.connections)
    await inject()
    // Some more than one, so that a fault that piles up or comes to light late is seen.
    for (let round = 0; round < 4; round++) {
      await rehearsal.expect(expected)
      await rehearsal.settles()
    }
    await lookAtAccepted()
    await rehearsal.expectNoSecrets()
    assert.ok(rehearsal.mostUnsettled <= 3, `${rehearsal.mostUnsettled} runs were under way at the same time`)
  } finally {
    await heal()
  }
  await expectRecovery(rehearsal, contract)
  await rehearsal.expectNoSecrets()
}

async function asksOncePerAge(
  contract: CheckContract,
  questions: NonNullable<CheckContractSubject['questions']>,
): Promise<void> {
  await using rehearsal = new ContractRehearsal(contract)
  await expectOneQuestionPerAge(rehearsal, questions)
}

async function connectionsStay(
  contract: CheckContract,
  accepted: NonNullable<CheckContractSubject['connections']>,
): Promise<void> {
  await using rehearsal = new ContractRehearsal(contract)
  await expectConnectionsStay(rehearsal, accepted, contract.probes)
}
