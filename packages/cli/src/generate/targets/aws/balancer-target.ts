import type { GeneratedFile, Target } from '../../target.ts'
import { toHcl } from '../../text/hcl.ts'
import { toYaml } from '../../text/yaml.ts'
import { logicalName, targetGroupResource, VPC_PARAMETER } from './cloudformation.ts'
import { type BalancerKind, targetGroupCheck } from './target-group.ts'
import { targetGroupBlock, variable } from './terraform.ts'

/** The target group of a load balancer, in front of anything but ECS, which has a target of its own. */
export function balancerTarget(kind: BalancerKind, summary: string): Target {
  return {
    name: kind,
    summary,
    kind: 'cloud',
    forms: ['cloudformation', 'terraform'],
    choosesProbe: true,
    files(profile, { form = 'cloudformation', probe }): readonly GeneratedFile[] {
      const check = targetGroupCheck(profile, 'anything', probe)
      if (form === 'terraform') {
        const blocks = [
          variable('vpc_id', 'string', 'VPC of the target group'),
          targetGroupBlock(profile, kind, check),
        ]
        return [{ path: `${kind}.tf`, text: toHcl(blocks), language: 'hcl' }]
      }
      const text = toYaml({
        AWSTemplateFormatVersion: '2010-09-09',
        Description: `${profile.name}: target group with its health check`,
        Parameters: VPC_PARAMETER,
        Resources: { [`${logicalName(profile.name)}TargetGroup`]: targetGroupResource(profile, kind, check) },
      })
      return [{ path: `${kind}.yaml`, text, language: 'yaml' }]
    },
  }
}
