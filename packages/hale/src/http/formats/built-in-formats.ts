import { actuatorFormats } from './actuator.ts'
import type { Format } from './format.ts'
import { healthJsonFormat } from './health-json.ts'
import { htmlFormat } from './html.ts'
import { kubernetes } from './kubernetes.ts'
import { microprofileFormat } from './microprofile.ts'
import { prometheusFormats } from './prometheus.ts'

/** The formats that come with hale. */
export type FormatName = (typeof formatNames)[number]

/**
 * In the order in which they are served by default: JSON for whoever has no preference, then the page before all
 * other text. MicroProfile's media type is JSON's own, so that it is had by `?format=` alone unless it comes first.
 */
export const formatNames = [
  'json',
  'html',
  'kubernetes',
  'health-json',
  'actuator',
  'microprofile',
  'prometheus',
] as const

/** One row a format: what it is made of, the media type first that `?format=` gets. JSON is made from the options. */
export const builtInFormats: Readonly<Record<Exclude<FormatName, 'json'>, readonly Format[]>> = {
  html: [htmlFormat],
  kubernetes: [kubernetes],
  'health-json': [healthJsonFormat],
  actuator: actuatorFormats,
  microprofile: [microprofileFormat],
  prometheus: prometheusFormats,
}
