import type { Asking } from '../documents/asking.ts'
import type { PlatformDocument, SystemdDocument } from '../documents/document.ts'
import { duration, isReadable, type ReadableFigure, said } from '../documents/figure.ts'
import { unitTimeout } from '../documents/machines/unit-times.ts'
import type { Context, Finding, Rule } from '../finding.ts'
import { asksTheService, sourceOf } from '../known-service.ts'

export const startupWindowTooShort: Rule = {
  id: 'startup-window-too-short',
  severity: 'error',
  title: 'The start is given less time than it may take',
  why: 'A container that has not started when failureThreshold × period is over is killed, and starts again from the beginning; a slow start, as after a cold cache or on a busy node, never ends.',
  examine(document, context): readonly Finding[] {
    if (document.kind === 'systemd') return inUnit(document, context)
    if (document.kind === 'platform') return onPlatform(document, context)
    return document.askings.flatMap((asking) => findingOf(asking, context))
  },
}

function findingOf(asking: Asking, { service }: Context): readonly Finding[] {
  const { role, delay, interval, failures } = asking
  if (role !== 'startup' && role !== 'container') return []
  if (!isReadable(interval) || !isReadable(failures)) return []
  const delayMs = isReadable(delay) ? delay.value : 0
  const window = delayMs + interval.value * failures.value
  const figures = { delayMs, interval, failures, window }
  if (service.timesAreKnown && asksTheService(asking, service)) return known(asking, figures, service)
  return role === 'startup' ? leftAtDefault(asking, figures) : []
}

interface Window {
  readonly delayMs: number
  readonly interval: ReadableFigure
  readonly failures: ReadableFigure
  readonly window: number
}

function known(asking: Asking, figures: Window, service: Context['service']): readonly Finding[] {
  const { startupMs } = service.profile
  const { delayMs, interval, failures, window } = figures
  if (window >= startupMs) return []
  const enough = Math.ceil((startupMs - delayMs) / interval.value)
  const container = asking.role === 'container'
  return [
    {
      place: failures.place,
      severity: container ? 'warning' : 'error',
      what: `${asking.subject} gives a start ${duration(window)}, and it may take ${duration(startupMs)}`,
      evidence: [sum(figures), `a start takes up to ${duration(startupMs)} (${sourceOf(service)})`],
      fix: container
        ? `${asking.delay?.name ?? 'start_period'} of ${duration(startupMs)}`
        : `failureThreshold: ${enough}, since ${enough} × ${duration(interval.value)} covers it`,
      edits: container ? asking.delay?.change?.(startupMs) : failures.change?.(enough),
    },
  ]
}

function leftAtDefault(asking: Asking, figures: Window): readonly Finding[] {
  if (figures.failures.stated) return []
  return [
    {
      place: asking.place,
      severity: 'info',
      what: `${asking.subject} gives a start ${duration(figures.window)}, because failureThreshold was left at 3`,
      evidence: [sum(figures)],
      fix: 'state a failureThreshold for which failureThreshold × periodSeconds is above the slowest start',
    },
  ]
}

function sum({ delayMs, interval, failures, window }: Window): string {
  return `${duration(delayMs)} + ${failures.value} × ${duration(interval.value)} = ${duration(window)}: ${said(failures, 'times')}, ${said(interval)}`
}

function inUnit({ unit, file, askings }: SystemdDocument, { service }: Context): readonly Finding[] {
  const asked = askings.find((asking) => asking.role === 'startup' && asksTheService(asking, service))
  if (!service.timesAreKnown || asked === undefined) return []
  const start = unitTimeout(unit, 'TimeoutStartSec', file.text)
  const { startupMs } = service.profile
  if (!isReadable(start) || start.value >= startupMs) return []
  return [
    {
      place: start.place,
      what: `unit ${unit.name} gives a start ${duration(start.value)}, and it may take ${duration(startupMs)}`,
      evidence: [said(start), `a start takes up to ${duration(startupMs)} (${sourceOf(service)})`],
      fix: `TimeoutStartSec=${Math.ceil(startupMs / 1000) + 10}`,
      edits: start.change?.(startupMs + 10_000),
    },
  ]
}

function onPlatform({ start, askings }: PlatformDocument, { service }: Context): readonly Finding[] {
  if (!service.timesAreKnown || !askings.some((asking) => asksTheService(asking, service))) return []
  const { startupMs } = service.profile
  if (!isReadable(start) || start.value >= startupMs) return []
  return [
    {
      place: start.place,
      what: `the deployment gives a start ${duration(start.value)}, and it may take ${duration(startupMs)}`,
      evidence: [said(start), `a start takes up to ${duration(startupMs)} (${sourceOf(service)})`],
      fix: `${start.name} = ${Math.ceil(startupMs / 1000)}`,
      edits: start.change?.(startupMs),
    },
  ]
}
