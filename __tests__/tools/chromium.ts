import { type Browser, chromium } from 'playwright-core'
import { onPath } from './command.ts'

/** Without these it looks up and calls hosts of its maker at every start. */
const QUIET = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-gpu',
  '--disable-quic',
  '--disable-sync',
  '--no-first-run',
]

/** Starts the Chromium of the machine, headless, with a new empty profile. The caller closes it. */
export async function launchChromium(): Promise<Browser> {
  const executablePath = onPath('chromium', 'chromium-browser', 'google-chrome')
  if (!executablePath) throw new Error('These tests need Chromium on PATH (Debian: apt-get install chromium).')
  return await chromium.launch({ executablePath, headless: true, chromiumSandbox: false, args: QUIET })
}
