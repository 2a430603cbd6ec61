import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { fakeTerminal } from '../command/fake-terminal.ts'
import { type DoctorOptions, run } from './run.ts'

const EAGER = `apiVersion: v1
kind: Pod
metadata: {name: eager}
spec:
  containers:
    - name: app
      image: registry.example/app:1
      livenessProbe:
        tcpSocket: {port: 80}
        failureThreshold: 1 # strict
`
const CALM = EAGER.replace('failureThreshold: 1', 'failureThreshold: 3')

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hale-doctor-'))
})
afterEach(() => rm(folder, { recursive: true }))

async function doctor(files: readonly string[], options: DoctorOptions = {}) {
  const terminal = fakeTerminal({ cwd: folder })
  const code = await run({ args: files, options }, terminal)
  return { code, ...terminal.said }
}

async function put(name: string, text: string): Promise<string> {
  await mkdir(join(folder, name, '..'), { recursive: true })
  await writeFile(join(folder, name), text)
  return name
}

describe('folders', () => {
  test('walks folders, past what is none of its business, and takes what has other names', async () => {
    await put('deploy/a/eager.yaml', EAGER)
    await put('deploy/b/Dockerfile', 'FROM a\nHEALTHCHECK CMD curl http://localhost/\n')
    await put('deploy/node_modules/x/eager.yaml', EAGER)
    await put('deploy/notes.json', '{"kind": "note"}')
    await put('deploy/redis.conf', 'port 6379\nsave 900 1\n')
    await put('deploy/README.md', 'kind: Pod')
    const { out, err } = await doctor(['deploy'])
    expect(out.match(/^\S+:\d+:\d+/gm)).toEqual(['deploy/a/eager.yaml:10:9', 'deploy/b/Dockerfile:2:16'])
    expect(err).toBe('\n2 files examined, 2 findings, 2 passed over (deploy/notes.json, deploy/redis.conf)\n')
  })

  test('passes over data and unrendered templates in folders, but not over broken manifests', async () => {
    await put('deploy/calm.yaml', CALM)
    await put('deploy/data.json', '{"rating": 1}\n{"rating": 2}\n')
    await put(
      'deploy/templates/a.yaml',
      'apiVersion: v1\n{{- if .Values.x }}\nkind: {{ .Values.kind }}\n{{- end }}\n',
    )
    const { code, err } = await doctor(['deploy'])
    expect(code).toBe(0)
    expect(err).toMatch(
      /^hale doctor: deploy\/templates\/a\.yaml: is a template: render it first[^\n]*\n1 file examined/,
    )
    await put('deploy/broken.yaml', 'apiVersion: v1\nkind: [Pod\n')
    expect((await doctor(['deploy'])).out).toMatch(/^deploy\/broken\.yaml:\d+:\d+: error unreadable/)
    const named = await doctor(['deploy/templates/a.yaml'])
    expect(named.out).toContain('error unreadable')
  })

  test('follows links to files, and none to folders or to nowhere', async () => {
    await put('real/eager.yaml', EAGER)
    await mkdir(join(folder, 'linked'))
    await symlink('../real/eager.yaml', join(folder, 'linked/a.yaml'))
    await symlink('nowhere.yaml', join(folder, 'linked/b.yaml'))
    await symlink('..', join(folder, 'linked/c.yaml'))
    const { out, err } = await doctor(['linked'])
    expect(out).toMatch(/^linked\/a\.yaml:10:9/)
    expect(err).toBe('\n1 file examined, 1 finding\n')
  })

  test('takes what has no extension for what it is, and for no broken YAML', async () => {
    await put('Caddyfile', ':80 {\n\troot * /srv\n\tfile_server\n}\n')
    await put('haproxy.cfg', 'global\n  daemon\ndefaults\n  mode http\n')
    await put('LICENSE', 'MIT: "free"\n\tas { in\n\tbeer\n')
    const { code, out, err } = await doctor(['Caddyfile', 'haproxy.cfg', 'LICENSE'])
    expect({ code, out }).toEqual({ code: 0, out: '' })
    expect(err).toBe(
      'hale doctor: LICENSE: holds nothing that hale doctor knows\n2 files examined, nothing found\n',
    )
    await put('manifest', 'apiVersion: v1\nkind: [Pod\n')
    expect((await doctor(['manifest'])).out).toContain('error unreadable')
  })

  test('tells how many files of a folder it passed over, and which', async () => {
    await put('deploy/calm.yaml', CALM)
    for (const name of ['a', 'b', 'c', 'd']) await put(`deploy/${name}.json`, '{"some": "data"}')
    expect((await doctor(['deploy'])).err).toBe(
      '1 file examined, nothing found, 4 passed over (deploy/a.json, deploy/b.json and 2 more)\n',
    )
    const { passedOver } = JSON.parse((await doctor(['deploy'], { format: 'json' })).out)
    expect(passedOver).toEqual(['a', 'b', 'c', 'd'].map((name) => `deploy/${name}.json`))
  })

  test('shows how far it is, and ends in between when it is told to', async () => {
    for (let at = 0; at < 120; at++) await put(`many/${at}.yaml`, CALM)
    const terminal = fakeTerminal({ cwd: folder })
    await run({ args: ['many'], options: {} }, terminal)
    expect(terminal.shown).toHaveLength(120)
    expect(terminal.shown[1]).toMatch(/^reading 2 of 120: many\/\S+[.]yaml$/)
    const ended = new AbortController()
    ended.abort('SIGINT')
    const told = fakeTerminal({ cwd: folder, signal: ended.signal })
    await expect(run({ args: ['many'], options: {} }, told)).rejects.toBe('SIGINT')
    expect(told.shown).toHaveLength(50)
  })
})
