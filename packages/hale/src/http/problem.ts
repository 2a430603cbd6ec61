import { type Logger, logSafely } from '../core/logger.ts'
import { allowed, answer, type HealthResponse } from './exchange.ts'

/** A problem document (RFC 9457). */
export function problem(
  status: number,
  title: string,
  detail: string,
  headers: { readonly [name: string]: string } = {},
): HealthResponse {
  const body = JSON.stringify({ type: 'about:blank', title, status, detail })
  return answer(status, 'application/problem+json', body, headers)
}

/** For servers that have nothing but health endpoints. */
export const notFound = problem(404, 'Not Found', 'There is no health endpoint at this path.')

export const methodNotAllowed = problem(405, 'Method Not Allowed', `A probe only reads: ${allowed}.`, {
  Allow: allowed,
})

const answeringFailed = problem(500, 'Internal Server Error', 'The answer could not be made; see the log.')

/** The answer when there is none; what went wrong goes to the log alone. */
export function answerFailed(logger: Logger | undefined, error: unknown): HealthResponse {
  logSafely(logger, 'error', 'a health answer could not be made', { err: error })
  return answeringFailed
}

export function tooManyRequests(retryAfterSeconds: number): HealthResponse {
  return problem(429, 'Too Many Requests', 'This endpoint is rate limited.', {
    'Retry-After': String(Math.max(1, Math.ceil(retryAfterSeconds))),
  })
}
