import { Option } from 'commander'
import type { Verb } from '../command/verb.ts'

/** Examines what others have configured to ask the service. */
export const doctor: Verb = {
  name: 'doctor',
  summary: 'examine manifests, compose files, Dockerfiles, proxies, Terraform and alerts for what will hurt',
  define: (command) =>
    command
      .argument('<file...>', 'files or folders; - is standard input')
      .option('-d, --definition <file>', 'compare with a hale.yaml (that of this folder, when there is one)')
      .option('-e, --endpoint <url>', 'compare with a running endpoint, such as http://localhost:3000/health')
      .option('--cacert <file>', 'whom to trust, PEM, when it asks the endpoint')
      .option('--port <port>', 'port on which the probes are answered')
      .option('--base-path <path>', 'path of the endpoint (/health)')
      .option('--budget-ms <ms>', 'longest time of an answer (800)')
      .option('--replicas <count>', 'instances that run (2)')
      .option('--startup-ms <ms>', 'longest time until the service has started (60000)')
      .option('--drain-delay-ms <ms>', 'how long it goes on serving after the signal to end (5000)')
      .option('--in-flight-ms <ms>', 'longest time of a request (10000)')
      .option('--pre-stop', 'the service does not drain itself')
      .addOption(new Option('-f, --format <format>', 'how to report').choices(['text', 'json', 'sarif']))
      .addOption(
        new Option('--severity <severity>', 'the least that is reported, and fails (warning)').choices([
          'error',
          'warning',
          'info',
        ]),
      )
      .option('--fix', 'write what a program may mend; comments and order stay')
      .option('--dry-run', 'with --fix: show the diff, write nothing'),
  examples: [
    { line: 'hale doctor deploy/ compose.yaml Dockerfile', does: 'everything in a folder, and two files' },
    { line: 'helm template ./chart | hale doctor -', does: 'what Helm renders' },
    { line: 'hale doctor main.tf haproxy.cfg orders.service', does: 'clouds, proxies and machines' },
    {
      line: 'hale doctor --definition hale.yaml --fix --dry-run deploy/',
      does: 'against the real budgets and times, and what would be mended',
    },
    {
      line: 'hale doctor --format sarif deploy/ > doctor.sarif',
      does: 'for the code host to show beside the lines',
    },
  ],
  load: () => import('../doctor/run.ts'),
}
