import { parentPort, workerData } from 'node:worker_threads'
import type { Logger } from '../core/logger.ts'
import { handlerSettings } from '../http/handler-settings.ts'
import { urlOf } from '../server/listening.ts'
import { probeServer } from '../server/probe-server.ts'
import type { FromThread, ListenFailure, ThreadData, ToThread } from './protocol.ts'
import { SharedMemory } from './shared-memory.ts'
import { WatchedMirror } from './watched-mirror.ts'

// The probe thread: serves the endpoints of the main thread's registry, on an event loop that nothing else blocks.

async function serve(data: ThreadData): Promise<void> {
  const mirror = new WatchedMirror(
    new SharedMemory(data.memory),
    data,
    { ask: (name) => tell({ kind: 'ask', name }), ping: () => tell({ kind: 'ping' }) },
    logger(),
  )
  const settings = handlerSettings(data.options)
  const { close, address, reconfigure } = await probeServer(mirror, settings, data.port, data.host)
  parentPort?.on('message', (message: ToThread) => {
    if (message.kind === 'pong') mirror.sign()
    else if (message.kind === 'answer')
      mirror.answered(message.name, message.report, message.takenAt, message.validity)
    else if (message.kind === 'reconfigure') {
      mirror.limits = message.behaviour
      reconfigure(handlerSettings(message.behaviour.options))
      tell({ kind: 'reconfigured' })
    } else {
      mirror.stop()
      void close().then(() => process.exit())
    }
  })
  tell({ kind: 'listening', url: urlOf(address), port: address.port })
}

function logger(): Logger {
  const to =
    (level: keyof Logger) =>
    (message: string, details: object = {}) =>
      tell({ kind: 'log', level, message, details })
  return { info: to('info'), warn: to('warn'), error: to('error') }
}

function tell(message: FromThread): void {
  parentPort?.postMessage(message)
}

serve(workerData as ThreadData).catch((error: NodeJS.ErrnoException & ListenFailure) => {
  const { message, code, errno, syscall, address, port } = error
  const failure = JSON.parse(JSON.stringify({ message, code, errno, syscall, address, port }))
  tell({ kind: 'failed', failure })
  parentPort?.close()
})
