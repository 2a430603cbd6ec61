// @ts-check
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

/**
 * @typedef {object} Backends
 * @property {readonly number[]} ports
 * @property {string} readyPath
 * @property {number} probeOffset
 */

/** @typedef {'haproxy' | 'nginx'} BalancerName */

/** Where a balancer's program is; undefined when it is not installed. */
export function programOf(/** @type {BalancerName} */ name) {
  const places = [`/usr/sbin/${name}`, `/usr/local/sbin/${name}`, `/opt/homebrew/bin/${name}`]
  const found = spawnSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).stdout.trim()
  return found === '' ? places.find((place) => existsSync(place)) : found
}

/**
 * Starts a real load balancer over the backends on a port of its own.
 *
 * @param {BalancerName} name
 * @param {Backends} backends
 */
export async function startBalancer(name, backends) {
  const program = programOf(name)
  if (program === undefined) throw new Error(`${name} is not installed`)
  const directory = mkdtempSync(join(tmpdir(), `hale-bench-${name}-`))
  mkdirSync(join(directory, 'temp'))
  const port = await freePort()
  const file = join(directory, 'balancer.conf')
  writeFileSync(file, configurations[name](port, directory, backends))
  const args =
    name === 'haproxy' ? ['-db', '-f', file] : ['-p', directory, '-c', file, '-e', join(directory, 'errors')]
  const child = spawn(program, args, { stdio: 'ignore' })
  const kill = () => child.kill('SIGKILL')
  process.once('exit', kill)
  const giveUpAt = Date.now() + 5000
  while (!(await accepts(port))) {
    if (child.exitCode !== null || Date.now() > giveUpAt) throw new Error(`${name} did not start`)
    await delay(20)
  }
  return {
    port,
    async stop() {
      process.off('exit', kill)
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      await ended
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

/** @type {Record<BalancerName, (port: number, directory: string, backends: Backends) => string>} */
const configurations = {
  haproxy: (port, _directory, { ports, readyPath, probeOffset }) => `
defaults
  mode http
  timeout connect 1s
  timeout check 1s
  timeout client 30s
  timeout server 30s
frontend front
  bind 127.0.0.1:${port}
  default_backend app
backend app
  option httpchk GET ${readyPath}
${ports
  .map(
    (at, index) =>
      `  server s${index} 127.0.0.1:${at} check port ${at + probeOffset} inter 100 fall 2 rise 1`,
  )
  .join('\n')}
`,
  // The open-source NGINX asks no probe: it learns from failures, and repeats what is safe to repeat.
  nginx: (port, directory, { ports }) => `
daemon off;
${process.getuid?.() === 0 ? 'user root;' : ''}
worker_processes 1;
pid ${directory}/nginx.pid;
events { worker_connections 256; }
http {
  access_log off;
${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `  ${kind}_temp_path ${directory}/temp/${kind};`).join('\n')}
  upstream app {
${ports.map((at) => `    server 127.0.0.1:${at} fail_timeout=1s;`).join('\n')}
    keepalive 16;
  }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://app;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
    }
  }
}
`,
}

/** A port that is free, and so is the one of the probes beside it. */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
  server.close()
  await once(server, 'close')
  return port
}

/** @param {number} port */
function accepts(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
