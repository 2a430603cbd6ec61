import { spawn } from 'node:child_process'
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { check, createHealth, degraded, down, selfCheck, up } from 'hale'
import { expect, test } from 'vitest'
import { systemd } from '../packages/cli/src/generate/targets/systemd.ts'
import { profileOf } from '../packages/cli/src/profile/defaults.ts'
import { until } from './fixtures/until.ts'
import { freePort } from './servers/free-port.ts'
import { pythonProgram, startNotifySocket, systemdNotifyProgram } from './servers/notify-socket.ts'
import { provide } from './servers/provide.ts'
import {
  noManagerBecause,
  startSystemdManager,
  systemctlProgram,
  type UnitFolders,
} from './servers/systemd-manager.ts'
import { whenOwned } from './servers/when-provided.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
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

/** A unit as it was generated, but for where things are, and for a time that is short enough for tests. */
const adapted = (text: string, folder: string) =>
  text
    .replaceAll('/usr/bin/node', process.execPath)
    .replaceAll(/\/opt\/\w+/g, folder)
    .replaceAll('/usr/bin/systemctl', 'systemctl --user')
    .replace('WatchdogSec=30', 'WatchdogSec=2')
    .replace('--delay 10s', '--delay 50ms')
    .replace('OnUnitInactiveSec=30', 'OnUnitInactiveSec=200ms')
    .replace('AccuracySec=1', 'AccuracySec=1ms')

/** Writes the units of a service, and the folder that they name, where a manager looks for them. */
function install({ directory, units }: UnitFolders, name: string, form: string, port: number): Installed {
  const folder = join(directory, name)
  mkdirSync(folder)
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  symlinkSync(join(root, 'tests', 'fixtures', 'unit-service.mjs'), join(folder, 'main.js'))
  const write = (file: string, text: string) => writeFileSync(join(folder, file), text)
  write('port', String(port))
  for (const { path, text } of systemd.files(profileOf({ name, port, startupMs: 1000 }), { form })) {
    writeFileSync(join(units, path), adapted(text, folder))
    const wantedBy = /^WantedBy=(\S+)$/m.exec(text)?.[1]
    if (wantedBy === undefined) continue
    // As `systemctl enable` does.
    mkdirSync(join(units, `${wantedBy}.wants`), { recursive: true })
    symlinkSync(join(units, path), join(units, `${wantedBy}.wants`, path))
  }
  return { write, remove: (file) => rmSync(join(folder, file)) }
}

interface Installed {
  write(file: string, text: string): void
  remove(file: string): void
}

whenOwned(systemctlProgram, 'a systemd', () => {
  test('runs the generated units: started when ready, restarted when not alive, and for nothing else', async (context) => {
    const missing = noManagerBecause()
    if (missing !== undefined) context.skip(missing)
    const ports = [await freePort(), await freePort()] as const
    const installed: Installed[] = []
    await using manager = await startSystemdManager((at) => {
      installed.push(install(at, 'orders', 'exec', ports[0]), install(at, 'invoices', 'notify', ports[1]))
    })
    const [orders, invoices] = installed as [Installed, Installed]
    const stateOf = async (unit: string) => (await manager.show(unit, 'ActiveState')).ActiveState
    const pidOf = async (unit: string) => (await manager.show(unit, 'MainPID')).MainPID
    const restarted = async (unit: string, before: string) => !['0', before].includes(await pidOf(unit))

    const asked = async () => {
      orders.write('not-ready', '')
      await manager.systemctl('start', '--no-block', 'orders')
      await until(async () => (await manager.show('orders', 'SubState')).SubState, 'start-post')
      orders.remove('not-ready')
      await until(() => stateOf('orders'), 'active')

      const first = await pidOf('orders')
      orders.write('not-ready', '')
      const askedAt = async () =>
        Number(
          (await manager.show('orders-liveness', 'ExecMainExitTimestampMonotonic'))
            .ExecMainExitTimestampMonotonic,
        )
      const since = await askedAt()
      await until(async () => (await askedAt()) > since, true)
      expect([await stateOf('orders-liveness.timer'), await pidOf('orders')]).toEqual(['active', first])
      // Else the start that follows would wait for it.
      orders.remove('not-ready')
      orders.write('not-alive', first)
      await until(() => restarted('orders', first), true)
      await until(() => stateOf('orders'), 'active')

      await manager.systemctl('stop', 'orders')
      expect(await manager.show('orders', 'ActiveState', 'Result')).toEqual({
        ActiveState: 'inactive',
        Result: 'success',
      })
      await until(() => stateOf('orders-liveness.timer'), 'inactive')
    }
    const telling = async () => {
      invoices.write('not-ready', '')
      await manager.systemctl('start', 'invoices')
      const first = await pidOf('invoices')
      expect(await stateOf('invoices')).toBe('active')
      invoices.write('blocked', first)
      await until(() => restarted('invoices', first), true)
      expect(Number((await manager.show('invoices', 'NRestarts')).NRestarts)).toBeGreaterThan(0)
    }
    await Promise.all([asked(), telling()])
  }, 60_000)
})

/** Node 20 has no `Promise.withResolvers`. */
function deferred(): { readonly promise: Promise<void>; resolve(): void } {
  let resolve = () => {}
  const promise = new Promise<void>((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}
