import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { answers } from './answering-url.ts'
import { freePort } from './free-port.ts'
import { type OwnServer, startOwnServer } from './own-server.ts'
import type { Wanted } from './provide.ts'

export const blackboxProgram: Wanted = {
  name: 'blackbox',
  program: 'prometheus-blackbox-exporter',
  debianPackage: 'prometheus-blackbox-exporter',
}

export interface BlackboxExporter extends OwnServer {
  /** `127.0.0.1:port` */
  readonly address: string
  /** `probe_success` of a module at a target. */
  succeeds(module: string, target: string): Promise<boolean>
}

export async function startBlackbox(configuration: string): Promise<BlackboxExporter> {
  const address = `127.0.0.1:${await freePort()}`
  const server = await startOwnServer(blackboxProgram, ({ directory }) => {
    const file = join(directory, 'blackbox.yml')
    writeFileSync(file, configuration)
    return {
      args: [`--config.file=${file}`, `--web.listen-address=${address}`, '--log.level=warn'],
      ready: () => answers(`http://${address}/-/healthy`),
    }
  })
  return {
    ...server,
    address,
    async succeeds(module, target) {
      const query = new URLSearchParams({ module, target })
      const text = await (await fetch(`http://${address}/probe?${query}`)).text()
      const [, value] = /^probe_success (\d)$/m.exec(text) ?? []
      if (value === undefined) throw new Error(`the exporter did not probe: ${text}`)
      return value === '1'
    },
  }
}
