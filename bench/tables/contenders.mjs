// @ts-check
import { ServerProcess } from '../measure/server-process.mjs'
import { subject } from '../measure/subject.mjs'

/** @typedef {import('../workload/scenario.mjs').Scenario} Scenario */

/**
 * The bodies that hale answers with, for the bare servers to answer with too: the same bytes on the wire.
 *
 * @param {Scenario} scenario
 * @returns {Promise<{ liveBody: string, readyBody: string }>}
 */
export async function haleBodies(scenario) {
  const server = await ServerProcess.start({ server: 'hale-serve', scenario })
  try {
    return { liveBody: await server.healthyBody('live'), readyBody: await server.healthyBody('ready') }
  } finally {
    await server.stop()
  }
}

/**
 * Bare node:http first, then the same a second time (what it differs by is the noise), then both of hale's
 * servers.
 *
 * @param {'live' | 'ready'} probe
 * @param {Scenario} scenario
 */
export async function bareAndHale(probe, scenario) {
  const bare = subject('bare node:http, static JSON', 'bare-http', probe, await haleBodies(scenario))
  return [
    bare,
    { ...bare, label: 'the same in a second process: the noise', instance: 2 },
    subject('**hale** `serveHealth`', 'hale-serve', probe, scenario),
    subject('**hale** `healthListener`', 'hale-listener', probe, scenario),
  ]
}

/**
 * The peers that check something when they are asked.
 *
 * @param {'live' | 'ready'} probe
 * @param {Scenario} scenario
 * @param {boolean} quick leaves out the slowest
 */
export function checkingPeers(probe, scenario, quick) {
  const peers = [
    subject('@godaddy/terminus', 'godaddy-terminus', probe, scenario),
    subject('fastify + under-pressure', 'under-pressure', probe, scenario),
    subject('@nestjs/terminus on fastify', 'nest-fastify', probe, scenario),
    subject('@nestjs/terminus on express', 'nest-express', probe, scenario),
  ]
  return quick ? peers.slice(0, 3) : peers
}

/**
 * Nest's indicators with both of its protections, `.withTimeout(500).cacheFor(1000)`.
 *
 * @param {Scenario} scenario
 */
export function guardedNest(scenario) {
  const label = '@nestjs/terminus on fastify, with timeout and cache'
  return subject(label, 'nest-fastify', 'ready', { ...scenario, guarded: true })
}
