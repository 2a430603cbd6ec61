import type { CheckDefinition } from '../core/check.ts'
import { kindOf, Problems } from '../errors/problems.ts'
import type { Expectation, RehearsalTerms } from './contract-rehearsal.ts'

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
  /**
   * An ordinary use of the client by the application, which resolves when it has been answered. With it the check must
   * be UP within one age of its bad result (`maxAgeMs.down`; of a DEGRADED one `maxAgeMs.up`): after `heal`, with
   * nobody else using the client; or, since how soon a client connects again is its own affair, after this has
   * resolved, which is tried for `recoverWithinMs` at most. Without it the check must be UP within `recoverWithinMs`.
   */
  readonly works?: () => unknown
  /**
   * How many connections the dependency, or a proxy before it, has accepted so far: not how many are open, which a
   * check that opens one and closes it with every run leaves as they are. So it must never fall while a fault lasts;
   * not to be able to tell then, by throwing or not answering, is no mistake. Without it they are not counted.
   */
  readonly connections?: () => number | PromiseLike<number>
  /**
   * How many questions the dependency has received so far: queries, commands, requests, or the bytes that clients
   * have sent. Each is to be counted before its answer. Without it they are not counted.
   */
  readonly questions?: () => number | PromiseLike<number>
  /**
   * How many probes must leave the number of accepted connections as it is.
   * @default 2000
   */
  readonly probes?: number
  /**
   * How long it may take until the client `works` again; without `works`, until the check is UP.
   * @default 5000
   */
  readonly recoverWithinMs?: number
  /**
   * How much later than its timeout a run may be reported, and how long another check may wait for its turn. On Linux the
   * time for which this thread waits for a processor does not count.
   * @default 100
   */
  readonly slackMs?: number
}

/** The subject with its defaults. */
export interface CheckContract extends RehearsalTerms {
  readonly works: CheckContractSubject['works']
  readonly connections: CheckContractSubject['connections']
  readonly questions: CheckContractSubject['questions']
  readonly probes: number
}

/** @throws ConfigurationError when it would prove nothing. */
export function contractOf(subject: CheckContractSubject): CheckContract {
  const problems = new Problems()
  const options = problems.object('subject', subject)
  const numbers = ['probes', 'recoverWithinMs', 'slackMs']
  const functions = ['create', 'heal', 'works', 'connections', 'questions']
  problems.knownKeys('', options, ['faults', 'secrets', ...functions, ...numbers])
  const { create, faults, secrets } = options
  if (typeof create !== 'function')
    problems.add('create', `expected a function that returns a check, got ${kindOf(create)}`)
  for (const name of functions.slice(1)) {
    if (options[name] !== undefined && typeof options[name] !== 'function')
      problems.add(name, `expected a function, got ${kindOf(options[name])}`)
  }
  const named = Object.entries(problems.object('faults', faults))
  if (named.length === 0)
    problems.add('faults', 'expected at least one; a check that is never seen to fail proves nothing')
  for (const [name, fault] of named) checkFault(`faults.${name}`, fault, options.heal, problems)
  if (typeof secrets !== 'function') checkSecrets(secrets, problems)
  const contract = {
    create: subject.create,
    secrets: () => givenSecrets(subject.secrets),
    works: subject.works,
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
