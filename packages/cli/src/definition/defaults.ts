/** Taken unasked when it is in the folder. */
export const USUAL_FILE = 'hale.yaml'
/** Where `hale serve` answers the probes. */
export const SERVE_PORT = 9400
/** How long it is still asked after SIGTERM: `gracefulShutdown`'s own. */
export const DRAIN_DELAY_MS = 5000
