import { DockerfileParser } from 'dockerfile-ast'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { profileOf } from '../../profile/defaults.ts'
import type { ServiceProfile } from '../../profile/service-profile.ts'
import { problemsOf } from '../schemas/check-file.ts'
import type { GeneratedFile, TargetOptions } from '../target.ts'
import { targets } from './index.ts'

const plain = profileOf({ name: 'orders', port: 3000 })
const full = profileOf({
  name: 'a'.repeat(60),
  version: '1.20.0+build',
  image: 'registry.example:5000/team/orders@sha256:0123',
  port: 9400,
  servicePort: 8080,
  grpcPort: 9401,
  tls: true,
  replicas: 5,
  startupMs: 290_000,
  drainDelayMs: 20_000,
  inFlightMs: 60_000,
  drainsItself: false,
  liveness: { path: '/health/live', budgetMs: 200 },
  readiness: { path: '/health/ready', budgetMs: 2500 },
  startup: { path: '/health/startup', budgetMs: 3100 },
  checks: [
    { name: 'database', critical: true, timeoutMs: 400, probes: ['readiness'] },
    { name: 'disk', critical: true, timeoutMs: 400, probes: ['liveness', 'readiness', 'startup'] },
  ],
})
const alone = profileOf({
  name: 'on',
  version: '1.20',
  port: 80,
  replicas: 1,
  startupMs: 0,
  drainDelayMs: 0,
  inFlightMs: 0,
  grpcPort: 81,
})
/** The names and texts that are special somewhere. */
const odd = profileOf({
  name: 's-1',
  port: 3000,
  grpcPort: 3001,
  liveness: { path: '/$a/%n/~x', budgetMs: 1 },
})
const profiles = { plain: { ...plain, grpcPort: 3001 }, full, alone, odd } satisfies Record<
  string,
  ServiceProfile
>

const ours = [
  'kubernetes',
  'docker',
  'compose',
  'systemd',
  'ecs',
  'alb',
  'nlb',
  'google',
  'azure',
  'istio',
  'linkerd',
  'consul',
]

async function generated(
  name: string,
  profile: ServiceProfile,
  options: TargetOptions = {},
): Promise<readonly GeneratedFile[]> {
  const target = await targets[name]?.()
  if (target === undefined) throw new Error(`no target ${name}`)
  return target.files(profile, options)
}

async function only(
  name: string,
  profile: ServiceProfile,
  options: TargetOptions = {},
  path?: string,
): Promise<string> {
  const files = await generated(name, profile, options)
  const file = path === undefined ? files[0] : files.find((it) => it.path === path)
  return file?.text ?? ''
}

/** What may be said of a service, within what flags and definitions let pass. */
const anything = fc
  .record({
    name: fc.stringMatching(/^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/),
    version: fc.string({ maxLength: 40 }),
    image: fc.option(fc.string({ minLength: 1 }), { nil: undefined }),
    port: fc.integer({ min: 1, max: 65_535 }),
    servicePort: fc.option(fc.integer({ min: 1, max: 65_535 }), { nil: undefined }),
    tls: fc.boolean(),
    grpcPort: fc.integer({ min: 1, max: 65_535 }),
    replicas: fc.integer({ min: 1, max: 1000 }),
    startupMs: fc.integer({ min: 0, max: 3_600_000 }),
    drainDelayMs: fc.integer({ min: 0, max: 40_000 }),
    drainsItself: fc.boolean(),
    inFlightMs: fc.integer({ min: 0, max: 60_000 }),
    liveness: fc.record({
      path: fc.stringMatching(/^\/[\w\-.~!$&'()*+,;=:@%/]{0,30}$/),
      budgetMs: fc.integer({ min: 1, max: 50_000 }),
    }),
  })
  .map((known) => profileOf({ ...known, readiness: known.liveness, startup: known.liveness }))

describe.each(ours)('%s', async (name) => {
  const target = await targets[name]?.()
  const choices = (target?.forms ?? [undefined]).flatMap((form) =>
    (target?.asks ?? [undefined]).map((ask) => ({ ...(form && { form }), ...(ask && { ask }) })),
  )

  test.each(Object.entries(profiles))(
    'every document of the %s service fits its schema',
    async (_, profile) => {
      expect(target?.name).toBe(name)
      for (const choice of choices) {
        const files = await generated(name, profile, choice)
        expect(files.length).toBeGreaterThan(0)
        for (const file of files) {
          if (file.language !== 'dockerfile') expect(problemsOf(file)).toEqual([])
          expect(file.text).toMatch(/[^\n]\n$/)
          expect(file.text).not.toMatch(/undefined|NaN|\[object|[ \t]$/m)
          for (const line of file.text.split('\n').filter((it) => /^\s*(#|\/\/)/.test(it))) {
            expect(line.length).toBeLessThanOrEqual(110)
          }
        }
      }
    },
  )

  test('every document fits its schema, whatever the service is like', async () => {
    await fc.assert(
      fc.asyncProperty(anything, async (profile) => {
        for (const choice of choices) {
          for (const file of await generated(name, profile, choice)) {
            if (file.language !== 'dockerfile') expect(problemsOf(file)).toEqual([])
          }
        }
      }),
      { numRuns: 10 },
    )
  })

  test('says why, wherever there are comments', async () => {
    for (const choice of choices) {
      const files = await generated(name, profiles.plain, choice)
      for (const { language, text } of files) {
        if (language !== 'json') expect(text).toMatch(/^\s*(#|\/\/) \w/m)
      }
    }
  })
})

test('a schema knows a field that does not belong, and a document of no kind', async () => {
  const [deployment] = await generated('kubernetes', plain)
  if (deployment === undefined) throw new Error('no Deployment')
  const mistyped = { ...deployment, text: deployment.text.replace('timeoutSeconds', 'timeOutSeconds') }
  expect(problemsOf(mistyped)).not.toEqual([])
  const twice = deployment.text.replace('httpGet:', 'tcpSocket: { port: http }\n            httpGet:')
  expect(problemsOf({ ...deployment, text: twice })).not.toEqual([])
  expect(problemsOf({ ...deployment, text: 'kind: Unheard\n' })).toEqual([
    'deployment.yaml: no schema knows this',
  ])
})

describe('kubernetes', () => {
  test('leaves out a budget of disruptions for one replica', async () => {
    const files = await generated('kubernetes', alone)
    expect(files.map(({ path }) => path)).toEqual(['deployment.yaml', 'service.yaml'])
  })

  test('delays the signal only for a service that does not drain itself, and never both', async () => {
    const itself = await only('kubernetes', plain)
    expect(itself).toContain('No preStop hook')
    expect(itself).not.toContain('preStop:')
    const delayed = parse(await only('kubernetes', full)).spec.template.spec
    expect(delayed.containers[0].lifecycle.preStop.sleep.seconds).toBe(20)
    // 20 s of sleep, then 60 s for requests and 5 s for closing.
    expect(delayed.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(85)
  })

  test.each([
    [{ drainDelayMs: 0 }, 'stops listening as soon as it is told'],
    [{ drainDelayMs: 200 }, 'stops listening 200 ms after'],
    [{ drainDelayMs: 4999, drainsItself: false }, 'held back for 4999 ms'],
    [{ drainDelayMs: 0, drainsItself: false }, 'not held back'],
  ])('says that %j is too short for a cluster', async (given, what) => {
    for (const form of ['manifest', 'kustomize']) {
      const texts = (await generated('kubernetes', { ...plain, ...given }, { form })).map(({ text }) => text)
      expect(texts.join('').replace(/\s+#?\s*/g, ' ')).toMatch(new RegExp(`TOO SHORT: [^;]*${what}.*5000 ms`))
      expect(texts.join('')).not.toContain('No preStop hook')
    }
    expect(await only('kubernetes', { ...plain, ...given, drainDelayMs: 5000 })).not.toContain('TOO SHORT')
  })

  test('asks a port of its own by name, and names those of whom all ask', async () => {
    const text = await only('kubernetes', full)
    const [container] = parse(text).spec.template.spec.containers
    expect(container.ports).toEqual([
      { name: 'http', containerPort: 8080 },
      { name: 'health', containerPort: 9400 },
    ])
    expect(container.readinessProbe.httpGet).toEqual({
      path: '/health/ready',
      port: 'health',
      scheme: 'HTTPS',
    })
    expect(text).toContain('same database')
    expect(text).not.toContain('disk')
  })

  test('waits longer where a process has to start first, and runs the probe of the library', async () => {
    const [http] = parse(await only('kubernetes', plain)).spec.template.spec.containers
    const [exec] = parse(await only('kubernetes', plain, { ask: 'exec' })).spec.template.spec.containers
    expect(exec.livenessProbe.timeoutSeconds).toBeGreaterThan(http.livenessProbe.timeoutSeconds)
    expect(exec.livenessProbe.exec.command.slice(0, 3)).toEqual([
      'node',
      'node_modules/hale/dist/probe/main.cjs',
      'http://127.0.0.1:3000/health/live',
    ])
  })

  test('will not ask by gRPC where nothing answers it', async () => {
    await expect(generated('kubernetes', plain, { ask: 'grpc' })).rejects.toThrow('--grpc-port')
  })

  test('lets a rollout take as long as starting may', async () => {
    const slow = profileOf({ name: 'slow', port: 80, startupMs: 1_200_000 })
    expect(parse(await only('kubernetes', slow)).spec.progressDeadlineSeconds).toBe(2400)
  })

  test('names no port in a patch, and replaces what asked before', async () => {
    const patch = parse(await only('kubernetes', full, { form: 'kustomize' }, 'health-patch.yaml'))
    const [container] = patch.spec.template.spec.containers
    expect(container.ports).toBeUndefined()
    expect(container.livenessProbe.$patch).toBe('replace')
    expect(container.livenessProbe.httpGet.port).toBe(9400)
  })
})

test('a Dockerfile is understood, flag by flag', async () => {
  const [check] = DockerfileParser.parse(`FROM node\n${await only('docker', plain)}`).getHEALTHCHECKs()
  const flags = check?.getFlags().map((flag) => [flag.getName(), flag.getValue()])
  expect(flags).toEqual([
    ['interval', '10s'],
    ['timeout', '4s'],
    ['start-period', '60s'],
    ['start-interval', '4s'],
    ['retries', '3'],
  ])
  expect(check?.getRawArgumentsContent()).toContain('"http://127.0.0.1:3000/health/live"')
})

test('compose takes no path for a variable, and systemd none for a specifier', async () => {
  const compose = parse(await only('compose', odd, { probe: 'liveness' }))
  expect(compose.services['s-1'].healthcheck.test[3]).toBe('http://127.0.0.1:3000/$$a/%n/~x')
  expect(await only('systemd', odd, {}, 's-1-liveness.service')).toContain('/$$a/%%n/~x')
})

test('what is asked within a container says where it has no place', async () => {
  const beside = { ...full, tls: false }
  for (const name of ['docker', 'compose']) {
    expect(await only(name, plain)).not.toContain('hale serve')
    expect(await only(name, beside)).toContain('hale serve')
  }
  expect(await only('systemd', beside)).not.toContain('preStop')
})

test('a disk of its own is nothing that replicas share', async () => {
  const check = { name: 'data', critical: true, timeoutMs: 400, probes: ['readiness'] as const }
  const said = async (type?: string) =>
    only('kubernetes', { ...plain, checks: [{ ...check, ...(type !== undefined && { type }) }] })
  for (const type of ['disk', 'memory', 'event-loop']) expect(await said(type)).not.toContain('Every replica')
  expect(await said('postgres')).toContain('Every replica asks the same data: while')
  expect(await said()).toMatch(/the same data, unless\s+#?\s*each has one of its own/)
})

test('one instance alone is never ejected', async () => {
  const { outlierDetection } = parse(await only('istio', alone)).spec.trafficPolicy
  expect([outlierDetection.consecutiveGatewayErrors, outlierDetection.consecutive5xxErrors]).toEqual([0, 0])
})
