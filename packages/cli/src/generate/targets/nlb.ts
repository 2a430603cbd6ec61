import type { Target } from '../target.ts'
import { balancerTarget } from './aws/balancer-target.ts'

export const nlb: Target = balancerTarget(
  'nlb',
  'AWS Network Load Balancer: a target group that asks by HTTP',
)
