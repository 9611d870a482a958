/** Starts a Chromium that asks nothing of the network or of a desktop, with a profile of its own. */
import { type BrowserServer, chromium } from 'playwright-core';
import type { FoundBrowser } from './find-chromium.js';

const QUIET = [
  '--no-sandbox', // which a container or root does not have
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** One that several processes may use: `chromium.connect(server.wsEndpoint())`. */
export function startChromium({ executablePath, env }: FoundBrowser): Promise<BrowserServer> {
  return chromium.launchServer({
    executablePath,
    args: QUIET,
    headless: true,
    timeout: 0, // the tests have their own
    ...(env === undefined ? {} : { env }),
  });
}
