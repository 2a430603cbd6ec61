import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TLSSocket } from 'node:tls'
import { Client, credentials } from '@grpc/grpc-js'
import { createHealth } from 'hale'
import { grpc } from 'hale/checks/grpc'
import { afterAll, beforeAll, expect, it } from 'vitest'
import {
  type Authority,
  type Certificate,
  createAuthority,
  opensslProgram,
} from '../../../../tests/servers/certificates.ts'
import { whenOwned } from '../../../../tests/servers/when-provided.ts'
import { fakeTerminal } from '../command/fake-terminal.ts'
import { problemLines } from '../definition/problem-lines.ts'
import { readProfile } from '../profile/read-profile.ts'
import { logTo } from './log.ts'
import { Redaction } from './redaction.ts'
import { Service } from './service.ts'

whenOwned(opensslProgram, 'hale serve over TLS', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hale-tls-'))
  const at = (name: string): string => join(folder, name)
  const log = fakeTerminal()
  let authority: Authority
  let certificates: readonly Certificate[]
  let service: Service

  const put = (certificate: Certificate | undefined): void => {
    writeFileSync(at('tls.crt'), certificate?.cert ?? '')
    writeFileSync(at('tls.key'), certificate?.key ?? '')
  }
  const asked = (): Promise<{ readonly status: number; readonly serial: string }> =>
    new Promise((resolve, reject) => {
      const url = `${service.endpoints[0]?.where}/ready`
      const sent = request(url, { ca: authority.ca, agent: false }, (response) => {
        const { serialNumber } = (response.socket as TLSSocket).getPeerCertificate()
        resolve({ status: response.statusCode ?? 0, serial: serialNumber })
        response.resume()
      })
      sent.on('error', reject).end()
    })

  beforeAll(async () => {
    authority = createAuthority()
    certificates = [authority.issue({ hosts: ['127.0.0.1'] }), authority.issue({ hosts: ['127.0.0.1'] })]
    put(certificates[0])
    writeFileSync(at('authority.crt'), authority.ca)
    writeFileSync(
      at('hale.yaml'),
      `service: { name: orders }
checks: { gc: { type: gc } }
serve: { port: 0, host: 127.0.0.1, tls: { cert: { file: tls.crt }, key: { file: tls.key } } }
`,
    )
    const redaction = new Redaction()
    const started = await Service.start({
      ...{ file: at('hale.yaml'), env: {}, redaction, logger: logTo(log, 'text', redaction) },
      refuse: (problems) => log.err(problemLines('hale.yaml', problems).join('\n')),
    })
    if (!(started instanceof Service)) throw new Error(problemLines('f', started.problems).join('\n'))
    service = started
  })
  afterAll(async () => {
    for (const endpoint of service.endpoints) await endpoint.close()
    await service[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true })
  })

  it('shows its certificate, and the next from when it is there on', async () => {
    expect(service.files).toEqual(['hale.yaml', 'tls.crt', 'tls.key'].map(at))
    const first = await asked()
    expect(first.status).toBe(200)
    put(certificates[1])
    expect(await service.reload()).toMatchObject({ sections: ['serve'] })
    const second = await asked()
    expect(second.status).toBe(200)
    expect(second.serial).not.toBe(first.serial)
  })

  it('serves gRPC with it too, where the file says so, and with the next', async () => {
    const before = readFileSync(at('hale.yaml'), 'utf8')
    writeFileSync(at('hale.yaml'), before.replace('port: 0', 'port: 0, grpc: { port: 0, tls: true }'))
    expect(await service.reload()).toMatchObject({ sections: ['serve'] })
    const overGrpc = async () => {
      const { what, where } = service.endpoints.find(({ what }) => what.startsWith('gRPC')) ?? {}
      expect(what).toBe('gRPC over TLS')
      const trusted = credentials.createSsl(Buffer.from(authority.ca))
      const client = new Client(`127.0.0.1:${where?.replace('port ', '')}`, trusted)
      await using health = createHealth({ checks: { it: grpc(client, { timeoutMs: 3000 }) }, budgetMs: 4000 })
      const { status } = (await health.readiness()).checks.it
      client.close()
      return status
    }
    expect(await overGrpc()).toBe('UP')
    put(certificates[0])
    expect(await service.reload()).toMatchObject({ sections: ['serve'] })
    expect(await overGrpc()).toBe('UP')
    writeFileSync(at('hale.yaml'), before.replace(/tls: .*/, 'grpc: { port: 0, tls: true } }'))
    expect(await service.reload()).toMatchObject({
      problems: [{ path: 'serve.grpc.tls', text: 'there is no certificate' }],
    })
    writeFileSync(at('hale.yaml'), before)
    put(certificates[1])
    await service.reload()
  })

  it('goes on with the last good one when the next is none, or its key is that of another', async () => {
    const before = await asked()
    writeFileSync(at('tls.key'), certificates[0]?.key ?? '')
    expect(await service.reload()).toMatchObject({
      problems: [{ line: 3, path: 'serve.tls.key', text: 'not the key of this certificate' }],
    })
    writeFileSync(at('tls.crt'), 'no certificate')
    writeFileSync(at('tls.key'), 'no key')
    expect(await service.reload()).toMatchObject({
      problems: [
        { line: 3, column: 49, path: 'serve.tls.cert', text: 'not a certificate as PEM' },
        { path: 'serve.tls.key', hint: 'give one without' },
      ],
    })
    expect(await asked()).toEqual(before)
    expect(log.said.err).not.toContain('PRIVATE')
  })

  it('is asked by generate and doctor, who trust whom they are told to', async () => {
    const endpoint = service.endpoints[0]?.where ?? ''
    const terminal = fakeTerminal({ cwd: folder })
    expect(await readProfile({ endpoint, cacert: 'authority.crt' }, terminal)).toMatchObject({
      ...{ name: 'orders', tls: true },
    })
    await expect(readProfile({ endpoint }, terminal)).rejects.toMatchObject({
      problems: [expect.stringContaining('certificate not trusted (--cacert or NODE_EXTRA_CA_CERTS')],
    })
    await expect(readProfile({ cacert: 'tls.key', name: 'a', port: '1' }, terminal)).rejects.toMatchObject({
      problems: [
        '--cacert is about the certificate of --endpoint: give that too',
        '--cacert takes a file with certificates, PEM: this one has none, or cannot be read',
      ],
    })
  })
})
