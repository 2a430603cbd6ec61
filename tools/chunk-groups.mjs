// @ts-check
import { readFileSync } from 'node:fs'

/** @typedef {{ readonly name: string, readonly test: RegExp | ((id: string) => boolean), readonly minShareCount?: number }} ChunkGroup */

const PARTS = /[\\/]src[\\/]check-parts[\\/]/
const IMPORTS_NODE = /from 'node:/
const HTTP = /[\\/]src[\\/]http[\\/]/
// What few requests need stays in files that a start does not load. Where Spring's paths lead is asked of every one.
const LOADED_LATER =
  /[\\/]http[\\/](openapi|schema|admin|metrics|formats[\\/]page|actuator(?![\\/]actuator-target))[\\/]/

/**
 * The library's: shared modules for all rather than one for each set of importers, since fewer are to load wherever
 * one comes in.
 *
 * @type {readonly ChunkGroup[]}
 */
export const libraryGroups = [
  {
    // All that hale-probe needs before it asks, in one module: starting is most of what it does.
    name: 'probe',
    test: /[\\/]src[\\/]probe[\\/](?!ask-grpc|tls-connection|read-arguments|probe-flags|help-text|health-said|body-rules|url-credentials|check-options|probe[.]ts|index|main)/,
  },
  { name: 'core', test: /[\\/]src[\\/](core|errors)[\\/]/ },
  { name: 'http', test: (id) => HTTP.test(id) && !LOADED_LATER.test(id) },
  // Those of Node apart: most checks run where there is none.
  {
    name: 'check-parts',
    test: (id) => PARTS.test(id) && !IMPORTS_NODE.test(readFileSync(id, 'utf8')),
    // What only one check needs goes into its own module.
    minShareCount: 2,
  },
]

/**
 * The command line's: one for what every start needs, one for each room that verbs share, and what does a verb's work
 * by itself.
 *
 * @type {readonly ChunkGroup[]}
 */
export const commandGroups = [
  {
    name: 'start',
    test: /[\\/]src[\\/](?:command[\\/]|verbs[\\/]|profile[\\/]flags)|[\\/]node_modules[\\/]commander[\\/]/,
  },
  { name: 'yaml', test: /[\\/]node_modules[\\/]yaml[\\/]/ },
  { name: 'definition', test: /[\\/]src[\\/]definition[\\/]/ },
  ...['profile', 'generate', 'doctor'].map((room) => ({
    name: room,
    test: (/** @type {string} */ id) => id.includes(`/src/${room}/`) || id.includes(`\\src\\${room}\\`),
    minShareCount: 2,
  })),
]
