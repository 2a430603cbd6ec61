import type { Problems } from '../../errors/problems.ts'
import { basePath } from './base-path.ts'

/** Options of Spring Boot's paths. */
export interface ActuatorOptions {
  /**
   * Where they live.
   * @default '/actuator'
   */
  readonly basePath?: string
  /**
   * Under which absolute URL clients reach that path, for the index's links; needed behind a proxy that changes paths,
   * or when mounted beneath one.
   * @default http or https, the request's Host, and `basePath`
   */
  readonly url?: string
}

/** The same after validation. */
export interface ActuatorSettings {
  readonly basePath: string
  readonly url: string | undefined
}

export function actuatorSettings(
  value: unknown,
  ofHealth: string,
  problems: Problems,
): ActuatorSettings | undefined {
  if (value === undefined || value === false) return undefined
  const options = value === true ? {} : problems.object('actuator', value)
  problems.knownKeys('actuator', options, ['basePath', 'url'])
  const path = basePath('actuator.basePath', options.basePath, '/actuator', problems)
  if (path === ofHealth)
    problems.add('actuator.basePath', 'the endpoints of basePath are there; choose another')
  const url = problems.string('actuator.url', options.url)
  if (url !== undefined && !/^https?:\/\/[^\s"<>\\]+$/.test(url))
    problems.add('actuator.url', "expected an absolute URL such as 'https://orders.internal/actuator'")
  return { basePath: path, url: url?.replace(/\/$/, '') }
}
