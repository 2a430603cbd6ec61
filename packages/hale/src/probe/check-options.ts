import { headersRule, jsonRule } from '../check-parts/http/answer-rules.ts'
import { degradedAfter } from '../check-parts/judging/degraded-after.ts'
import { limitsOf } from '../check-parts/judging/limits-of.ts'
import { longestTimerMs } from '../core/clock.ts'
import { kindOf, Problems } from '../errors/problems.ts'
import { headerName, headerValue, type ProbeOptions, readStatuses } from './probe-options.ts'
import { readTarget } from './probe-target.ts'

const known = [
  'timeoutMs',
  'retries',
  'retryDelayMs',
  'waitMs',
  'onRetry',
  'degradedAfterMs',
  'signal',
  'method',
  'headers',
  'expectedStatus',
  'expectBody',
  'expectJson',
  'expectHeaders',
  'send',
  'daysLeft',
  'insecure',
  'servername',
  'ca',
  'cert',
  'key',
  'socketPath',
] as const satisfies readonly (keyof ProbeOptions)[]

const mostRetries = 1000

/** Returns the options when target and options are in order; throws with every problem otherwise. */
export function checkOptions(target: unknown, given: unknown): ProbeOptions {
  const problems = new Problems()
  const options = problems.object('options', given) as ProbeOptions
  problems.knownKeys('', options, known)
  const socketPath = problems.string('socketPath', options.socketPath)
  if (typeof target === 'string' || target instanceof URL) {
    const read = readTarget(String(target), socketPath)
    if ('problem' in read) problems.add('target', read.problem)
  } else problems.add('target', `expected a URL, got ${kindOf(target)}`)
  checkTimes(options, problems)
  problems.oneOf('method', options.method, ['GET', 'HEAD'])
  problems.boolean('insecure', options.insecure, false)
  for (const name of ['send', 'servername', 'ca', 'cert', 'key'] as const)
    problems.string(name, options[name])
  if ((options.cert === undefined) !== (options.key === undefined))
    problems.add(options.key === undefined ? 'key' : 'cert', 'expected too: a certificate goes with its key')
  checkHeaders(options.headers, problems)
  checkExpectations(options, problems)
  problems.throwIfAny('probe')
  return options
}

function checkTimes(options: ProbeOptions, problems: Problems): void {
  const rule = { min: 1, max: longestTimerMs, unit: 'milliseconds' }
  const timeoutMs = problems.number('timeoutMs', options.timeoutMs, 3000, rule)
  problems.number('retryDelayMs', options.retryDelayMs, 500, { ...rule, min: 0 })
  problems.number('waitMs', options.waitMs, 0, rule)
  problems.number('retries', options.retries, 0, { integer: true, max: mostRetries })
  degradedAfter(options.degradedAfterMs, timeoutMs, problems)
  limitsOf(problems, 'daysLeft', options.daysLeft, { unit: 'days', worse: 'less' })
  if (options.onRetry !== undefined && typeof options.onRetry !== 'function')
    problems.add('onRetry', `expected a function, got ${kindOf(options.onRetry)}`)
  if (options.signal !== undefined && !(options.signal instanceof AbortSignal))
    problems.add('signal', `expected an AbortSignal, got ${kindOf(options.signal)}`)
}

function checkHeaders(given: unknown, problems: Problems): void {
  for (const [name, value] of Object.entries(problems.object('headers', given))) {
    if (!headerName.test(name)) problems.add('headers', 'expected names that a header may have')
    else if (typeof value !== 'string' || !headerValue.test(value))
      problems.add(`headers.${name}`, `expected one line of text, got ${kindOf(value)}`)
  }
}

function checkExpectations(options: ProbeOptions, problems: Problems): void {
  const { expectedStatus, expectBody, expectJson, expectHeaders, method } = options
  if (expectedStatus !== undefined && readStatuses(expectedStatus) === undefined)
    problems.add(
      'expectedStatus',
      `expected 200, '200-299,304' or a list of such, got ${kindOf(expectedStatus)}`,
    )
  if (
    !(
      expectBody === undefined ||
      expectBody instanceof RegExp ||
      (typeof expectBody === 'string' && expectBody)
    )
  )
    problems.add('expectBody', `expected a text or a regular expression, got ${kindOf(expectBody)}`)
  jsonRule('expectJson', expectJson, problems)
  headersRule('expectHeaders', expectHeaders, problems)
  if (method === 'HEAD' && (expectBody !== undefined || expectJson !== undefined))
    problems.add('method', "an answer to HEAD has no body to expect anything of; use 'GET'")
}
