import { spawn } from 'node:child_process'
import { check, createHealth, degraded, down, selfCheck, up } from 'hale'
import { expect, test } from 'vitest'
import { systemd } from '../packages/cli/src/generate/targets/systemd.ts'
import { profileOf } from '../packages/cli/src/profile/defaults.ts'
import { until } from './fixtures/until.ts'
import { pythonProgram, startNotifySocket, systemdNotifyProgram } from './servers/notify-socket.ts'
import { provide } from './servers/provide.ts'
import { whenOwned } from './servers/when-provided.ts'

const profile = profileOf({ name: 'orders', port: 3000 })

whenOwned(systemdNotifyProgram, 'systemd-notify', () => {
  whenOwned(pythonProgram, 'with a socket of the test’s own', () => {
    test('tells systemd what the generated unit waits for', async () => {
      const [unit] = systemd.files(profile, { form: 'notify' })
      expect(unit?.text).toMatch(/^Type=notify$/m)
      const [, watchdogSeconds] = /^WatchdogSec=(\d+)$/m.exec(unit?.text ?? '') ?? []
      expect(Number(watchdogSeconds)).toBeGreaterThan(0)

      await using socket = await startNotifySocket()
      const count = (word: string) => socket.words().filter((it) => it === word).length
      let dependency = up()
      let alive = true
      const health = createHealth({
        checks: {
          dependency: check(() => dependency, { maxAgeMs: { up: 0, down: 0 } }),
          self: selfCheck(() => (alive ? up() : down('stuck')), {
            probes: ['liveness'],
            maxAgeMs: { up: 0, down: 0 },
          }),
        },
      })
      const loaded = deferred()
      health.startupTask('load', loaded.promise)
      const notifier = provide(systemdNotifyProgram)
      const notify = (...words: readonly string[]) =>
        new Promise((resolve, reject) => {
          const env = { PATH: process.env.PATH, NOTIFY_SOCKET: socket.path }
          spawn(notifier.how === 'program' ? notifier.path : '', words, { env, stdio: 'ignore' })
            .once('exit', resolve)
            .once('error', reject)
        })
      // What the unit's comments ask of a service, at a pace for tests.
      void health.started().then(() => notify('--ready'))
      health.on('transition', (transition) => {
        if ('probe' in transition && transition.probe === 'readiness') {
          void notify(`--status=readiness is ${transition.to}`)
        }
      })
      const watchdog = setInterval(async () => {
        if ((await health.liveness()).status === 'UP') await notify('WATCHDOG=1')
      }, 100)
      try {
        await until(() => count('WATCHDOG=1') > 1, true)
        expect(count('READY=1')).toBe(0)
        loaded.resolve()
        await until(() => count('READY=1'), 1)

        dependency = degraded('slow')
        await health.readiness()
        await until(() => count('STATUS=readiness is DEGRADED'), 1)
        dependency = down('gone')
        await health.readiness()
        await until(() => count('STATUS=readiness is DOWN'), 1)
        // A dependency is no reason to restart: the watchdog goes on.
        const before = count('WATCHDOG=1')
        await until(() => count('WATCHDOG=1') > before + 1, true)

        alive = false
        await until(async () => (await health.liveness()).status, 'DOWN')
        // What was under way when it turned is still received.
        await new Promise((resolve) => setTimeout(resolve, 200))
        const silent = count('WATCHDOG=1')
        await new Promise((resolve) => setTimeout(resolve, 400))
        expect(count('WATCHDOG=1')).toBe(silent)
        alive = true
        await until(() => count('WATCHDOG=1') > silent, true)

        health.drain('SIGTERM')
        await notify('STOPPING=1')
        await until(() => count('STOPPING=1'), 1)
      } finally {
        clearInterval(watchdog)
        await health.dispose()
      }
    }, 30_000)
  })
})

/** Node 20 has no `Promise.withResolvers`. */
function deferred(): { readonly promise: Promise<void>; resolve(): void } {
  let resolve = () => {}
  const promise = new Promise<void>((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}
