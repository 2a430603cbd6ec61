import type { Status } from 'hale'
import type { EndpointAnswer, EndpointBody } from './endpoint-answer.ts'
import { readJsonBody } from './json-body.ts'
import { readKubernetesBody } from './kubernetes-body.ts'

/** What an endpoint's answer means, whatever format its body has. */
export function readAnswer(httpStatus: number, text: string, durationMs: number): EndpointAnswer {
  const body: EndpointBody = readJsonBody(text) ?? readKubernetesBody(text) ?? { kind: 'plain', checks: [] }
  const { status, message } = verdict(httpStatus, body)
  return {
    ...body,
    ...(message !== undefined && { message }),
    answered: true,
    status,
    httpStatus,
    durationMs,
  }
}

interface Verdict {
  readonly status: Status
  readonly message?: string | undefined
}

/** Platforms go by the HTTP status, people by the body: where the two differ, the worse holds, and it is said. */
function verdict(httpStatus: number, { status, message }: EndpointBody): Verdict {
  const passes = httpStatus >= 200 && httpStatus < 300
  if (status === undefined)
    return passes ? { status: 'UP' } : { status: 'DOWN', message: refusal(httpStatus) }
  const healthy = status === 'UP' || status === 'DEGRADED'
  if (healthy && !passes) return { status: 'DOWN', message: `says ${status}, but with HTTP ${httpStatus}` }
  if (!healthy && passes) return { status, message: message ?? `says ${status}, but with HTTP ${httpStatus}` }
  return { status, message }
}

function refusal(httpStatus: number): string {
  const why = refusals[httpStatus]
  return why === undefined ? `HTTP ${httpStatus}` : `HTTP ${httpStatus}: ${why}`
}

const refusals: Readonly<Record<number, string>> = {
  401: 'it wants credentials (--header)',
  403: 'these credentials may not ask (--header)',
  404: 'there is nothing at this path',
  405: 'it does not take GET',
  429: 'it is asked too often',
}
