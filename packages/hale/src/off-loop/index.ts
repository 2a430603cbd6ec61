export type { OffLoopOptions } from './off-loop-settings.ts'
export { type OffLoopServer, serveOffLoop } from './serve-off-loop.ts'
