import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { readDocuments } from '../../doctor/documents/read-documents.ts'
import { examine } from '../../doctor/examine.ts'
import { profileOf } from '../../profile/defaults.ts'
import { problemsOf } from '../schemas/check-file.ts'
import type { GeneratedFile, TargetOptions } from '../target.ts'
import { targets } from './index.ts'

/** An application on 8080 that knows nothing of hale, and `hale serve` beside it on 9400. */
const profile = profileOf({
  name: 'orders',
  image: 'registry.example/orders:1',
  port: 9400,
  servicePort: 8080,
  grpcPort: 9401,
  startupMs: 30_000,
})
const sidecar = { image: 'registry.example/hale:1' }

async function generated(
  name: string,
  options: TargetOptions,
  of = profile,
): Promise<readonly GeneratedFile[]> {
  return (await targets[name]?.())?.files(of, { sidecar, ...options }) ?? []
}

async function parsed(name: string, options: TargetOptions, index = 0) {
  return parse((await generated(name, options))[index]?.text ?? '')
}

const choices = [
  ['kubernetes', { form: 'manifest' }],
  ['kubernetes', { form: 'manifest', ask: 'grpc' }],
  ['kubernetes', { form: 'kustomize' }],
  ['ecs', { form: 'cloudformation' }],
  ['ecs', { form: 'terraform' }],
  ['ecs', { form: 'task-definition' }],
] as const

test.each(choices)('%s %j fits its schema, with an image and without', async (name, choice) => {
  for (const options of [choice, { ...choice, sidecar: {} }]) {
    const files = await generated(name, options)
    expect(files.length).toBeGreaterThan(0)
    expect(files.flatMap(problemsOf)).toEqual([])
  }
})

test.each(['manifest', 'kustomize'])('the doctor finds nothing in the %s, and would', async (form) => {
  const beside = { ...profile, startupMs: 200_000, drainsItself: false }
  const files = await generated('kubernetes', { form }, beside)
  const foundIn = async (those: readonly GeneratedFile[]) => {
    const read = await Promise.all(those.map((file) => readDocuments(file)))
    const documents = read.flatMap(({ documents }) => documents)
    return examine(documents, { profile: beside, source: 'hale.yaml', timesAreKnown: true })
      .filter(({ suppressed }) => suppressed === undefined)
      .map(({ rule, finding }) => `${rule.id}: ${finding.what}`)
  }
  expect(await foundIn(files)).toEqual([])
  const spoilt = files.map((file) => ({ ...file, text: file.text.replace('/health/live', '/health/ready') }))
  expect(await foundIn(spoilt)).toEqual([expect.stringContaining('liveness-asks-readiness')])
})

describe('of a pod', () => {
  test('readiness is told by the sidecar, and nothing restarts the application because of it', async () => {
    const { containers, volumes } = (await parsed('kubernetes', {})).spec.template.spec
    const [application, beside] = containers
    expect([application.name, beside.name]).toEqual(['orders', 'hale'])
    expect(application.readinessProbe).toBeUndefined()
    expect(application.livenessProbe.tcpSocket).toEqual({ port: 'http' })
    expect(application.ports).toEqual([{ name: 'http', containerPort: 8080 }])
    const { periodSeconds, failureThreshold } = application.startupProbe
    expect(periodSeconds * (failureThreshold - 1)).toBeGreaterThanOrEqual(30)
    // Nothing of hale is in it that would drain.
    expect(application.lifecycle.preStop.sleep.seconds).toBe(5)
    expect(beside.readinessProbe.httpGet).toEqual({ path: '/health/ready', port: 'health' })
    expect(beside.livenessProbe.httpGet.path).toBe('/health/live')
    expect(beside.ports).toEqual([{ name: 'health', containerPort: 9400 }])
    const [{ name, mountPath }] = beside.volumeMounts
    expect(beside.command).toEqual(['hale', 'serve', `${mountPath}/hale.yaml`])
    expect(volumes).toEqual([{ name, configMap: { name: 'orders-hale' } }])
  })

  test('a patch brings the file, and asks by numbers', async () => {
    const component = await parsed('kubernetes', { form: 'kustomize' })
    expect(component.configMapGenerator).toEqual([{ name: 'orders-hale', files: ['hale.yaml'] }])
    const [application, beside] = (await parsed('kubernetes', { form: 'kustomize' }, 1)).spec.template.spec
      .containers
    expect(application.image).toBeUndefined()
    expect(application.livenessProbe.tcpSocket.port).toBe(8080)
    expect(beside.readinessProbe.httpGet.port).toBe(9400)
  })

  test('an application that is called hale keeps its name', async () => {
    const files = await generated('kubernetes', {}, { ...profile, name: 'hale' })
    const { containers } = parse(files[0]?.text ?? '').spec.template.spec
    expect(containers.map(({ name }: { name: string }) => name)).toEqual(['hale', 'hale-serve'])
  })
})

test('of an ECS task the sidecar has the health check, and the port that the target group asks', async () => {
  const { Resources } = await parsed('ecs', {})
  const [application, beside] = Resources.OrdersTask.Properties.ContainerDefinitions
  expect(application.HealthCheck).toBeUndefined()
  expect(beside.HealthCheck.Command).toEqual([
    'CMD',
    'hale',
    'probe',
    'http://127.0.0.1:9400/health/live',
    '--timeout',
    '3s',
  ])
  expect(beside.PortMappings).toEqual([{ ContainerPort: 9400, Protocol: 'tcp' }])
  expect(Resources.OrdersTargetGroup.Properties).toMatchObject({ Port: 8080, HealthCheckPort: '9400' })
  expect(Resources.OrdersService.Properties.LoadBalancers[0]).toMatchObject({
    ContainerName: 'orders',
    ContainerPort: 8080,
  })
})

test('is called to mind where nobody said who answers on the port of the probes', async () => {
  const deployment = (of: typeof profile) => targets.kubernetes?.().then((it) => it.files(of, {})[0]?.text)
  expect(await deployment({ ...profile, drainsItself: false })).toContain('--sidecar')
  expect(await deployment(profile)).not.toContain('--sidecar')
})

test('needs a port for each of the two, and is asked from without', async () => {
  const { servicePort: _, ...one } = profile
  await expect(generated('ecs', {}, one)).rejects.toThrow('--service-port')
  await expect(generated('kubernetes', { ask: 'exec' })).rejects.toThrow('--ask exec')
})
