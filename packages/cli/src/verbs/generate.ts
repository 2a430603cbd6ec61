import type { Verb } from '../command/verb.ts'
import { defineProfileFlags } from '../profile/flags.ts'

/** Configures what asks the service. */
export const generate: Verb = {
  name: 'generate',
  summary: 'write the configuration of what asks a service: Kubernetes, proxies, clouds, monitoring',
  define: (command) =>
    defineProfileFlags(
      command
        .argument('[target]', 'what to configure; without one, what there is')
        .option('-o, --out <dir>', 'write files there, and not to stdout')
        .option('--dry-run', 'say what would be written, and write nothing')
        .option('--force', 'overwrite files that were changed by hand')
        .option('--form <form>', 'one of the forms that the target has, such as kustomize or terraform')
        .option('--ask <means>', 'by which means it asks: http, grpc, exec or agent')
        .option('--probe <probe>', 'which probe it asks, where it asks only one')
        // One value each time it is given, since what follows may be the target.
        .option(
          '--instance <host:port>',
          'one of the instances, for what has a fixed list; may be given again',
          (one: string, before: readonly string[] = []) => [...before, one],
        )
        .option('--trusted-ca <file>', 'authority that whoever asks believes, as a path on its machine')
        .option('--sidecar [image]', 'an application without an endpoint: hale serve beside it answers'),
    ),
  examples: [
    { line: 'hale generate', does: 'what can be generated' },
    {
      line: 'hale generate kubernetes --name orders --port 3000 --image registry.example/orders:1.2.3',
      does: 'a Deployment, a Service and a PodDisruptionBudget',
    },
    {
      line: 'hale generate kubernetes --definition hale.yaml --form kustomize --out deploy/health',
      does: 'a patch for a Deployment that exists, by what hale.yaml says',
    },
    {
      line: 'hale generate haproxy --endpoint http://localhost:3000/health',
      does: 'a backend for a service that runs',
    },
  ],
  words: async () => Object.keys((await import('../generate/targets/index.ts')).targets),
  load: () => import('../generate/run.ts'),
}
