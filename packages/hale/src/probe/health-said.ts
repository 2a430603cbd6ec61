import { readHealthAnswer } from '../check-parts/http/health-answer.ts'
import { type ComponentStatus, oneLine } from './probe-result.ts'

/** What the body of a health endpoint adds to the status code. */
interface HealthSaid {
  /** Such as `, DOWN: database, cache`; empty when the body is of no known kind. */
  readonly summary: string
  readonly degraded: boolean
  /** Those that are not UP. */
  readonly components: { readonly components?: Readonly<Record<string, ComponentStatus>> }
}

const mostNamed = 8

/** Reads any of the usual health bodies; nothing of it is passed on but statuses and names. */
export function healthSaid(text: string): HealthSaid {
  const answer = readHealthAnswer(text)
  if (answer === undefined) return { summary: '', degraded: false, components: {} }
  const amiss = Object.entries(answer.components).filter(([, status]) => status !== 'UP')
  const names = amiss.slice(0, mostNamed).map(([name, status]) => nameOf(name, status, answer.status))
  const list = amiss.length > mostNamed ? [...names, `${amiss.length - mostNamed} more`] : names
  return {
    summary: oneLine(`, ${answer.status}${list.length === 0 ? '' : `: ${list.join(', ')}`}`),
    degraded: answer.status === 'DEGRADED',
    components: amiss.length === 0 ? {} : { components: Object.fromEntries(amiss) },
  }
}

function nameOf(name: string, status: ComponentStatus, whole: ComponentStatus): string {
  return status === whole ? name : `${name} ${status}`
}
