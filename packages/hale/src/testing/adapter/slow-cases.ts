import assert from 'node:assert/strict'
import { check } from '../../core/check.ts'
import { fakeClock } from '../fake-clock.ts'
import { gate } from '../gate.ts'
import { type AdapterCase, onStage, patient } from './stage.ts'
import { ask, WireConnection, within } from './wire-client.ts'

const probes = 64
const budgetMs = 800

/** What happens while a check runs. */
export const slowCases: readonly AdapterCase[] = [
  {
    name: `runs a slow check once for ${probes} concurrent probes, and answers all of them`,
    run: (subject) => {
      const slow = gate()
      return onStage(subject, { health: patient({ checks: { slow: slow.definition } }) }, async (stage) => {
        const asked = Array.from({ length: probes }, () => stage.ask({ path: '/health/ready' }))
        await within(slow.started, 'the check to be run')
        slow.release()
        const statuses = new Set((await Promise.all(asked)).map(({ status }) => status))
        assert.deepEqual([...statuses], [200])
        assert.equal(slow.runs(), 1)
        await stage.agree({ path: '/health/ready' })
      })
    },
  },
  {
    name: 'answers within the budget while a check hangs, and liveness at once',
    run: (subject) => {
      const clock = fakeClock()
      const hanging = gate()
      const health = patient({ clock, checks: { hanging: hanging.definition } })
      return onStage(subject, { health }, async (stage) => {
        const asked = stage.ask({ path: '/health/ready' })
        await within(hanging.started, 'the check to be run')
        await stage.agree({ path: '/health/live' })
        await clock.advance(budgetMs)
        const { status, body, headers } = await asked
        assert.equal(status, 503)
        assert.ok(body.includes(`no answer within ${budgetMs} ms`), `the body does not say why: ${body}`)
        assert.ok('retry-after' in headers, 'there is no Retry-After')
        hanging.release()
      })
    },
  },
  ...(['destroy', 'resetAndDestroy', 'end'] as const).map(
    (how): AdapterCase => ({
      name: `survives clients that go away while a check runs (${how}), and answers the next`,
      run: (subject) => {
        const slow = gate()
        return onStage(subject, { health: patient({ checks: { slow: slow.definition } }) }, async (stage) => {
          const gone: WireConnection[] = []
          for (const method of ['GET', 'HEAD', 'GET', 'OPTIONS', 'GET']) {
            const connection = await WireConnection.open(stage.app.url)
            connection.send({ method, path: '/health/slow' })
            gone.push(connection)
          }
          await within(slow.started, 'the check to be run')
          for (const { socket } of gone) socket[how]()
          // By the time that a later connection is answered the server has seen the earlier ones go.
          await stage.agree({ path: '/health/live' })
          slow.release()
          await stage.agree({ path: '/health/slow' }, { path: '/hello' })
          await within(Promise.all(gone.map(({ ended }) => ended)), 'the connections to end')
        })
      },
    }),
  ),
  {
    name: 'survives clients that go away in the middle of a body',
    run: (subject) =>
      onStage(subject, {}, async (stage) => {
        for (const how of ['destroy', 'resetAndDestroy', 'end'] as const) {
          const { socket, ended } = await WireConnection.open(stage.app.url)
          socket.write('POST /health HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{"half":')
          await stage.agree({ path: '/health/live' })
          socket[how]()
          await within(ended, 'the connection to end')
        }
        await stage.agree({ path: '/health/ready' }, { path: '/hello' })
      }),
  },
  {
    name: 'answers anew once a result has aged',
    run: (subject) => {
      const clock = fakeClock()
      let runs = 0
      const counted = check(() => void runs++)
      return onStage(subject, { health: patient({ clock, checks: { counted } }) }, async (stage) => {
        for (let round = 1; round <= 3; round++) {
          const answers = [1, 2].map(() => ask(stage.app.url, { path: '/health/counted' }))
          for (const { status } of await Promise.all(answers)) assert.equal(status, 200)
          assert.equal(runs, round)
          await clock.advance(2000)
        }
      })
    },
  },
]
