// @ts-check
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
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

// Each with what people get wrong.
const wrongDefinition = `service: { name: orders }
checks:
  database: { type: postgress, url: postgres://db.internal/orders }
  payments: { type: http, url: https://payments.internal/health, timoutMs: 500 }
budgetMs: fast
`
const wrongManifest = `apiVersion: apps/v1
kind: Deployment
metadata: { name: orders }
spec:
  replicas: 2
  selector: { matchLabels: { app: orders } }
  template:
    metadata: { labels: { app: orders } }
    spec:
      containers:
        - name: orders
          image: registry.example/orders:1.2.3
          ports: [{ containerPort: 8080 }]
          livenessProbe:
            httpGet: { path: /health/ready, port: 8080 }
            timeoutSeconds: 1
          readinessProbe:
            httpGet: { path: /health/ready, port: 8080 }
            timeoutSeconds: 1
`

mkdirSync(inProject('docs', 'cli', 'images'), { recursive: true })
const folder = mkdtempSync(join(tmpdir(), 'hale-picture-'))
try {
  save('generate', await generating(), 20)
  save('completion', await completing(), 5)
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
  const asked = [
    'probe',
    'localhost:9400/health/ready',
    'localhost:9401/health/ready',
    'tcp://localhost:9402',
  ]
  save('probe', await promptAnd(asked, 6), 6)
  writeFileSync(join(folder, 'orders.yaml'), wrongManifest)
  save('doctor', await promptAnd(['doctor', 'orders.yaml'], 11), 11)
  writeFileSync(join(folder, 'hale.yaml'), wrongDefinition)
  save('serve', await promptAnd(['serve', '--check-config'], 5), 5)
} finally {
  rmSync(folder, { recursive: true })
  for (const server of servers) await server.close()
  await Promise.all([orders.dispose(), payments.dispose()])
}

/**
 * @param {readonly string[]} line
 * @param {number} rows
 */
async function promptAnd(line, rows) {
  return `$ hale ${line.join(' ')}\r\n${await inTerminal(line, rows)}`
}

/** What bash offers, and completes, when Tab is pressed. */
async function completing() {
  const start = `eval "$('${process.execPath}' '${command}' completion bash)"; PS1='$ '; bind 'set bell-style none'\n`
  const rows = 5
  writeFileSync(join(folder, 'bashrc'), start)
  const said = await typedInTerminal(`exec bash --noprofile --rcfile bashrc -i`, rows, async (press) => {
    // Until it prompts.
    await sleep(1000)
    for (const keys of ['hale wat', '\t', '--', '\t', '\t', 'tok', '\t', '\u0003']) {
      press(keys)
      await sleep(300)
    }
    press('exit\n')
  })
  // What was typed to end it is no part of it.
  return said.slice(0, said.lastIndexOf('^C'))
}

/** A session in a folder of its own: files made, made anew, changed by hand, and examined. */
async function generating() {
  const generate = ['generate', 'kubernetes', '-e', 'localhost:9400', '--out', 'deploy']
  let said = ''
  /** @param {readonly string[]} line */
  const type = async (line) => {
    said += `${await promptAnd(line, 22)}\r\n`
  }
  await type([...generate, '--image', 'orders:1.2.3'])
  await type([...generate, '--image', 'orders:1.2.4', '--replicas', '3'])
  said += '$ echo "# mine" >> deploy/service.yaml\r\n\r\n'
  appendFileSync(join(folder, 'deploy', 'service.yaml'), '# mine\n')
  await type([...generate, '--image', 'orders:1.2.5'])
  await type(['doctor', '-e', 'localhost:9400', '--replicas', '3', 'deploy'])
  return said
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
  const words = [process.execPath, command, ...line].map((word) => `'${word}'`).join(' ')
  return typedInTerminal(
    `exec ${words}`,
    rows,
    act &&
      (async (press) => {
        await act(press)
        press('q')
      }),
  )
}

/**
 * @param {string} program
 * @param {number} rows
 * @param {(press: (keys: string) => void) => Promise<void>} [act]
 */
async function typedInTerminal(program, rows, act) {
  const run = `stty cols ${columns} rows ${rows}; ${program}`
  const env = { PATH: process.env.PATH, TERM: 'xterm-256color', LANG: 'C.UTF-8', SHELL: '/bin/sh' }
  const child = spawn(terminal, ['-qec', run, '/dev/null'], {
    cwd: folder,
    env,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
    said += text
  })
  const ended = once(child, 'close')
  await act?.((keys) => child.stdin.write(keys))
  await ended
  return said
}
