import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, constants, openSync } from 'node:fs'
import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { asNobody, CALM, doctorInFolder, EAGER } from './doctor-in-folder.ts'

const { at, doctor, problemsOf, put } = doctorInFolder(beforeEach, afterEach)

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

  test('takes TOML for what it is, past the manifests of languages, but not past what is broken', async () => {
    const railway = '[deploy]\nhealthcheckPath = "/health/live"\n'
    await put('app/railway.toml', railway)
    await put('app/Cargo.toml', '[dependencies]\nhealthcheck = "1"\n')
    await put('app/other.toml', '[health]\nchecks = [\n')
    await put('app/book.toml', '[book]\ntitle = "x"\n')
    const { out, err } = await doctor(['app'])
    expect(out.match(/^\S+:\d+:\d+.*$/gm)).toEqual(['app/railway.toml:2:1: warning readiness-asks-liveness'])
    expect(err).toBe('\n1 file examined, 1 finding, 2 passed over (app/book.toml, app/other.toml)\n')
    await put('app/railway.toml', railway.replace('"\n', '\n'))
    expect((await doctor(['app'])).out).toMatch(/^app\/railway\.toml:2:\d+: error unreadable/)
  })

  test('follows links to files, and none to folders or to nowhere', async () => {
    await put('real/eager.yaml', EAGER)
    await mkdir(at('linked'))
    await symlink('../real/eager.yaml', at('linked/a.yaml'))
    await symlink('nowhere.yaml', at('linked/b.yaml'))
    await symlink('..', at('linked/c.yaml'))
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
    for (let number = 0; number < 120; number++) await put(`many/${number}.yaml`, CALM)
    const { shown } = await doctor(['many'])
    expect(shown).toHaveLength(120)
    expect(shown[1]).toMatch(/^reading 2 of 120: many\/\S+[.]yaml$/)
    const ended = new AbortController()
    let told = 0
    const progress = (): void => {
      if (++told === 10) ended.abort('SIGINT')
    }
    await expect(doctor(['many'], {}, { signal: ended.signal, progress })).rejects.toBe('SIGINT')
    expect(told).toBe(50)
  })

  test('examines the rest where something may not be read, or is larger than a configuration, and says so', async () => {
    await put('deploy/calm.yaml', CALM)
    await put('deploy/data/pg.conf', '')
    await put('deploy/locked.yaml', EAGER)
    await put('deploy/huge.json', Buffer.alloc(4 * 1024 * 1024 + 1, ' '))
    await chmod(at('.'), 0o755)
    await chmod(at('deploy/data'), 0)
    await chmod(at('deploy/locked.yaml'), 0)
    const { code, err } = await asNobody(() => doctor(['deploy']))
    await chmod(at('deploy/data'), 0o755)
    expect({ code, err }).toEqual({
      code: 0,
      err: [
        'hale doctor: deploy/data, deploy/locked.yaml: cannot be read: not allowed',
        'hale doctor: deploy/huge.json: is larger than a configuration',
        '1 file examined, nothing found\n',
      ].join('\n'),
    })
    expect(await asNobody(() => problemsOf(['deploy/locked.yaml']))).toEqual([
      'deploy/locked.yaml cannot be read: not allowed',
    ])
  })

  test('takes a file once, however often and in whatever way it is named', async () => {
    await put('deploy/calm.yaml', CALM)
    const { err } = await doctor(['deploy', './deploy/calm.yaml', at('deploy/calm.yaml')])
    expect(err).toBe('1 file examined, nothing found\n')
  })
})

const MAKE_PIPE = 'mkfifo'
/** Fails as long as nobody reads. */
const WRITES_AT_ONCE = constants.O_WRONLY | constants.O_NONBLOCK

describe.skipIf(process.platform === 'win32')('what is no file', () => {
  test('a named pipe is read to its end, as that of <(helm template .)', async () => {
    spawnSync(MAKE_PIPE, [at('pipe')])
    const found = doctor(['pipe'], { fix: true })
    await writeFile(at('pipe'), EAGER)
    const { out, err } = await found
    expect(out).toMatch(/^pipe:10:9: warning/)
    expect(err).toContain('pipe: is a pipe: --fix leaves it alone\n')
  })

  test('one into which nobody writes is given up when the process is told to end', async () => {
    spawnSync(MAKE_PIPE, [at('pipe')])
    const ended = new AbortController()
    const found = doctor(['pipe'], {}, { signal: ended.signal })
    const silent = await vi.waitFor(() => openSync(at('pipe'), WRITES_AT_ONCE), {
      timeout: 10_000,
      interval: 5,
    })
    ended.abort('SIGINT')
    await expect(found).rejects.toBe('SIGINT')
    closeSync(silent)
  })

  test('a socket and a device are refused, and read to no end', async () => {
    const server = createServer().listen(at('socket'))
    await once(server, 'listening')
    expect(await problemsOf(['/dev/zero', 'socket'])).toEqual([
      '/dev/zero cannot be read: it is neither a file nor a folder',
      'socket cannot be read: it is neither a file nor a folder',
    ])
    server.close()
  })
})
