/** The one-shot probe that ships in the library: no shell, no curl in the image. CommonJS, which Node starts faster. */
export const PROBE_PROGRAM = 'node_modules/hale/dist/probe/main.cjs'
