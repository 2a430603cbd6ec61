import type { Target } from '../target.ts'
import { toHcl } from '../text/hcl.ts'
import { plain } from '../text/reasoned.ts'
import { toYaml } from '../text/yaml.ts'
import { ecsTemplate } from './aws/cloudformation.ts'
import { containerDefinition } from './aws/container-definition.ts'
import { targetGroupCheck } from './aws/target-group.ts'
import { ecsBlocks } from './aws/terraform.ts'

export const ecs: Target = {
  name: 'ecs',
  summary: 'Amazon ECS: task definition with its health check, service, ALB target group',
  kind: 'cloud',
  forms: ['cloudformation', 'terraform', 'task-definition'],
  choosesProbe: true,
  files(profile, { form = 'cloudformation', probe }) {
    // The container's check always replaces what fails it, so readiness asked for is asked by the balancer alone.
    const containerProbe = 'liveness'
    if (form === 'task-definition') {
      const definition = {
        family: profile.name,
        containerDefinitions: [containerDefinition(profile, containerProbe)],
      }
      const text = `${JSON.stringify(plain(definition), undefined, 2)}\n`
      return [{ path: 'task-definition.json', text, language: 'json' }]
    }
    const check = targetGroupCheck(profile, 'alb', 'ecs', probe)
    if (form === 'terraform')
      return [
        { path: 'ecs.tf', text: toHcl(ecsBlocks(profile, 'alb', check, containerProbe)), language: 'hcl' },
      ]
    return [
      {
        path: 'ecs.yaml',
        text: toYaml(ecsTemplate(profile, 'alb', check, containerProbe)),
        language: 'yaml',
      },
    ]
  },
}
