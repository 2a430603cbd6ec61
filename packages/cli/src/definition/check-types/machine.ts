import type { DiskCheckOptions } from 'hale/checks/disk'
import type { EventLoopCheckOptions } from 'hale/checks/event-loop'
import type { FileDescriptorsCheckOptions } from 'hale/checks/file-descriptors'
import type { GcCheckOptions } from 'hale/checks/gc'
import type { MemoryCheckOptions } from 'hale/checks/memory'
import type { WritableCheckOptions } from 'hale/checks/writable'
import { checkType } from '../check-type.ts'
import { milliseconds, needed, text, thresholds } from '../field.ts'

const path = needed(text('A directory.'))
const calls = { directory: 'path' }

export const disk = checkType<DiskCheckOptions>()({
  name: 'disk',
  summary: 'there is room on a file system',
  target: { path },
  calls,
  options: {
    freeShare: thresholds(
      'The share that is free; less is worse.',
      'share',
      '{ degradedAt: 0.1, downAt: 0.02 }',
    ),
    freeBytes: thresholds('The bytes that are free; less is worse.', 'bytes'),
    freeInodesShare: thresholds(
      'The share of inodes that is free; less is worse.',
      'share',
      '{ degradedAt: 0.1, downAt: 0.02 }',
    ),
  },
  async make({ path }, options) {
    const { disk } = await import('hale/checks/disk')
    return { check: disk(path, options) }
  },
})

export const writable = checkType<WritableCheckOptions>()({
  name: 'writable',
  summary: 'a directory can be written to',
  defaults: { maxAgeMs: { up: 10_000, down: 1000 } },
  target: { path },
  calls,
  options: {},
  async make({ path }, options) {
    const { writable } = await import('hale/checks/writable')
    return { check: writable(path, options) }
  },
})

export const memory = checkType<MemoryCheckOptions>()({
  name: 'memory',
  summary: 'memory is left, in this process and in its container',
  target: {},
  options: {
    heap: thresholds("This process's heap, of its limit.", 'share', '{ degradedAt: 0.9 }'),
    rss: thresholds("This process's memory, of the limit.", 'share', '{ degradedAt: 0.9 }'),
    container: thresholds('The memory of the container, of its limit.', 'share', '{ degradedAt: 0.9 }'),
  },
  async make(_, options) {
    const { memory } = await import('hale/checks/memory')
    return { check: memory(options) }
  },
})

export const eventLoop = checkType<EventLoopCheckOptions>()({
  name: 'event-loop',
  summary: 'the event loop of hale serve itself is on time',
  target: {},
  options: {
    delayMs: thresholds('How late the loop may be.', 'milliseconds', '{ degradedAt: 100 }'),
    utilization: thresholds('How busy the loop may be.', 'share', '{ degradedAt: 0.98 }'),
    windowMs: milliseconds('The time that is looked at.', '10000', 200, 600_000),
  },
  async make(_, options) {
    const { eventLoop } = await import('hale/checks/event-loop')
    return { check: eventLoop(options) }
  },
})

export const gc = checkType<GcCheckOptions>()({
  name: 'gc',
  summary: 'little time goes into garbage collection',
  target: {},
  options: {
    share: thresholds('The share of time.', 'share', '{ degradedAt: 0.1 }'),
    windowMs: milliseconds('The time that is looked at.', '10000', 200, 600_000),
  },
  async make(_, options) {
    const { gc } = await import('hale/checks/gc')
    return { check: gc(options) }
  },
})

export const fileDescriptors = checkType<FileDescriptorsCheckOptions>()({
  name: 'file-descriptors',
  summary: 'this process may open more files',
  target: {},
  options: {
    share: thresholds('The share that is open.', 'share', '{ degradedAt: 0.8, downAt: 0.95 }'),
  },
  async make(_, options) {
    const { fileDescriptors } = await import('hale/checks/file-descriptors')
    return { check: fileDescriptors(options) }
  },
})
