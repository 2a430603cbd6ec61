import assert from 'node:assert/strict'
import type { CheckDefinition } from '../core/check.ts'
import { kindOf, Problems } from '../errors/problems.ts'
import { expectOneQuestionPerAge } from './check-contract-load.ts'
import { ContractRehearsal, Doubtful, type Expectation, type RehearsalTerms } from './contract-rehearsal.ts'
import { resourcesCreatedBy } from './io-watch.ts'
import { withoutUnhandledRejections } from './rejection-watch.ts'

/** A way in which the dependency fails. */
export interface ContractFault {
  /** Breaks the dependency; what it returns is awaited. The very next run must show it. */
  readonly inject: () => unknown
  /**
   * Mends it; what it returns is awaited.
   * @default the subject's `heal`
   */
  readonly heal?: () => unknown
  /**
   * What the check must report: a status, or a status with the text that is shown.
   * @default 'DOWN'
   */
  readonly expect?: Expectation['status'] | Expectation
}

/** The check under contract, and the dependency it asks. Durations are milliseconds. */
export interface CheckContractSubject {
  /** Makes the check as an application would, with the client that the test has. Called several times. */
  readonly create: () => CheckDefinition
  /** At least one, by name. */
  readonly faults: { readonly [name: string]: ContractFault }
  /**
   * At least one thing that must never be shown: the password, the address, the path of the file. A function when
   * they are known only once the dependency has been started.
   */
  readonly secrets: readonly string[] | (() => readonly string[])
  /** Mends the dependency after a fault that has no `heal` of its own. */
  readonly heal?: () => unknown
  /** How many connections the dependency sees: open now, or accepted so far. Without it they are not counted. */
  readonly connections?: () => number | PromiseLike<number>
  /**
   * How many questions the dependency has received so far: queries, commands, requests, or the bytes that clients
   * have sent. Each is to be counted before its answer. Without it they are not counted.
   */
  readonly questions?: () => number | PromiseLike<number>
  /**
   * How many probes must leave the number of connections as it is.
   * @default 2000
   */
  readonly probes?: number
  /**
   * How long the check may take to be UP again after `heal`.
   * @default 5000
   */
  readonly recoverWithinMs?: number
  /**
   * How much later than its timeout a run may be reported.
   * @default 100
   */
  readonly slackMs?: number
}

/** One case of a contract, for `test(name, run)` of whichever test runner. */
export interface ContractCase {
  readonly name: string
  run(): Promise<void>
}

/** The subject with its defaults. */
interface CheckContract extends RehearsalTerms {
  readonly connections: CheckContractSubject['connections']
  readonly questions: CheckContractSubject['questions']
  readonly probes: number
}

const concurrentProbes = 50
const measurements = 3

/**
 * What every check must do, as cases for your test runner: UP when all is well; the expected status within its
 * timeout for each fault, while another check stays UP; no secret in any answer; recovery without a restart; never
 * more than three runs that hang; one run for many who ask; no connection per probe, and no more than one question in
 * the time for which a result may be served; no I/O before the first run; no unhandled rejection.
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
    { name: 'makes its definition without I/O', run: () => noInputOutput(contract) },
    { name: 'is UP while the dependency is well', run: () => measured(() => isUp(contract)) },
    { name: `runs once for ${concurrentProbes} concurrent probes`, run: () => runsOnce(contract) },
  ]
  for (const [name, fault] of Object.entries(subject.faults)) {
    const expected = typeof fault.expect === 'object' ? fault.expect : { status: fault.expect }
    const heal = async (): Promise<void> => void (await (fault.heal ?? subject.heal)?.())
    const inject = async (): Promise<void> => void (await fault.inject())
    cases.push({
      name: `${name}: is ${expected.status ?? 'DOWN'} within its timeout, tells no secret, recovers`,
      run: () => measured(() => suffers(contract, inject, heal, expected)),
    })
  }
  const { connections, probes, questions } = contract
  if (questions !== undefined) {
    cases.push({
      name: 'asks once per age of a result, however often it is probed',
      run: () => measured(() => asksOncePerAge(contract, questions)),
    })
  }
  if (connections !== undefined) {
    cases.push({
      name: `opens no connection per probe (${probes})`,
      run: () => connectionsStay(contract, connections),
    })
  }
  return cases.map(({ name, run }) => ({ name, run: () => withoutUnhandledRejections(run) }))
}

async function noInputOutput({ create }: CheckContract): Promise<void> {
  const created = await resourcesCreatedBy(() => void create())
  assert.deepEqual(created, [], 'making the check began I/O or started a timer; leave it to the first run')
}

async function isUp(contract: CheckContract): Promise<void> {
  await using rehearsal = new ContractRehearsal(contract)
  await rehearsal.expect({ status: 'UP' })
  await rehearsal.expectNoSecrets()
}

/** A machine that is busy elsewhere disturbs one measurement, not each of them. */
async function measured(work: () => Promise<void>): Promise<void> {
  for (let measurement = 1; ; measurement++) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof Doubtful) || measurement === measurements) throw error
    }
  }
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
    await inject()
    // Some more than one, so that a fault that piles up or comes to light late is seen.
    for (let round = 0; round < 4; round++) {
      await rehearsal.expect(expected)
      await rehearsal.settles()
    }
    await rehearsal.expectNoSecrets()
    await rehearsal.expectBystanderUp()
    assert.ok(rehearsal.mostUnsettled <= 3, `${rehearsal.mostUnsettled} runs were under way at the same time`)
  } finally {
    await heal()
  }
  await rehearsal.recovers()
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
  connections: NonNullable<CheckContractSubject['connections']>,
): Promise<void> {
  await using rehearsal = new ContractRehearsal(contract)
  await rehearsal.recovers()
  const before = await connections()
  let well = 0
  for (let probe = 1; probe <= contract.probes; probe++) {
    if ((await rehearsal.run()).status === 'UP') well++
    // One answer that is late on a busy machine would be the answer to all that come before its run has settled.
    else await rehearsal.recovers()
    if (probe % Math.ceil(contract.probes / 10) === 0) {
      const now = await connections()
      // A run that was late may have been given up with its connection.
      assert.ok(now <= before + probe - well, `${before} connections before, ${now} after ${probe} probes`)
    }
  }
  assert.ok(well >= contract.probes * 0.9, `only ${well} of ${contract.probes} probes were UP`)
}

function contractOf(subject: CheckContractSubject): CheckContract {
  const problems = new Problems()
  const options = problems.object('subject', subject)
  const numbers = ['probes', 'recoverWithinMs', 'slackMs']
  const functions = ['create', 'heal', 'connections', 'questions']
  problems.knownKeys('', options, ['faults', 'secrets', ...functions, ...numbers])
  const { create, faults, secrets } = options
  if (typeof create !== 'function')
    problems.add('create', `expected a function that returns a check, got ${kindOf(create)}`)
  const named = Object.entries(problems.object('faults', faults))
  if (named.length === 0)
    problems.add('faults', 'expected at least one; a check that is never seen to fail proves nothing')
  for (const [name, fault] of named) checkFault(`faults.${name}`, fault, options.heal, problems)
  if (typeof secrets !== 'function') checkSecrets(secrets, problems)
  const contract = {
    create: subject.create,
    secrets: () => givenSecrets(subject.secrets),
    connections: subject.connections,
    questions: subject.questions,
    probes: problems.number('probes', options.probes, 2000, { min: 1, integer: true }),
    recoverWithinMs: problems.number('recoverWithinMs', options.recoverWithinMs, 5000, {
      unit: 'milliseconds',
    }),
    slackMs: problems.number('slackMs', options.slackMs, 100, { unit: 'milliseconds' }),
  }
  problems.throwIfAny('checkContract')
  return contract
}

function givenSecrets(secrets: CheckContractSubject['secrets']): readonly string[] {
  if (typeof secrets !== 'function') return secrets
  const problems = new Problems()
  const given = secrets()
  checkSecrets(given, problems)
  problems.throwIfAny('checkContract')
  return given
}

function checkSecrets(secrets: unknown, problems: Problems): void {
  if (!Array.isArray(secrets) || secrets.length === 0) {
    problems.add('secrets', `expected at least one text that must not be shown, got ${kindOf(secrets)}`)
  } else if (!secrets.every((secret) => typeof secret === 'string' && secret.length >= 4)) {
    problems.add('secrets', 'expected texts of at least 4 characters; shorter ones are found anywhere')
  }
}

function checkFault(path: string, given: unknown, healAll: unknown, problems: Problems): void {
  const fault = problems.object(path, given)
  problems.knownKeys(path, fault, ['inject', 'heal', 'expect'])
  if (typeof fault.inject !== 'function')
    problems.add(`${path}.inject`, `expected a function, got ${kindOf(fault.inject)}`)
  if (typeof (fault.heal ?? healAll) !== 'function')
    problems.add(`${path}.heal`, 'expected a function here or for all faults')
}
