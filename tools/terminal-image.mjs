// @ts-check
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { inProject } from './project.mjs'
import { terminalSvg } from './terminal-svg.mjs'

/**
 * Makes the pictures of docs/cli/images from what the built commands really write to a terminal of util-linux'
 * `script`: `npm run build && node tools/terminal-image.mjs`.
 */
const { check, createHealth, degraded, down, up } = await import('hale')
const { serveHealth } = await import('hale/node')

const columns = 96
const terminal = 'script'
const command = inProject('packages', 'cli', 'dist', 'main.js')
let paymentsAnswer = true
let searchSlow = false
/** @param {() => import('hale').Outcome} outcome @param {number} ms */
const after = (outcome, ms) => async () => {
  await sleep(ms + Math.random() * ms)
  return outcome()
}
const maxAgeMs = { up: 0, down: 0 }
const orders = createHealth({
  service: { name: 'orders', version: '1.2.3' },
  checks: {
    database: check(
      after(() => up('connected'), 8),
      { maxAgeMs },
    ),
    cache: check(
      after(() => up('connected'), 2),
      { maxAgeMs },
    ),
    search: check(
      after(() => (searchSlow ? degraded('slow: 180 ms') : up('HTTP 200')), 20),
      { maxAgeMs },
    ),
  },
})
const payments = createHealth({
  service: { name: 'payments', version: '4.0.1' },
  checks: {
    provider: check(
      after(() => (paymentsAnswer ? up('HTTP 200') : down('connection refused')), 25),
      { maxAgeMs },
    ),
  },
})
const servers = [
  await serveHealth(orders, { port: 9400, host: '127.0.0.1' }),
  await serveHealth(payments, { port: 9401, host: '127.0.0.1' }),
]

mkdirSync(inProject('docs', 'cli', 'images'), { recursive: true })
try {
  const watched = await inTerminal(
    ['watch', '-i', '150ms', 'localhost:9400', 'localhost:9401', 'localhost:9402'],
    20,
    async (press) => {
      await sleep(2500)
      searchSlow = true
      await sleep(1000)
      paymentsAnswer = false
      await sleep(1200)
      press('\r')
      await sleep(500)
    },
  )
  // The screen as it was before the terminal was given back.
  save('watch', watched.slice(0, watched.lastIndexOf('\u001b[?7h')), 20)
  save(
    'probe',
    await inTerminal(
      [
        'probe',
        'localhost:9400/health/ready',
        'localhost:9401/health/ready',
        'tcp://localhost:9400',
        'tcp://localhost:9402',
      ],
      5,
    ),
    5,
  )
} finally {
  for (const server of servers) await server.close()
  await Promise.all([orders.dispose(), payments.dispose()])
}

/**
 * @param {string} name
 * @param {string} output
 * @param {number} rows
 */
function save(name, output, rows) {
  writeFileSync(
    inProject('docs', 'cli', 'images', `${name}.svg`),
    terminalSvg(output, { columns, rows, title: `hale ${name}` }),
  )
}

/**
 * What a command writes to a terminal; it is left by `q` after `act`.
 *
 * @param {readonly string[]} line
 * @param {number} rows
 * @param {(press: (keys: string) => void) => Promise<void>} [act]
 */
async function inTerminal(line, rows, act) {
  const run = `stty cols ${columns} rows ${rows}; exec ${[process.execPath, command, ...line].map((word) => `'${word}'`).join(' ')}`
  const env = { PATH: process.env.PATH, TERM: 'xterm-256color', LANG: 'C.UTF-8', SHELL: '/bin/sh' }
  const child = spawn(terminal, ['-qec', run, '/dev/null'], { env, stdio: ['pipe', 'pipe', 'inherit'] })
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
    said += text
  })
  const ended = once(child, 'close')
  await act?.((keys) => child.stdin.write(keys))
  if (act) child.stdin.write('q')
  await ended
  return said
}
