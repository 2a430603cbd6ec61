import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { answers } from './answering-url.ts'
import { freePort } from './free-port.ts'
import { type OwnServer, startOwnServer } from './own-server.ts'
import type { Wanted } from './provide.ts'

const debianPackage = 'prometheus-alertmanager'

export const alertmanagerProgram: Wanted = {
  name: 'alertmanager',
  program: 'prometheus-alertmanager',
  debianPackage,
}
export const amtoolProgram: Wanted = { name: 'amtool', program: 'amtool', debianPackage }

export interface RoutedAlert {
  readonly labels: Readonly<Record<string, string>>
  readonly receivers: readonly { readonly name: string }[]
  readonly status: {
    readonly state: 'active' | 'suppressed' | 'unprocessed'
    readonly inhibitedBy: readonly string[]
  }
}

export interface AlertmanagerServer extends OwnServer {
  /** `127.0.0.1:port` */
  readonly address: string
  alerts(): Promise<readonly RoutedAlert[]>
}

export async function startAlertmanager(configuration: string): Promise<AlertmanagerServer> {
  const address = `127.0.0.1:${await freePort()}`
  const server = await startOwnServer(alertmanagerProgram, ({ directory }) => {
    const file = join(directory, 'alertmanager.yml')
    writeFileSync(file, configuration)
    return {
      args: [
        `--config.file=${file}`,
        `--storage.path=${join(directory, 'data')}`,
        `--web.listen-address=${address}`,
        // Alone: else it looks for others on a port of its own.
        '--cluster.listen-address=',
        '--log.level=warn',
      ],
      ready: () => answers(`http://${address}/-/ready`),
    }
  })
  return {
    ...server,
    address,
    async alerts() {
      const response = await fetch(`http://${address}/api/v2/alerts`)
      return (await response.json()) as RoutedAlert[]
    },
  }
}
