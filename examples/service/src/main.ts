import { startService } from './service.ts'
import { readSettings } from './settings.ts'

try {
  const service = await startService(readSettings(process.env))
  console.log(service.greeting)
} catch (error) {
  const { code, message } = error as NodeJS.ErrnoException
  const portRefused = code === 'EADDRINUSE' || code === 'EACCES'
  const mend = portRefused
    ? '\nSet APP_PORT to another port, such as APP_PORT=5001, or 0 for any free one.'
    : ''
  console.error(`The service could not start: ${message}${mend}`)
  process.exitCode = 1
}
