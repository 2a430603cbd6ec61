import { spawnSync } from 'node:child_process'
import { Agent, get } from 'node:http'
import { type Circuit, type CircuitChange, check, createHealth, DependencyDownError, type Health } from 'hale'
import { http } from 'hale/checks/http'
import { afterEach, describe, expect, test } from 'vitest'
import { type HttpServer, startFaultyHttp } from './servers/faulty-http.ts'
import { freePort } from './servers/free-port.ts'
import { type Program, startProgram } from './servers/program.ts'

const callers = 1000
const trialDelayMs = 200
const maxTrialDelayMs = 800
// The trial's own run, and a loop that a thousand callers keep busy.
const slackMs = 100

const ended: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ended.splice(0).reverse()) await end()
})

async function until(what: string, condition: () => boolean, withinMs = 8000): Promise<void> {
  const deadline = Date.now() + withinMs
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`${what}: not within ${withinMs} ms`)
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}

/** A dependency in a process of its own, which says what it is asked. */
function startDependency(port: number): Promise<Program> {
  const code = `
    require('node:http').createServer((request, response) => {
      require('node:fs').writeSync(1, request.url + '\\n')
      response.end('well')
    }).listen({ port: ${port}, host: '127.0.0.1', backlog: 2000 }, () => console.log('listening'))`
  return startProgram({
    path: process.execPath,
    args: ['-e', code],
    cwd: process.cwd(),
    ready: (output) => output.includes('listening'),
  })
}

function request(url: string, agent: Agent, signal?: AbortSignal): Promise<number> {
  return new Promise((resolve, reject) => {
    get(url, { agent, ...(signal && { signal }) }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode ?? 0))
    }).on('error', reject)
  })
}

/** A thousand callers at once, each of which calls again a little after it has been answered or refused. */
function storm(circuit: Circuit, url: string) {
  const agent = new Agent({ keepAlive: true, maxSockets: 100 })
  const seen = { answered: 0, failed: 0, refused: 0, madeWhileNotClosed: 0 }
  let blowing = true
  const one = async (): Promise<void> => {
    while (blowing) {
      try {
        await circuit.run(({ signal }) => {
          if (circuit.state !== 'closed') seen.madeWhileNotClosed++
          return request(`${url}/pay`, agent, signal)
        })
        seen.answered++
      } catch (error) {
        if (error instanceof DependencyDownError) seen.refused++
        else seen.failed++
      }
      // Without a pause the callers would be all that this process does, its timers late, and its trials with them.
      await new Promise((resolve) => setTimeout(resolve, 300 + 200 * Math.random()))
    }
  }
  const all = Promise.all(Array.from({ length: callers }, one))
  return {
    seen,
    async end() {
      blowing = false
      await all
      agent.destroy()
    },
  }
}

function watched(health: Health, name: string) {
  const changes: (CircuitChange & { readonly seenAt: number })[] = []
  health.on('circuit', (change) => changes.push({ ...change, seenAt: performance.now() }))
  return {
    changes,
    trials: () => changes.filter(({ to }) => to === 'half-open').length,
    closedAt: () => changes.findLast(({ to }) => to === 'closed')?.seenAt ?? Number.NaN,
    state: () => health.circuit(name).state,
  }
}

describe('a thousand callers and a dependency that is killed and revived', () => {
  test('no call is made while open, and it closes within one trial interval without any request', async () => {
    const port = await freePort()
    const url = `http://127.0.0.1:${port}`
    let dependency = await startDependency(port)
    ended.push(() => dependency.kill())
    const health = createHealth({ checks: { payments: http(`${url}/health`) } })
    ended.push(() => health.dispose())
    const circuit = health.circuit('payments', { trialDelayMs, maxTrialDelayMs, timeoutMs: 2000 })
    const watch = watched(health as unknown as Health, 'payments')

    for (const calm of [false, true]) {
      const { seen, end } = storm(circuit, url)
      await until('every caller has been answered', () => seen.answered > callers)
      await dependency.kill()
      await until('it opens', () => circuit.state !== 'closed')
      const { made } = circuit.counts
      const trials = watch.trials()
      await until('trials fail', () => watch.trials() >= trials + 3)
      expect(seen.refused).toBeGreaterThan(callers)
      // Once without any caller left, so that nothing but the trial can find out.
      if (calm) await end()
      dependency = await startDependency(port)
      const revivedAt = performance.now()
      const { state } = watch
      await until('it closes', () => state() === 'closed')
      expect(watch.closedAt() - revivedAt).toBeLessThan(maxTrialDelayMs + slackMs)
      if (calm) {
        expect(circuit.counts.made).toBe(made)
        expect(dependency.output()).not.toContain('/pay')
      } else {
        const { answered } = seen
        await until('callers are answered again', () => seen.answered > answered + callers)
        await end()
      }
      expect(seen.madeWhileNotClosed).toBe(0)
      // What was under way or failed before it opened: at most one call each, and what was made in between.
      expect(seen.failed).toBeLessThanOrEqual(2 * callers)
    }
    const opened = watch.changes.filter(({ from }) => from === 'closed')
    expect(opened.map(({ reason }) => reason)).toEqual(['calls', 'calls'])
  }, 40_000)
})

describe('a thousand callers and a dependency that takes calls and never answers', () => {
  async function hanging(): Promise<HttpServer> {
    const server = await startFaultyHttp({ kind: 'status', status: 200 })
    ended.push(() => server.close())
    return server
  }

  test.each([
    ['timeoutMs', { timeoutMs: 1000 }, /^circuit open: \d+ calls in a row failed$/],
    [
      'slowCallMs',
      { slowCallMs: 1000, timeoutMs: 3000 },
      /^circuit open: \d+ calls in a row failed or took too long$/,
    ],
  ])(
    'opens by %s while they hang, and closes when it answers again',
    async (_, limits, text) => {
      const server = await hanging()
      const health = createHealth({ checks: { payments: http(`${server.url}/health`) } })
      ended.push(() => health.dispose())
      const circuit = health.circuit('payments', { trialDelayMs, maxTrialDelayMs, ...limits })
      const { seen, end } = storm(circuit, server.url)
      await until('every caller has been answered', () => seen.answered > callers)
      const errors: (string | undefined)[] = []
      health.on('transition', (transition) => {
        if ('check' in transition && transition.to === 'DOWN') errors.push(transition.result.error)
      })
      server.become({ kind: 'silent' })
      await until('it opens', () => circuit.state !== 'closed')
      expect(errors[0]).toMatch(text)
      const asked = server.requests.filter((line) => line.endsWith('/pay')).length
      await until('callers are refused', () => seen.refused > callers)
      // Connections that were being made when it opened may still deliver their request: no new call is among them.
      expect(seen.madeWhileNotClosed).toBe(0)
      expect(server.requests.filter((line) => line.endsWith('/pay')).length - asked).toBeLessThanOrEqual(
        callers,
      )
      const revivedAt = performance.now()
      server.become({ kind: 'status', status: 200 })
      await until('it closes', () => circuit.state === 'closed')
      expect(performance.now() - revivedAt).toBeLessThan(maxTrialDelayMs + 500 + slackMs)
      const { answered } = seen
      await until('callers are answered again', () => seen.answered > answered + callers)
      await end()
      expect(seen.madeWhileNotClosed).toBe(0)
    },
    30_000,
  )
})

test('neither a trial nor a call under way keeps a process alive', () => {
  const code = `
    import { createHealth, check, down } from 'hale'
    const health = createHealth({ checks: { payments: check(() => down()) } })
    const circuit = health.circuit('payments', { timeoutMs: 60_000, slowCallMs: 50_000, trialDelayMs: 60_000 })
    circuit.run(() => new Promise(() => {}))
    await health.check('payments').run()
    console.log(circuit.state)`
  const started = performance.now()
  const { status, stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', code], {
    encoding: 'utf8',
    timeout: 10_000,
  })
  expect({ status, stdout }).toEqual({ status: 0, stdout: 'open\n' })
  expect(performance.now() - started).toBeLessThan(10_000)
})

test('a check of a circuit that nobody asked for is left as it is', async () => {
  const health = createHealth({ checks: { payments: check(() => {}) } })
  ended.push(() => health.dispose())
  const { details } = (await health.readiness()).checks.payments
  expect(details).not.toHaveProperty('circuit')
})
