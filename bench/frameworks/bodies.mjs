// @ts-check
import { paths } from '../workload/hale-registry.mjs'
import { scenario } from '../workload/scenario.mjs'

export { paths }

/** What a bare route answers with, by path: the bytes of hale's body. */
export const bodies = new Map([
  [paths.live, scenario.liveBody ?? '{"status":"UP"}'],
  [paths.ready, scenario.readyBody ?? '{"status":"UP"}'],
])

/** What else hale's answers say, where the bare route is to say it too. */
export const moreHeaders = scenario.sameHeaders
  ? { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', vary: 'Accept' }
  : {}
