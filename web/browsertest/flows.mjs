// What people come for, done by keyboard alone, with script and without.
import { must, settings } from './browser.mjs'
import { enter, follow, reach } from './keyboard.mjs'
import { execFileSync } from 'node:child_process'

// poterne runs the program on the state that is served, and returns its output.
function poterne(...args) {
  return execFileSync(settings.poterne, ['--state', settings.state, '--key-file', settings.key, '--lang', 'fr', ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
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

// open opens the first document of the answers and returns its name.
async function open(page) {
  const name = (await page.locator('#results tbody th a').first().innerText()).trim().replace(/\s+/g, ' ')
  await follow(page, name, 'a', /\/documents\//)
  return name
}

export const flows = [
  {
    name: 'skip link',
    async run(page) {
      await page.goto('/')
      await reach(page, 'Aller au contenu', 'a')
      await page.keyboard.press('Enter')
      must(await page.evaluate(() => location.hash === '#main'), 'the skip link does not lead to the content')
      await page.keyboard.press('Tab')
      must(await page.evaluate(() => document.querySelector('main').contains(document.activeElement)), 'after the skip link, Tab is not in the content')
    },
  },
  {
    name: 'find the NIR open to everyone',
    async run(page) {
      const query = 'rule:fr-nir exposure:everyone'
      await search(page, query)
      const lines = poterne('search', query, '--size', '500', '--format', 'jsonl').split('\n').filter((l) => l.includes('"type":"document"'))
      const seen = await total(page)
      must(seen > 0 && seen === lines.length, `the page says ${seen} documents, the program ${lines.length}`)
      await open(page)
      const text = await page.locator('main').innerText()
      must(/\bNIR\b/.test(text) && text.includes('•'), 'the document does not show a masked NIR')
      must(/[Oo]uvert à tous/.test(text), 'the document does not say that it is open to everyone')
    },
  },
]
