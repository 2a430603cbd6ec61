// @ts-check
import { check, createHealth } from 'hale'
import { questions } from './questions.mjs'
import { scenario } from './scenario.mjs'

/** The one registry behind all of hale's servers here. */
export const health = createHealth({
  service: { name: 'bench', version: '1.0.0' },
  checks: Object.fromEntries(questions.map(([name, ask]) => [name, check(ask, scenario.checkOptions)])),
})

/** @type {import('hale/http').HandlerOptions} */
export const handlerOptions = scenario.visibility === undefined ? {} : { visibility: scenario.visibility }

export const paths = { live: '/health/live', ready: '/health/ready' }
