// Opens Chromium so that nothing but this machine can be reached, and listens to
// what a page complains about.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright-core'

export const settings = JSON.parse(process.env.POTERNE_BROWSERTEST)

const axe = readFileSync(new URL('node_modules/axe-core/axe.min.js', import.meta.url), 'utf8')
// planted are the values that stand in the documents: no page may show one.
export const planted = JSON.parse(readFileSync(settings.planted, 'utf8'))

// aPlantedNIR is the number of a made-up person that stands in the example share.
export function aPlantedNIR() {
  return planted.find((value) => /^[12]( \d\d){3} \d{3} \d{3} \d\d$/.test(value))
}

// launch starts the browser; what it writes goes away with it.
export async function launch() {
  const home = mkdtempSync(join(tmpdir(), 'poterne-chromium-'))
  const browser = await chromium.launch({
    executablePath: settings.chromium,
    env: { ...process.env, HOME: home, LANGUAGE: 'en_US' }, // fields of dates follow it
    args: [
      '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync',
      '--hide-scrollbars', '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost',
      // Chromium refuses its sandbox to root, which containers run tests as.
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    ],
  })
  browser.on('disconnected', () => rmSync(home, { recursive: true, force: true, maxRetries: 5 }))
  return browser
}

// visitor is one person with one tab. complaints gathers what the browser says of the
// pages: errors of the console and of scripts, violations of the policy, and requests
// that leave this machine.
export async function visitor(browser, { script = true } = {}) {
  const context = await browser.newContext({ javaScriptEnabled: script, baseURL: settings.url, locale: 'fr-FR', viewport: { width: 1240, height: 900 } })
  await context.addInitScript(() => {
    addEventListener('securitypolicyviolation', (e) => console.error(`policy: ${e.violatedDirective} ${e.blockedURI} ${e.sourceFile}:${e.lineNumber}`))
  })
  const page = await context.newPage()
  const complaints = []
  page.on('console', (m) => m.type() === 'error' && complaints.push(`console: ${m.text()}`))
  page.on('pageerror', (e) => complaints.push(`script: ${e.message}`))
  page.on('request', (r) => {
    const { protocol, hostname } = new URL(r.url())
    if (protocol !== 'data:' && hostname !== '127.0.0.1' && hostname !== 'localhost') complaints.push(`request to ${hostname}`)
  })
  return { context, page, complaints }
}

// signIn signs in as an account of the settings.
export async function signIn(page, account) {
  await givePassword(page, account)
  await page.waitForURL((url) => url.pathname !== '/signin')
}

// givePassword sends the form of the page to sign in.
export async function givePassword(page, { login, password }, site = '') {
  await page.goto(`${site}/signin`)
  await page.getByLabel('Identifiant').fill(login)
  await page.getByLabel('Mot de passe').fill(password)
  await page.getByRole('button', { name: 'Se connecter' }).click()
}

// violations runs axe on the page as it stands.
export async function violations(page, options = {}) {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe)
  const result = await page.evaluate((o) => window.axe.run(document, { resultTypes: ['violations'], ...o }), options)
  return result.violations.flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.html.slice(0, 160)}${n.any?.[0]?.message ? ` (${n.any[0].message})` : ''}`))
}

// leaks names the planted values that stand in the page; none may.
export async function leaks(page) {
  const html = await page.content()
  return planted.filter((value) => html.includes(value)).map((value) => `planted value of ${value.length} characters in the page`)
}

// named is the service by its name, not its address: security keys answer to names.
export const named = settings.url.replace('127.0.0.1', 'localhost')

// keyHolder gives a page a security key made of software, which its person touches at
// once, and returns how to see what it knows. known is what it knows already.
export async function keyHolder(page, known = []) {
  const cdp = await page.context().newCDPSession(page)
  await cdp.send('WebAuthn.enable')
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: { protocol: 'ctap2', transport: 'usb', hasResidentKey: false, hasUserVerification: false, automaticPresenceSimulation: true },
  })
  for (const credential of known) await cdp.send('WebAuthn.addCredential', { authenticatorId, credential })
  return async () => (await cdp.send('WebAuthn.getCredentials', { authenticatorId })).credentials
}

// must ends the step where something does not hold.
export function must(holds, words) {
  if (!holds) throw new Error(words)
}
