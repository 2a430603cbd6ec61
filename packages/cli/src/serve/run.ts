import { resolve } from 'node:path'
import type { Terminal } from '../command/terminal.ts'
import { UsageError } from '../command/usage-error.ts'
import type { Given } from '../command/verb.ts'
import { DRAIN_DELAY_MS, USUAL_FILE } from '../definition/defaults.ts'
import type { DefinitionProblem } from '../definition/definition.ts'
import { loadDefinition } from '../definition/load-definition.ts'
import { maskedYaml } from '../definition/masked.ts'
import { problemLines } from '../definition/problem-lines.ts'
import { type LogFormat, logTo } from './log.ts'
import { closeAll } from './make-checks.ts'
import { prepare } from './prepared.ts'
import { Redaction } from './redaction.ts'
import { type Changes, Service } from './service.ts'
import { FileWatch } from './watch-files.ts'

/** What `hale serve` takes. */
export interface ServeOptions {
  readonly checkConfig?: boolean
  readonly printConfig?: boolean
  readonly log?: LogFormat
  /** False with `--no-watch`. */
  readonly watch?: boolean
}

/** Beyond the drain delay: answers that are under way, and clients that say goodbye. */
const closingMs = 10_000
const lastMomentMs = 500

export async function run(
  { args, options }: Given<ServeOptions>,
  terminal: Terminal,
  exitAtLast: (code: number) => void = exitWhateverIsOpen,
): Promise<number> {
  const [given = USUAL_FILE] = args
  if (given === '') throw new UsageError(['<file>: an empty name names no file'])
  const file = resolve(terminal.cwd, given)
  const refuse = (problems: readonly DefinitionProblem[]): number => {
    for (const line of problemLines(given, problems)) terminal.err(`${line}\n`)
    return 1
  }
  if (options.printConfig) {
    const { definition, problems } = await loadDefinition(file, { env: terminal.env })
    if (definition === undefined) return refuse(problems)
    terminal.out(maskedYaml(definition))
    return 0
  }
  if (options.checkConfig) {
    const prepared = await prepare(file, terminal.env)
    if ('problems' in prepared) return refuse(prepared.problems)
    await closeAll(prepared.made.values())
    terminal.out(`${given}: right, ${checksText(prepared.made.size)}\n`)
    return 0
  }
  const code = await serve(given, file, options, terminal, refuse)
  exitAtLast(code)
  return code
}

/** A client of a server that hangs may wait for it for ever, and the process would with it. */
function exitWhateverIsOpen(code: number): void {
  setTimeout(() => process.exit(code), lastMomentMs).unref()
}

async function serve(
  given: string,
  file: string,
  options: ServeOptions,
  terminal: Terminal,
  refuse: (problems: readonly DefinitionProblem[]) => number,
): Promise<number> {
  // One that comes during the start must not end the process: the file is read again after it.
  let hungUp = false
  let reloadSafely = (): void => {
    hungUp = true
  }
  const onHangUp = (): void => reloadSafely()
  process.on('SIGHUP', onHangUp)
  // Looking at a file does not need what ends a service.
  const { gracefulShutdown } = await import('hale/shutdown')
  const redaction = new Redaction()
  const logger = logTo(terminal, options.log ?? 'text', redaction)
  const service = await Service.start({
    file,
    env: terminal.env,
    logger,
    redaction,
    refuse: (problems) => {
      for (const line of problemLines(given, problems)) logger.error(line)
      logger.error(`${given} is wrong; the last good one stays in force`)
    },
  })
  if (!(service instanceof Service)) {
    process.off('SIGHUP', onHangUp)
    if (options.log !== 'json') return refuse(service.problems)
    for (const line of problemLines(given, service.problems)) logger.error(line)
    return 1
  }
  for (const { what, where } of service.endpoints) logger.info(`${what}: ${where}`)
  logger.info(`serving ${given}: ${checksText(Object.keys(service.definition.checks).length)}`)

  const reload = async (): Promise<void> => {
    const listened = service.endpoints.map(({ where }) => where)
    const reloaded = await service.reload()
    if ('problems' in reloaded) return
    for (const { what, where } of service.endpoints)
      if (!listened.includes(where)) logger.info(`${what}: ${where}`)
    logger.info(`${given} read again: ${changesText(reloaded)}`)
  }
  reloadSafely = (): void => {
    reload()
      .catch((err: unknown) => logger.error(`${given} could not be read again`, { err }))
      .finally(() => watched?.watch(service.files))
  }
  const watched =
    options.watch === false
      ? undefined
      : new FileWatch(onHangUp, (err) =>
          logger.warn(`changes are seen only every few seconds; send SIGHUP after one`, { err }),
        )
  watched?.watch(service.files)
  if (hungUp) reloadSafely()
  // Off the loop nothing else keeps the process alive.
  const alive = setInterval(() => {}, 2 ** 30)
  try {
    const reason = await ended(terminal.signal)
    watched?.close()
    await service.stopReloading()
    const drainDelayMs = service.definition.deploy.drainDelayMs ?? DRAIN_DELAY_MS
    const shutdown = gracefulShutdown(service.health, {
      healthServers: service.endpoints,
      hooks: [{ name: 'clients', run: () => service[Symbol.asyncDispose]() }],
      drainDelayMs,
      timeoutMs: drainDelayMs + closingMs,
      signals: [],
      exit: false,
    })
    return (await shutdown.shutdown(reason)).code
  } finally {
    clearInterval(alive)
    watched?.close()
    process.off('SIGHUP', onHangUp)
  }
}

function changesText({ sections, ...checks }: Changes): string {
  const told = Object.entries(checks).filter(([, names]) => names.length > 0)
  const texts = told.map(([how, names]) => `${how} ${names.join(', ')}`)
  if (sections.length > 0) texts.push(`${sections.join(', ')} in force`)
  return texts.length === 0 ? 'nothing has changed' : texts.join('; ')
}

function ended(signal: AbortSignal): Promise<string> {
  const reason = (): string => (typeof signal.reason === 'string' ? signal.reason : 'shutdown')
  if (signal.aborted) return Promise.resolve(reason())
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(reason()), { once: true }))
}

function checksText(count: number): string {
  return count === 1 ? '1 check' : `${count} checks`
}
