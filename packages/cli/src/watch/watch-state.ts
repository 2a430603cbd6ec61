import type { EndpointReading } from '../endpoint/endpoint-answer.ts'
import type { Command } from './keys.ts'
import { type Transition, type Watched, watched, withReading } from './watched.ts'

const transitionsKept = 500

/** All that a frame shows. */
export interface WatchState {
  readonly endpoints: readonly Watched[]
  /** The newest first. */
  readonly transitions: readonly Transition[]
  readonly intervalMs: number
  readonly chosen: number
  /** Whether the chosen endpoint's checks are shown. */
  readonly open: boolean
  readonly help: boolean
  readonly paused: boolean
}

export function initialState(addresses: readonly string[], intervalMs: number): WatchState {
  return {
    endpoints: addresses.map(watched),
    transitions: [],
    intervalMs,
    chosen: 0,
    // With one there is nothing to choose, and room.
    open: addresses.length === 1,
    help: false,
    paused: false,
  }
}

export function afterReading(
  state: WatchState,
  endpoint: number,
  reading: EndpointReading,
  at: number,
): { readonly state: WatchState; readonly transitions: readonly Transition[] } {
  const before = state.endpoints[endpoint]
  if (before === undefined) return { state, transitions: [] }
  const { watched, transitions } = withReading(before, reading, at, endpoint)
  const endpoints = state.endpoints.map((each, index) => (index === endpoint ? watched : each))
  const all = [...[...transitions].reverse(), ...state.transitions].slice(0, transitionsKept)
  return { state: { ...state, endpoints, transitions: all }, transitions }
}

/** What a key changes; `quit` and `now` change nothing that is shown. */
export function afterKey(state: WatchState, key: Command): WatchState {
  const last = state.endpoints.length - 1
  switch (key) {
    case 'up':
      return { ...state, chosen: Math.max(0, state.chosen - 1) }
    case 'down':
      return { ...state, chosen: Math.min(last, state.chosen + 1) }
    case 'first':
      return { ...state, chosen: 0 }
    case 'last':
      return { ...state, chosen: last }
    case 'enter':
      return { ...state, open: !state.open, help: false }
    case 'escape':
      return state.help ? { ...state, help: false } : { ...state, open: false }
    case 'space':
      return { ...state, paused: !state.paused }
    case 'help':
      return { ...state, help: !state.help }
    default:
      return state
  }
}
