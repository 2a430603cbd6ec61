import type { Finding, Rule } from '../finding.ts'
import { regularServers } from './nginx-single-server.ts'

export const nginxPassiveOff: Rule = {
  id: 'nginx-passive-off',
  severity: 'warning',
  title: 'NGINX is told never to take a server out',
  why: 'Open-source NGINX learns that a server is down from failed requests alone, and max_fails=0 stops it from counting them: a dead server goes on getting its share, each request waiting for its timeout.',
  examine(document): readonly Finding[] {
    if (document.kind !== 'nginx') return []
    return document.upstreams
      .filter((upstream) => !upstream.asked && regularServers(upstream).length > 1)
      .flatMap(({ name, servers }) =>
        servers.flatMap(({ address, parameters }) => {
          const off = parameters.find(({ text }) => text === 'max_fails=0')
          if (off === undefined) return []
          return [
            {
              place: off.place,
              what: `server ${address} of upstream ${name} is never taken out`,
              evidence: ['max_fails=0'],
              fix: 'max_fails=3 fail_timeout=10s, or whatever number of failures is one too many',
              edits: [{ at: off.place, text: 'max_fails=3' }],
            },
          ]
        }),
      )
  },
}
