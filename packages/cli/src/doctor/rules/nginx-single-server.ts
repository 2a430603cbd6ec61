import type { NginxServer, NginxUpstream } from '../documents/proxies/nginx-upstream.ts'
import type { Finding, Rule } from '../finding.ts'

export const nginxSingleServer: Rule = {
  id: 'nginx-single-server',
  severity: 'warning',
  title: 'NGINX never takes out an only server',
  why: 'NGINX ignores max_fails and fail_timeout where an upstream has one server: it is asked again at once, however often it fails. Who counts on them waits for something that never happens.',
  examine(document): readonly Finding[] {
    if (document.kind !== 'nginx') return []
    return document.upstreams.flatMap((upstream) => {
      const [only, ...others] = upstream.servers
      if (only === undefined || others.length > 0 || upstream.asked) return []
      // One name may stand for many addresses.
      if (only.parameters.some(({ text }) => text === 'resolve')) return []
      const ignored = only.parameters.filter(({ text }) => /^(?:max_fails|fail_timeout)=(?!0$)/.test(text))
      if (ignored.length === 0) return []
      return [
        {
          place: only.place,
          what: `upstream ${upstream.name} has one server, for which ${ignored.map(({ text }) => text).join(' ')} is ignored`,
          evidence: ['1 server', ...ignored.map(({ text }) => text)],
          fix: 'add a second server, or a backup; or remove what does nothing',
        },
      ]
    })
  },
}

/** Those that requests go to while all is well. */
export function regularServers({ servers }: NginxUpstream): readonly NginxServer[] {
  return servers.filter(
    ({ parameters }) => !parameters.some(({ text }) => text === 'backup' || text === 'down'),
  )
}
