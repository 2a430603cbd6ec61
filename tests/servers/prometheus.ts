import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { answers } from './answering-url.ts'
import { freePort } from './free-port.ts'
import { type OwnServer, startOwnServer } from './own-server.ts'
import type { Wanted } from './provide.ts'

export const prometheusProgram: Wanted = {
  name: 'prometheus',
  program: 'prometheus',
  debianPackage: 'prometheus',
}
export const promtoolProgram: Wanted = { name: 'promtool', program: 'promtool', debianPackage: 'prometheus' }

export interface PrometheusAlert {
  readonly labels: Readonly<Record<string, string>>
  readonly state: 'pending' | 'firing'
}

export interface PrometheusServer extends OwnServer {
  readonly url: string
  /** The values of an instant query, by their labels without the metric's name. */
  query(
    expression: string,
  ): Promise<readonly { readonly labels: Readonly<Record<string, string>>; readonly value: number }[]>
  alerts(): Promise<readonly PrometheusAlert[]>
}

/** A Prometheus of the test's own; `files` are written beside each other, and `prometheus.yml` is what it reads. */
export async function startPrometheus(files: Readonly<Record<string, string>>): Promise<PrometheusServer> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const server = await startOwnServer(prometheusProgram, ({ directory }) => {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text)
    return {
      args: [
        `--config.file=${join(directory, 'prometheus.yml')}`,
        `--storage.tsdb.path=${join(directory, 'data')}`,
        `--web.listen-address=127.0.0.1:${port}`,
        '--log.level=warn',
      ],
      ready: () => answers(`${url}/-/ready`),
    }
  })
  const asked = async (path: string) => {
    const response = await fetch(`${url}/api/v1/${path}`)
    const { status, data, error } = (await response.json()) as {
      status: string
      data: unknown
      error?: string
    }
    if (status !== 'success') throw new Error(`${path}: ${error}`)
    return data
  }
  return {
    ...server,
    url,
    async query(expression) {
      const data = await asked(`query?query=${encodeURIComponent(expression)}`)
      const { result } = data as { result: { metric: Record<string, string>; value: [number, string] }[] }
      return result.map(({ metric: { __name__, ...labels }, value }) => ({ labels, value: Number(value[1]) }))
    },
    async alerts() {
      return ((await asked('alerts')) as { alerts: PrometheusAlert[] }).alerts
    },
  }
}
