import { startService } from './service.ts'
import { readSettings } from './settings.ts'

try {
  const service = await startService(readSettings(process.env))
  console.log(service.greeting)
  let stopping = false
  const stop = async (signal: NodeJS.Signals): Promise<void> => {
    // Whoever asks twice does not want to wait.
    if (stopping) process.exit(1)
    stopping = true
    console.log(`${signal}: stopping`)
    await service.stop(signal)
    console.log('stopped')
  }
  process.on('SIGTERM', stop).on('SIGINT', stop)
} catch (error) {
  const { code, message } = error as NodeJS.ErrnoException
  const mend =
    code === 'EADDRINUSE'
      ? '\nSet APP_PORT to another port, such as APP_PORT=5001, or 0 for any free one.'
      : ''
  console.error(`The service could not start: ${message}${mend}`)
  process.exitCode = 1
}
