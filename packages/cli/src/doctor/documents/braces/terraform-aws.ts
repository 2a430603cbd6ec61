import type { Asking } from '../asking.ts'
import { statusesAccepted } from '../statuses.ts'
import { figureAt } from '../yaml/figure-at.ts'
import type { Located } from '../yaml/located.ts'
import { httpAt } from './http-at.ts'

/** Target groups, and the classic load balancer. */
export function awsAskings(type: string, name: string, body: Located): readonly Asking[] {
  if (type === 'aws_lb_target_group' || type === 'aws_alb_target_group') return targetGroup(name, body)
  return type === 'aws_elb' ? classic(name, body) : []
}

function targetGroup(name: string, group: Located): readonly Asking[] {
  const check = group.get('health_check')
  const protocol = (check?.get('protocol') ?? group.get('protocol'))?.text
  if (check === undefined || (protocol !== 'HTTP' && protocol !== 'HTTPS')) return []
  const codes = check.get('matcher')
  return [
    {
      role: 'balancer',
      subject: `health_check of target group ${name}`,
      place: check.keyPlace,
      question: httpAt(check, 'path'),
      timeout: figureAt(check, 'timeout', undefined, 1000),
      interval: figureAt(check, 'interval', 30, 1000),
      failures: figureAt(check, 'unhealthy_threshold', 3, 1),
      refuses: 'timeout-not-below-interval',
      ...(codes?.text !== undefined && {
        expects: {
          place: codes.place,
          stated: `matcher ${codes.raw}`,
          ...statusesAccepted(codes.text),
          acceptAlso200: () => codes.replace(`200,${codes.text}`),
        },
      }),
    },
  ]
}

/** `target = "HTTP:8080/health/ready"`. */
function classic(name: string, balancer: Located): readonly Asking[] {
  const check = balancer.get('health_check')
  const target = check?.get('target')
  const asked = /^(HTTPS?:\d+)(\/.*)$/.exec(target?.text ?? '')
  if (check === undefined || target === undefined || asked === null) return []
  const [, before = '', path = '/'] = asked
  return [
    {
      role: 'balancer',
      subject: `health_check of aws_elb ${name}`,
      place: check.keyPlace,
      question: { kind: 'http', path, place: target.place, changePath: (to) => target.replace(before + to) },
      timeout: figureAt(check, 'timeout', undefined, 1000),
      interval: figureAt(check, 'interval', undefined, 1000),
      failures: figureAt(check, 'unhealthy_threshold', undefined, 1),
      refuses: 'timeout-not-below-interval',
    },
  ]
}
