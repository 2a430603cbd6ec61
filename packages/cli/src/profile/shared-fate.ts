/** Types of checks that look at the process or its machine: no other replica shares what they see. */
export const OWN_CHECK_TYPES: ReadonlySet<string> = new Set(
  'disk writable memory file-descriptors event-loop gc clock-skew workers heartbeat'.split(' '),
)
