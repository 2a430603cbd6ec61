import { timingsOf } from '../../profile/timings.ts'
import { containerCheck } from '../asking/container-check.ts'
import { probeCommandReason } from '../asking/probe-command.ts'
import { LIVENESS_REASON } from '../asking/reasons.ts'
import type { Target } from '../target.ts'
import { comment } from '../text/comment.ts'

export const docker: Target = {
  name: 'docker',
  summary: 'HEALTHCHECK for a Dockerfile',
  kind: 'platform',
  asks: ['exec'],
  choosesProbe: true,
  files(profile, { probe = 'liveness' }) {
    const { command, periodSeconds, timeoutSeconds, startSeconds, startPeriodSeconds, retries, reasons } =
      containerCheck(profile, probe)
    const { graceSeconds } = timingsOf(profile)
    const text = [
      comment('For the last stage of the Dockerfile.'),
      comment(
        probe === 'liveness'
          ? `${LIVENESS_REASON} An image does not know where it will run: Docker restarts nothing by it, Swarm does.`
          : `Asks ${probe}, for whoever waits for "healthy" before sending requests. Where what is unhealthy is replaced, as Swarm does, a database that is down would have this replaced.`,
      ),
      comment(probeCommandReason(profile)),
      ...reasons.map((reason) => comment(reason)),
      comment(
        'The start interval is known to Docker Engine 25 and newer; without it "healthy" takes a whole interval.',
      ),
      `HEALTHCHECK --interval=${periodSeconds}s --timeout=${timeoutSeconds}s --start-period=${startPeriodSeconds}s --start-interval=${startSeconds}s --retries=${retries} \\\n`,
      `  CMD ${JSON.stringify(command)}\n`,
      '\n',
      comment(
        `Whoever runs it has to give it time to end: docker run --stop-timeout ${graceSeconds}. Docker kills after 10 s otherwise, whatever is under way.`,
      ),
      comment('Start node itself and not a shell or npm: SIGTERM goes to process 1 only.'),
      'STOPSIGNAL SIGTERM\n',
    ].join('')
    return [{ path: 'Dockerfile.health', text, language: 'dockerfile' }]
  },
}
