import { type Browser, chromium } from 'playwright-core'
import { provide, type Wanted } from './provide.ts'

export const chromiumProgram: Wanted = { name: 'Chromium', program: 'chromium', debianPackage: 'chromium' }

// It talks to nobody but the test's own server, and brings up nothing of a desktop.
const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** Starts a browser without a window; its profile is a temporary directory that goes with it. */
export async function startChromium(): Promise<Browser> {
  const provision = provide(chromiumProgram)
  if (provision.how !== 'program') throw new Error('Chromium is not here: apt install chromium')
  return chromium.launch({ executablePath: provision.path, args, headless: true })
}
