import assert from 'node:assert/strict'
import { systemClock } from '../../core/clock.ts'
import { gracefulShutdown } from '../../shutdown/graceful-shutdown.ts'
import { gate } from '../gate.ts'
import { type AdapterCase, onStage, patient, type Stage } from './stage.ts'
import { type WireAnswer, WireConnection, within } from './wire-client.ts'

/** On a connection that is meant to be kept: who closes it is the server. */
async function keeping(stage: Stage, path: string): Promise<WireAnswer> {
  const connection = await WireConnection.open(stage.app.url)
  connection.send({ path, headers: ['Connection: keep-alive'] })
  const [answer] = await connection.answers({ path })
  return answer as WireAnswer
}

async function refused({ app }: Stage): Promise<boolean> {
  try {
    const connection = await WireConnection.open(app.url)
    connection.socket.destroy()
    return false
  } catch {
    return true
  }
}

/** The way out. */
export const drainCases: readonly AdapterCase[] = [
  {
    name: 'while draining: liveness 200, readiness 503, Connection: close, and what is under way finishes',
    run: (subject) => {
      const slow = gate()
      const health = patient({ clock: systemClock, checks: { slow: slow.definition } })
      return onStage(subject, { health }, async (stage) => {
        let release = (): void => {}
        const held = new Promise<void>((resolve) => {
          release = resolve
        })
        const hook = { name: 'hold', when: 'drain', timeoutMs: 10_000, run: () => held } as const
        const shutdown = gracefulShutdown(health, {
          servers: [stage.app.server],
          exit: false,
          signals: [],
          drainDelayMs: 0,
          timeoutMs: 10_000,
          hooks: [hook],
        })
        const early = await WireConnection.open(stage.app.url)
        early.send({ path: '/health/slow', headers: ['Connection: keep-alive'] })
        await within(slow.started, 'the check to be run')
        const done = shutdown.shutdown('contract')
        const live = await keeping(stage, '/health/live')
        assert.equal(live.status, 200, 'liveness stays well while draining')
        assert.match(live.headers.connection ?? '', /close/i, 'liveness keeps the connection while draining')
        slow.release()
        const [late] = await early.answers({ path: '/health/slow' })
        assert.equal(late?.status, 200, 'a request under way was not finished')
        assert.match(late?.headers.connection ?? '', /close/i, 'the answer under way keeps the connection')
        const ready = await keeping(stage, '/health/ready')
        assert.equal(ready.status, 503, 'readiness is not 503 while draining')
        assert.match(
          ready.headers.connection ?? '',
          /close/i,
          'readiness keeps the connection while draining',
        )
        assert.ok(ready.body.includes('OUT_OF_SERVICE'))
        const hello = await keeping(stage, '/hello')
        assert.equal(hello.status, 200, 'the application is not served while draining')
        release()
        const { code, open } = await within(done, 'the shutdown to end')
        assert.deepEqual({ code, open }, { code: 0, open: [] })
        assert.ok(await refused(stage), 'it listens after the shutdown')
      })
    },
  },
]
