import type { Target } from '../target.ts'
import { balancerTarget } from './aws/balancer-target.ts'

export const alb: Target = balancerTarget(
  'alb',
  'AWS Application Load Balancer: a target group with its health check',
)
