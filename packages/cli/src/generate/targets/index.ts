import type { Target } from '../target.ts'

/** Every target by its name, in the order of the list; each is loaded when it is wanted. */
export const targets: Readonly<Record<string, () => Promise<Target>>> = {
  kubernetes: async () => (await import('./kubernetes.ts')).kubernetes,
  docker: async () => (await import('./docker.ts')).docker,
  compose: async () => (await import('./compose.ts')).compose,
  systemd: async () => (await import('./systemd.ts')).systemd,
  ecs: async () => (await import('./ecs.ts')).ecs,
  alb: async () => (await import('./alb.ts')).alb,
  nlb: async () => (await import('./nlb.ts')).nlb,
  google: async () => (await import('./google.ts')).google,
  azure: async () => (await import('./azure.ts')).azure,
  istio: async () => (await import('./istio.ts')).istio,
  linkerd: async () => (await import('./linkerd.ts')).linkerd,
  consul: async () => (await import('./consul.ts')).consul,
  haproxy: async () => (await import('./haproxy.ts')).haproxy,
  nginx: async () => (await import('./nginx.ts')).nginx,
  caddy: async () => (await import('./caddy.ts')).caddy,
  varnish: async () => (await import('./varnish.ts')).varnish,
  envoy: async () => (await import('./envoy.ts')).envoy,
  traefik: async () => (await import('./traefik.ts')).traefik,
  prometheus: async () => (await import('./prometheus.ts')).prometheus,
  blackbox: async () => (await import('./blackbox.ts')).blackbox,
  alertmanager: async () => (await import('./alertmanager.ts')).alertmanager,
  grafana: async () => (await import('./grafana.ts')).grafana,
  monit: async () => (await import('./monit.ts')).monit,
  nagios: async () => (await import('./nagios.ts')).nagios,
}
