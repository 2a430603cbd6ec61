import type { ComposeService } from '../documents/document.ts'
import type { Finding, Rule } from '../finding.ts'

/** Images of Docker's library that have no HEALTHCHECK of their own. */
const WITHOUT =
  /^(?:(?:docker\.io\/)?library\/)?(?:postgres|mysql|mariadb|mongo|redis|valkey|rabbitmq|memcached|nginx|httpd|haproxy|caddy|traefik|node|python|golang|alpine|debian|ubuntu|busybox|nats|eclipse-mosquitto|zookeeper|cassandra|elasticsearch)(?:[:@]|$)/

export const dependsOnWithoutHealthcheck: Rule = {
  id: 'depends-on-without-healthcheck',
  severity: 'error',
  title: 'A service waits for a health that nobody checks',
  why: '`condition: service_healthy` needs a healthcheck. Without one compose does not wait for ever: it refuses to start the service that waits.',
  examine(document): readonly Finding[] {
    if (document.kind !== 'compose') return []
    const services = new Map(document.services.map((service) => [service.name, service]))
    return document.services.flatMap((service) =>
      service.dependsOn.flatMap(({ name, condition, place }) => {
        const other = services.get(name)
        if (condition !== 'service_healthy' || other === undefined || !hasNone(other)) return []
        return [
          {
            place,
            what: `${service.name} waits until ${name} is healthy, and ${name} has no healthcheck`,
            evidence: [
              other.healthcheck === 'off'
                ? `the healthcheck of ${name} is switched off`
                : `neither ${name} nor its image ${other.image ?? ''} has one`,
            ],
            fix: `give ${name} ${healthcheckFor(other.image ?? '')}, or wait for service_started`,
          },
        ]
      }),
    )
  },
}

/** What an image brings by itself is known only of those that bring none. */
function hasNone({ healthcheck, builds, image }: ComposeService): boolean {
  if (healthcheck !== undefined) return healthcheck === 'off'
  return !builds && image !== undefined && WITHOUT.test(image)
}

/** What these images have in them to ask themselves. */
const TESTS: readonly (readonly [image: RegExp, test: string])[] = [
  [/postgres/, 'CMD-SHELL, pg_isready -U postgres'],
  [/mysql/, 'CMD, mysqladmin, ping, -h, 127.0.0.1'],
  [/mariadb/, 'CMD, healthcheck.sh, --connect, --innodb_initialized'],
  [/mongo/, 'CMD, mongosh, --quiet, --eval, "db.adminCommand(\'ping\')"'],
  [/redis/, 'CMD, redis-cli, ping'],
  [/valkey/, 'CMD, valkey-cli, ping'],
  [/rabbitmq/, 'CMD, rabbitmq-diagnostics, -q, ping'],
  [/cassandra/, 'CMD-SHELL, nodetool status'],
  [/elasticsearch/, 'CMD-SHELL, curl -fs http://localhost:9200/_cluster/health'],
]

function healthcheckFor(image: string): string {
  const test = TESTS.find(([pattern]) => pattern.test(image))?.[1]
  return test === undefined ? 'a healthcheck' : `healthcheck: { test: [${test}], interval: 5s, retries: 10 }`
}
