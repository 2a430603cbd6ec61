// @ts-check

/**
 * @typedef {object} Contender
 * @property {string} label
 * @property {string} service a file in `services/`
 * @property {string} readyPath
 * @property {number} [probeOffset] how far the port of the probes is from that of the service
 */

/** @type {readonly Contender[]} */
export const contenders = [
  { label: '**hale** `gracefulShutdown`', service: 'hale', readyPath: '/health/ready' },
  {
    label: '@godaddy/terminus, delay of 1 s, timeout 10 s',
    service: 'godaddy-terminus',
    readyPath: '/health/ready',
  },
  { label: '@godaddy/terminus, defaults', service: 'godaddy-terminus-defaults', readyPath: '/health/ready' },
  { label: '@nestjs/terminus, delay of 1 s', service: 'nest-terminus', readyPath: '/health/ready' },
  { label: 'lightship, delay of 1 s', service: 'lightship', readyPath: '/ready', probeOffset: 1000 },
]
