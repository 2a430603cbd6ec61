import type { EndpointBody, EndpointCheck } from './endpoint-answer.ts'
import { safeText } from './safe-text.ts'

/** Reads the text of Kubernetes' own components: `ok`, or a line for each check. */
export function readKubernetesBody(text: string): EndpointBody | undefined {
  if (/^ok\s*$/.test(text)) return { kind: 'kubernetes', status: 'UP', checks: [] }
  const outcome = /^(?:\S+ )?check (passed|failed)$/m.exec(text)?.[1]
  if (outcome === undefined) return undefined
  const checks = [...text.matchAll(/^\[([+-])\](\S+) (.*)$/gm)].map(checkOf)
  return {
    kind: 'kubernetes',
    status: outcome === 'passed' ? 'UP' : 'DOWN',
    // hale's own line for the service itself.
    checks: checks.filter(({ name }) => name !== 'application'),
  }
}

function checkOf([, sign, name, rest = '']: RegExpExecArray): EndpointCheck {
  const reason = /^failed: (.*)$/.exec(rest)?.[1]
  const message = safeText(reason ?? (rest === 'ok' ? undefined : rest))
  return {
    name: safeText(name) ?? 'unnamed',
    status: sign === '+' ? 'UP' : 'DOWN',
    ...(message !== undefined && { message }),
  }
}
