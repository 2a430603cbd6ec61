import { type Service, startService } from './service.ts'
import { readSettings } from './settings.ts'

// Listened to before anything starts: a rollout may end a process in its first second.
const stopped = new Promise<NodeJS.Signals>((resolve) => {
  let asked = false
  const stop = (signal: NodeJS.Signals): void => {
    // Whoever asks twice does not want to wait.
    if (asked) process.exit(1)
    asked = true
    console.log(`${signal}: stopping`)
    resolve(signal)
  }
  process.on('SIGTERM', stop).on('SIGINT', stop)
})

try {
  const service = await startService(readSettings(process.env))
  console.log(service.greeting)
  void stopped.then((signal) => end(service, signal))
} catch (error) {
  const { code, message } = error as NodeJS.ErrnoException
  const portRefused = code === 'EADDRINUSE' || code === 'EACCES'
  const mend = portRefused
    ? '\nSet APP_PORT to another port, such as APP_PORT=5001, or 0 for any free one.'
    : ''
  console.error(`The service could not start: ${message}${mend}`)
  process.exitCode = 1
}

async function end(service: Service, signal: NodeJS.Signals): Promise<void> {
  await service.stop(signal)
  console.log('stopped')
}
