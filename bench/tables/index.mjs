// @ts-check
import { background } from './background.mjs'
import { circuitCost } from './circuit-cost.mjs'
import { circuitStorm } from './circuit-storm.mjs'
import { cliStart } from './cli-start.mjs'
import { clusterCost } from './cluster-cost.mjs'
import { coldStart } from './cold-start.mjs'
import { express } from './express.mjs'
import { frameworksTable } from './frameworks.mjs'
import { hangingCheck } from './hanging-check.mjs'
import { hangingMemory } from './hanging-memory.mjs'
import { importCost } from './import-cost.mjs'
import { liveness } from './liveness.mjs'
import { manyChecks } from './many-checks.mjs'
import { offLoopCost } from './off-loop-cost.mjs'
import { offLoopLatency } from './off-loop-latency.mjs'
import { sizes } from './package-size.mjs'
import { rollingRestart } from './rolling-restart.mjs'
import { sigterm } from './sigterm.mjs'
import { slowCheck } from './slow-check.mjs'
import { warmReadiness } from './warm-readiness.mjs'

/** In the order of the document. */
export const tables = [
  liveness,
  warmReadiness,
  express,
  frameworksTable,
  slowCheck,
  background,
  manyChecks,
  hangingCheck,
  hangingMemory,
  offLoopLatency,
  offLoopCost,
  circuitCost,
  circuitStorm,
  clusterCost,
  sigterm,
  rollingRestart,
  importCost,
  coldStart,
  cliStart,
  sizes,
]
