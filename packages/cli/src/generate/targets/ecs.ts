import { UsageError } from '../../command/usage-error.ts'
import { besideSidecar } from '../asking/sidecar.ts'
import type { Target } from '../target.ts'
import { toHcl } from '../text/hcl.ts'
import { plain } from '../text/reasoned.ts'
import { toYaml } from '../text/yaml.ts'
import { ecsTemplate } from './aws/cloudformation.ts'
import { containerDefinitions } from './aws/container-definition.ts'
import { targetGroupCheck } from './aws/target-group.ts'
import { ecsBlocks } from './aws/terraform.ts'

export const ecs: Target = {
  name: 'ecs',
  summary: 'Amazon ECS: task definition with its health check, service, ALB target group',
  kind: 'cloud',
  forms: ['cloudformation', 'terraform', 'task-definition'],
  choosesProbe: true,
  takesSidecar: true,
  files(described, { form = 'cloudformation', probe, sidecar }) {
    const profile = sidecar === undefined ? described : besideSidecar(described)
    const containers = containerDefinitions(profile, sidecar)
    if (form === 'task-definition') {
      if (probe !== undefined)
        throw new UsageError([
          '--probe: the task definition has the check of each container; the target group that chooses is in the other forms',
        ])
      const definition = {
        family: profile.name,
        containerDefinitions: containers,
      }
      const text = `${JSON.stringify(plain(definition), undefined, 2)}\n`
      return [{ path: 'task-definition.json', text, language: 'json' }]
    }
    const check = targetGroupCheck(profile, 'ecs', probe)
    if (form === 'terraform')
      return [{ path: 'ecs.tf', text: toHcl(ecsBlocks(profile, 'alb', check, containers)), language: 'hcl' }]
    return [
      {
        path: 'ecs.yaml',
        text: toYaml(ecsTemplate(profile, 'alb', check, containers)),
        language: 'yaml',
      },
    ]
  },
}
