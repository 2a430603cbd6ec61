// @ts-check
// Lightship has no checks: its readiness is a flag that the service sets. It has no option for the address
// either.
import { createLightship } from 'lightship'
import { announce, portOf } from '../workload/parent-link.mjs'

const lightship = await createLightship({ detectKubernetes: false, port: 0 })
lightship.signalReady()
announce(portOf(lightship.server), { live: '/live', ready: '/ready' })
