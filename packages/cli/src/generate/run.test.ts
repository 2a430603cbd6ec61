import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command } from 'commander'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { fakeTerminal } from '../command/fake-terminal.ts'
import { UsageError } from '../command/usage-error.ts'
import { generate } from '../verbs/generate.ts'
import { check, run } from './run.ts'
import { targets } from './targets/index.ts'

let cwd = ''
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'hale-generate-'))
})
afterEach(() => {
  rmSync(cwd, { recursive: true })
})

async function hale(line: string) {
  const command = generate.define(new Command('generate')).exitOverride()
  command.parse(line.split(' ').filter(Boolean), { from: 'user' })
  const terminal = fakeTerminal({ cwd })
  const code = await run({ args: command.args, options: command.opts() }, terminal)
  return { code, ...terminal.said }
}

const problemsOf = (line: string): Promise<readonly string[]> =>
  hale(line).then(
    () => [],
    (error: unknown) => {
      if (error instanceof UsageError) return error.problems
      throw error
    },
  )

const service = '--name orders --port 3000'

test('without a target lists all of them, each with what can be chosen', async () => {
  const { code, out } = await hale('')
  expect(code).toBe(0)
  for (const name of Object.keys(targets)) expect(out).toMatch(new RegExp(`^ {2}${name} +\\S`, 'm'))
  expect(out).toContain('--form manifest|kustomize  --ask http|grpc|exec')
})

test('every target carries its own name, and says which choices it has', async () => {
  for (const [name, load] of Object.entries(targets)) {
    const target = await load()
    expect(target.name).toBe(name)
    expect(target.forms ?? ['one']).not.toHaveLength(0)
  }
})

test('prints documents that a pipe can read, without any marker', async () => {
  const { code, out, err } = await hale(`kubernetes ${service}`)
  expect({ code, err }).toEqual({ code: 0, err: '' })
  expect(parseAllDocuments(out).map((document) => document.get('kind'))).toEqual([
    'Deployment',
    'Service',
    'PodDisruptionBudget',
  ])
  expect(out).not.toContain('sha256')
})

test('metrics beside a thread with a port of its own are scraped where they are', async () => {
  const serve = '{ port: 9400, metrics: true, offLoop: { port: 9403 } }'
  const deploy = '{ servicePort: 8080, replicas: 1 }'
  const text = `service: { name: orders }\nchecks: {}\nserve: ${serve}\ndeploy: ${deploy}\n`
  writeFileSync(join(cwd, 'hale.yaml'), text)
  expect((await hale('prometheus')).out).toMatch(
    /metrics_path: \/health\/metrics[\s\S]*targets: *\n? *- orders:9400\n/,
  )
  expect((await hale('blackbox')).out).toMatch(/orders:9403/)
})

test('the examples of help are right', async () => {
  for (const { line } of generate.examples) {
    // Where the service is known from has tests of its own.
    const described = line.replace(/--(?:definition|endpoint) \S+/, service)
    expect((await hale(described.replace(/^hale generate ?/, ''))).code).toBe(0)
  }
})

test('the page in the docs has every option, and every target that is not a proxy or for monitoring', async () => {
  const page = readFileSync(new URL('../../../../docs/cli/generate.md', import.meta.url), 'utf8')
  for (const { long } of generate.define(new Command('generate')).options)
    expect(page).toMatch(new RegExp(`^\\|.*\`${long}\\b`, 'm'))
  for (const load of Object.values(targets)) {
    const { name, kind, forms = [] } = await load()
    if (kind === 'proxy' || kind === 'monitoring') continue
    const row = page
      .split('\n')
      .find((line) => line.startsWith('| ') && line.split('|')[1]?.includes(`\`${name}\``))
    for (const form of forms) expect(row).toContain(`\`${form}\``)
    expect(row).toBeDefined()
  }
})

describe('files', () => {
  test('are written, left alone, and brought up to date', async () => {
    const first = await hale(`kubernetes ${service} --out deploy`)
    expect(first.out).toMatch(/^created +deploy\/deployment\.yaml$/m)
    expect((await hale(`kubernetes ${service} --out deploy/`)).out.match(/^unchanged/gm)).toHaveLength(3)
    const more = await hale(`kubernetes ${service} --out deploy --replicas 5`)
    expect(more.out).toMatch(/^updated +deploy\/deployment\.yaml$/m)
    expect(more.out).toMatch(/^unchanged +deploy\/service\.yaml$/m)
  })

  test.each(Object.keys(targets))(
    'of %s are the same the second time, in each of its forms',
    async (name) => {
      const { forms = [''], asks = [''] } = (await targets[name]?.()) ?? {}
      const more = '--metrics-path /metrics --grpc-port 3001 --agent-port 3002'
      for (const form of forms) {
        for (const ask of asks) {
          const choice = `${form && `--form ${form}`} ${ask && `--ask ${ask}`}`
          const line = `${name} ${service} ${more} ${choice} --out ${name}-${form}-${ask}`
          expect((await hale(line)).out).toMatch(/^(created .*\n)+$/)
          expect(await hale(line)).toMatchObject({
            code: 0,
            out: expect.stringMatching(/^(unchanged .*\n)+$/),
          })
        }
      }
    },
  )

  test('are not written by a dry run, which says what would be', async () => {
    const dry = `kubernetes ${service} --out deploy --dry-run`
    const { code, out } = await hale(dry)
    expect(code).toBe(0)
    expect(out.match(/^would create +deploy\//gm)).toHaveLength(3)
    expect(readdirSync(cwd)).toEqual([])
    await hale(`kubernetes ${service} --out deploy`)
    const path = join(cwd, 'deploy', 'service.yaml')
    writeFileSync(path, 'mine')
    const held = await hale(`${dry} --replicas 5`)
    expect(held.code).toBe(1)
    expect(held.out).toMatch(/^not updated +deploy\/deployment\.yaml$/m)
    const forced = await hale(`${dry} --replicas 5 --force`)
    expect(forced.out).toMatch(/^would update +deploy\/deployment\.yaml$/m)
    expect(forced.out).toMatch(/^would overwrite deploy\/service\.yaml$/m)
    expect(readFileSync(path, 'utf8')).toBe('mine')
  })

  test('changed by hand stay, and with them all others, until that is forced', async () => {
    await hale(`kubernetes ${service} --out deploy`)
    const path = join(cwd, 'deploy', 'service.yaml')
    const mine = `${readFileSync(path, 'utf8')}# mine\n`
    writeFileSync(path, mine)
    const held = await hale(`kubernetes ${service} --out deploy --replicas 5`)
    expect(held.code).toBe(1)
    expect(held.out).toMatch(/^changed by hand +deploy\/service\.yaml$/m)
    expect(held.out).toMatch(/^not updated +deploy\/deployment\.yaml$/m)
    expect(held.err).toContain('--force')
    expect(readFileSync(path, 'utf8')).toBe(mine)
    expect(readFileSync(join(cwd, 'deploy', 'deployment.yaml'), 'utf8')).toContain('replicas: 2')
    expect((await hale(`kubernetes ${service} --out deploy --force`)).out).toMatch(/^overwritten/m)
    expect(readFileSync(path, 'utf8')).not.toContain('# mine')
  })
})

describe('what cannot be done is said with what can', () => {
  test.each([
    ['kubernets', /did you mean kubernetes\?/],
    ['kube', /there is no target "kube"; did you mean kubernetes\?$/],
    ['prom', /did you mean prometheus\?/],
    ['hparoxy', /did you mean haproxy\?/],
    ['k8', /no target "k8"; hale generate lists them$/],
    ['constructor', /no target "constructor"; hale generate lists them$/],
    [`kubernetes ${service} --form helm`, /--form must be manifest or kustomize for kubernetes/],
    [`kubernetes ${service} --probe liveness`, /--probe: kubernetes leaves no choice/],
    [`docker ${service} --probe live`, /--probe must be liveness or readiness or startup/],
    [`istio ${service} --ask http`, /--ask: istio leaves no choice/],
    [`kubernetes ${service} --instance a:1`, /finds the instances by itself/],
    [`kubernetes ${service} --force`, /only with --out/],
    [`kubernetes ${service} --dry-run`, /--dry-run has files to compare only with --out/],
    ['--form helm --trusted-ca /ca.pem', /^there is no target for --form, --trusted-ca; hale generate lists/],
    [`kubernetes ${service} --out=`, /--out: expected a folder/],
    [`compose ${service} --sidecar`, /--sidecar: compose has no containers beside/],
    [`--sidecar ecs ${service}`, /--sidecar took "ecs" for its image: put the target first/],
    [`ecs ${service} --sidecar`, /--sidecar needs --service-port/],
    [`ecs ${service} --form task-definition --probe readiness`, /--probe: the task definition/],
    [`kubernetes ${service} --service-port 80 --sidecar a;b`, /--sidecar: "a;b" is no name of an image/],
    [`monit ${service} --trusted-ca /ca.pem`, /--trusted-ca: monit verifies no certificate/],
    [`haproxy ${service} --trusted-ca ca.pem`, /--trusted-ca must be an absolute path/],
    [`haproxy ${service} --trusted-ca /ca.pem`, /plain HTTP; give --tls/],
    [
      `nginx ${service} --tls --service-port 80 --trusted-ca /ca.pem`,
      /--trusted-ca: requests go to --service-port/,
    ],
    ['kubernetes', /has no name.*--name/],
  ])('%s', async (line, problem) => {
    expect((await problemsOf(line)).join('\n')).toMatch(problem)
  })

  describe('who asks from outside, of a file whose service listens on its own machine alone', () => {
    beforeEach(() => {
      const serve = '{ host: 127.0.0.1, metrics: true, grpc: { port: 9401 }, haproxyAgent: { port: 9402 } }'
      writeFileSync(join(cwd, 'hale.yaml'), `service: { name: orders }\nchecks: {}\nserve: ${serve}\n`)
    })

    test.each([
      ['kubernetes', /serve\.host 127\.0\.0\.1: kubernetes asks from outside.*leave it out.*--ask exec$/],
      ['kubernetes --form kustomize', /serve\.host/],
      ['kubernetes --service-port 80 --sidecar', /leave it out of hale\.yaml, which means every address$/],
      ['ecs', /serve\.host/],
      ['haproxy', /serve\.host.*or name instances on the same machine: --instance 127\.0\.0\.1$/],
      ['prometheus --instance 10.0.0.7', /serve\.host/],
    ])('%s', async (line, problem) => {
      expect((await problemsOf(line)).join('\n')).toMatch(problem)
    })

    test.each([
      'kubernetes --ask exec',
      'kubernetes --ask grpc',
      'kubernetes --port 3000',
      'haproxy --host orders.internal',
      'haproxy --instance 127.0.0.1:9400 --instance [::1]:9400',
      '--instance 127.0.0.1:9400 haproxy',
      'prometheus --instance localhost',
      'docker',
      'compose',
      'systemd',
      'consul',
      'grafana',
    ])('but not %s', async (line) => {
      expect(await problemsOf(line)).toEqual([])
    })
  })

  test('what could not be written is not said to be there', async () => {
    writeFileSync(join(cwd, 'file'), '')
    const terminal = fakeTerminal({ cwd })
    const options = { name: 'orders', port: '3000', out: 'file' }
    const writing = run({ args: ['docker'], options }, terminal)
    await expect(writing).rejects.toThrow(/^file\/\S+ could not be written: a part of its path is no folder$/)
    expect(terminal.said.out).toBe('')
  })

  test('an endpoint that is waited for is told of, without its password', async () => {
    const terminal = fakeTerminal({ cwd })
    const options = { endpoint: 'http://user:secret@127.0.0.1:1/' }
    await expect(run({ args: ['docker'], options }, terminal)).rejects.toThrow('did not answer')
    expect(terminal.shown).toEqual([expect.stringMatching(/^Asking the endpoint(?!.*secret)/)])
  })

  test('what is wrong is told where the grammar has found something too, and nothing is read or asked', async () => {
    const terminal = fakeTerminal({ cwd })
    const options = { port: '0', force: true, definition: 'none.yaml' }
    await expect(check({ args: ['nosuch'], options }, terminal)).rejects.toMatchObject({
      problems: [/no target "nosuch"/, /^--force/, /^--port/].map((text) => expect.stringMatching(text)),
    })
    // After an option that is not known nobody knows which words are arguments.
    await expect(check({ args: [], options }, terminal)).rejects.toMatchObject({
      problems: [/^--force/, /^--port/].map((text) => expect.stringMatching(text)),
    })
    await expect(check({ args: ['docker'], options: {} }, terminal)).resolves.toBeUndefined()
  })

  test('all of it at once', async () => {
    expect(await problemsOf(`kubernetes ${service} --form a --ask b --probe c`)).toHaveLength(3)
    const problems = ['no target', '--force', '--dry-run', '--port', '--endpoint']
    expect(await problemsOf('nosuch --force --dry-run --port 0 --endpoint ftp://x')).toEqual(
      problems.map((problem) => expect.stringContaining(problem)),
    )
  })
})
