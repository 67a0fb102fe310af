// What people come for, done by keyboard alone, with script and without.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { aPlantedNIR, leaks, must, planted, settings } from './browser.mjs'
import { choose, date, enter, follow, reach, tick } from './keyboard.mjs'

// unread is the status of a scan that could not read all: the example share has
// documents that nobody can.
const unread = 3

// poterne runs the program on the state that is served, and returns its output.
function poterne(...args) {
  const run = spawnSync(settings.poterne, ['--state', settings.state, '--key-file', settings.key, '--lang', 'fr', ...args], { encoding: 'utf8' })
  must(run.status === 0 || run.status === unread, `poterne ${args[0]}: status ${run.status}: ${run.stderr}`)
  return run.stdout
}

// total is the number of documents that a search page says.
async function total(page) {
  const words = await page.locator('#results [role=status]').first().innerText()
  return Number(words.replace(/\D/g, ''))
}

// search opens the page of searches from the navigation and asks.
async function search(page, query) {
  await page.goto('/')
  await follow(page, 'Recherche', 'a', /\/search$/)
  await enter(page, 'Requête', query)
  await Promise.all([page.waitForURL((url) => url.searchParams.get('q') === query), page.keyboard.press('Enter')])
}

// open opens the first document of the answers.
async function open(page) {
  const name = (await page.locator('#results tbody th a').first().innerText()).trim().replace(/\s+/g, ' ')
  await follow(page, name, 'a', /\/documents\//)
}

// download presses Enter on a button and returns the text of the file that comes.
async function download(page, button) {
  await reach(page, button, 'button')
  const [file] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('Enter')])
  return readFileSync(await file.path(), 'utf8')
}

// day is a date so many days from now.
function day(days) {
  return new Date(Date.now() + days * 24 * 3600 * 1000).toISOString().slice(0, 10)
}

// row is the line of the findings that is about a rule.
function row(page, rule) {
  return page.locator('table:has(#findings) tbody tr', { has: page.locator('th', { hasText: rule }) }).first().innerText()
}

async function skipLink(page) {
  await page.goto('/')
  await reach(page, 'Aller au contenu', 'a')
  await page.keyboard.press('Enter')
  must(await page.evaluate(() => location.hash === '#main'), 'the skip link does not lead to the content')
  await page.keyboard.press('Tab')
  must(await page.evaluate(() => document.querySelector('main').contains(document.activeElement)), 'after the skip link, Tab is not in the content')
}

async function findOpenNIR(page) {
  const query = 'rule:fr-nir exposure:everyone'
  await search(page, query)
  const lines = poterne('search', query, '--size', '500', '--format', 'jsonl').split('\n').filter((l) => l.includes('"type":"document"'))
  const seen = await total(page)
  must(seen > 0 && seen === lines.length, `the page says ${seen} documents, the program ${lines.length}`)
  await open(page)
  must((await row(page, 'NIR')).includes('•'), 'the document does not show a masked NIR')
  must(/ouvert à tous/i.test(await page.locator('main').innerText()), 'the document does not say that it is open to everyone')
}

async function falsePositive(page) {
  await search(page, 'rule:fr-nir class:H3')
  await open(page)
  const address = page.url()
  must(!(await row(page, 'NIR')).includes('écarté'), 'the finding was set aside before')
  await choose(page, 'Règle', 'NIR')
  await enter(page, 'Motif, sans donnée personnelle', 'numéro de dossier, pas un NIR')
  await follow(page, 'Faux positif', 'button', /done=/)
  must((await page.getByRole('status').first().innerText()).includes('Décision enregistrée'), 'the page does not say that the decision is recorded')
  poterne('scan', '--full', '--quiet', settings.share)
  await page.goto(address)
  must((await row(page, 'NIR')).includes('écarté, ne compte pas'), 'after a new scan the finding counts again')
  must(/faux positif.*en vigueur/i.test(await page.locator('main').innerText()), 'after a new scan the decision is not in force')
  await follow(page, 'Retirer', 'button', /\/documents\//)
  for (let i = 0; (await row(page, 'NIR')).includes('écarté'); i++) {
    must(i < 40, 'the finding is still set aside after its decision was withdrawn')
    await page.waitForTimeout(500)
    await page.goto(address)
  }
}

async function accessRequest(page) {
  const nir = aPlantedNIR()
  const digits = nir.replace(/\D/g, '')
  const addresses = []
  page.on('request', (r) => addresses.push(decodeURIComponent(r.url()).replace(/[ +]/g, '')))
  await page.goto('/')
  await follow(page, 'Personnes', 'a', /\/persons$/)
  await enter(page, /^Identifiant/, nir)
  await enter(page, /^Motif/, "demande d'accès 2026-17")
  await reach(page, 'Chercher', 'button')
  await Promise.all([page.waitForEvent('load'), page.keyboard.press('Enter')])
  const found = Number((await page.locator('#found').innerText()).replace(/\D/g, ''))
  must(found > 0, 'no document holds the identifier')
  await follow(page, /^Ouvrir comme une recherche/, 'a', /\/search\?/)
  must((await total(page)) === found, 'the search by fingerprint does not find the same documents')
  await follow(page, /^Exporter/, 'a', /\/exports\?/)
  const csv = await download(page, 'Télécharger')
  must(csv.trim().split('\n').length >= found + 2, 'the file has not a line for each document, a header and who took it')
  must(csv.includes('exporté par demo'), 'the file does not say who took it')
  must(!planted.some((value) => csv.includes(value)), 'the file holds a planted value')
  must((await leaks(page)).length === 0, 'the page holds a planted value')
  must(!addresses.some((a) => a.includes(digits)), 'an address holds the identifier')
}

async function derogation(page, { script }) {
  const name = (end) => `Messagerie ${script ? 'A' : 'B'} ${end}`
  for (const end of [day(10), day(-2)]) {
    await page.goto('/')
    await follow(page, 'Dérogations', 'a', /\/derogations$/)
    await enter(page, 'Projet', name(end))
    await choose(page, 'Destination', 'Microsoft')
    await enter(page, 'Partages, un motif par ligne', 'partage')
    await enter(page, 'Autorité signataire', 'ministre de tutelle')
    await date(page, 'Projet engagé le', '2020-01-15')
    await date(page, 'Offre acceptable depuis le', day(-60))
    await date(page, 'Fin accordée', end)
    await enter(page, 'Périmètre', 'messagerie du service')
    await tick(page, 'rendue publique')
    await tick(page, /^validée par/)
    await enter(page, 'Motif, sans donnée personnelle', 'migration en cours')
    await follow(page, 'Enregistrer', 'button', /\/derogations#/)
  }
  const line = (end) => page.locator('tbody tr', { hasText: name(end) }).innerText()
  must(/en vigueur/.test(await line(day(10))), 'the derogation that runs is not in force')
  must(/\b10\b/.test(await line(day(10))), 'the derogation does not say that it ends in ten days')
  must(/sans effet/.test(await line(day(-2))), 'the derogation that ended is still in force')
}

async function exportPlan(page) {
  await page.goto('/')
  await follow(page, 'Destinations', 'a', /\/destinations$/)
  await follow(page, /^Microsoft 365/, 'a', /\/destinations\/./)
  const csv = await download(page, /^Télécharger le plan/)
  must(csv.trim().split('\n').length > 100, 'the plan has not a line for each document')
  must(!planted.some((value) => csv.includes(value)), 'the plan holds a planted value')
}

async function scan(page) {
  const runs = () => page.locator('table:has(#runs) tbody tr').count()
  await page.goto('/')
  await follow(page, 'Passages', 'a', /\/runs$/)
  const before = await runs()
  await follow(page, 'Lancer nuit', 'button', /\/runs$/)
  for (let i = 0; (await page.getByRole('heading', { name: 'En cours' }).count()) || (await runs()) === before; i++) {
    must(i < 120, 'the scan never ends')
    await page.waitForTimeout(500)
    await page.goto('/runs')
  }
  must(/terminé.*zone/.test(await page.locator('table:has(#runs) tbody tr').first().innerText()), 'the run is not that of the prepared scan')
}

async function simulate(page) {
  await page.goto('/')
  await follow(page, 'Politique', 'a', /\/policy$/)
  await choose(page, 'Acteur', 'collectivité')
  await follow(page, 'Montrer', 'button', /actor=collectivite/)
  await follow(page, /^Qui bougerait/, 'a', /\/simulations\?/)
  await follow(page, 'Simuler', 'button', /\/simulations\/./)
  for (let i = 0; !/bougerai/.test(await page.locator('#outcome').innerText()); i++) {
    must(i < 40, 'the simulation never ends')
    await page.waitForTimeout(500)
    await page.goto(page.url())
  }
  const moved = poterne('policy', 'simulate', '--actor', 'collectivite', '--format', 'jsonl').trim().split('\n').length
  const told = Number((await page.locator('#outcome [role=status]').innerText()).match(/^[\d\s]+/)[0].replace(/\D/g, ''))
  must(told === moved && moved > 0, `the page says that ${told} documents would move, the program ${moved}`)
}

async function lists(page) {
  await page.goto('/')
  await follow(page, 'Plan de migration', 'a', /\/plan$/)
  await follow(page, /^Nubo/, 'a', /\/destinations\/./)
  const list = await download(page, 'rclone')
  const sorted = (text) => text.trim().split('\n').sort().join('\n')
  const program = poterne('plan', '--destination', 'nubo', '--share', 'partage', '--format', 'rclone')
  must(list.length > 0 && sorted(list) === sorted(program), 'the list is not that of the program')
}

export const flows = [
  { name: 'skip link', run: skipLink },
  { name: 'find the NIR open to everyone', run: findOpenNIR },
  { name: "answer a person's access request", run: accessRequest },
  { name: 'give a derogation and see it expire', run: derogation },
  { name: 'export the plan', run: exportPlan },
  { name: 'get a list for rclone', run: lists },
  { name: 'simulate who would move', run: simulate },
  { name: 'start a prepared scan', run: scan },
  { name: 'mark a false positive and see it kept after a rescan', run: falsePositive },
]
