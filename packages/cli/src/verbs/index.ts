import type { Verb } from '../command/verb.ts'
import { completion } from './completion.ts'
import { doctor } from './doctor.ts'
import { generate } from './generate.ts'
import { probe } from './probe.ts'
import { serve } from './serve.ts'
import { watch } from './watch.ts'

/** In the order of help. */
export const verbs: readonly Verb[] = [probe, serve, watch, generate, doctor, completion]
