// Moves through a page by keyboard alone, as a person without a mouse does.
import { must } from './browser.mjs'

// stops bounds how often Tab is pressed before something is said to be out of reach.
const stops = 250

// focused tells what has the focus, and whether that can be seen.
function focused(page) {
  return page.evaluate(() => {
    const e = document.activeElement
    if (!e || e === document.body) return { name: '', seen: true }
    const words = e.getAttribute('aria-label') || (e.labels?.length ? [...e.labels].map((l) => l.textContent).join(' ') : '') || e.textContent || ''
    const style = getComputedStyle(e)
    return {
      name: words.trim().replace(/\s+/g, ' '),
      tag: e.tagName.toLowerCase(),
      seen: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
    }
  })
}

// reach presses Tab until what is named has the focus; every stop on the way must
// show that it has it. name is a string, its whole name, or an expression.
export async function reach(page, name, tag) {
  const way = []
  for (let i = 0; i < stops; i++) {
    await page.keyboard.press('Tab')
    const at = await focused(page)
    must(at.seen, `the focus cannot be seen on ${at.tag} "${at.name}"`)
    const is = typeof name === 'string' ? at.name === name : name.test(at.name)
    if (is && (!tag || at.tag === tag)) return at
    way.push(`${at.tag} ${at.name.slice(0, 30)}`)
  }
  throw new Error(`the keyboard does not reach ${name} from ${page.url()}; it reaches ${way.slice(0, 40).join(' | ')}`)
}

// follow reaches a link or a button, presses Enter and waits for the address.
export async function follow(page, name, tag, address) {
  await reach(page, name, tag)
  await Promise.all([page.waitForURL(address), page.keyboard.press('Enter')])
}

// enter reaches a field and types; what stood there is replaced.
export async function enter(page, name, text) {
  await reach(page, name)
  await page.keyboard.press('ControlOrMeta+a')
  await page.keyboard.type(text)
}

// choose reaches a list and types the first letters of what is wanted.
export async function choose(page, name, option) {
  await reach(page, name, 'select')
  await page.keyboard.type(option)
  const chosen = await page.evaluate(() => document.activeElement.selectedOptions[0].textContent)
  must(chosen.startsWith(option), `typing ${option} chose ${chosen}`)
}

// date reaches a field of a date and types it, in the order of the browser's own
// language: month, day, year.
export async function date(page, name, iso) {
  await reach(page, name)
  const [year, month, day] = iso.split('-')
  await page.keyboard.type(month + day + year)
  const got = await page.evaluate(() => document.activeElement.value)
  must(got === iso, `typing ${iso} gave ${got}`)
}

// tick reaches a box and ticks it.
export async function tick(page, name) {
  await reach(page, name)
  await page.keyboard.press('Space')
  must(await page.evaluate(() => document.activeElement.checked), `${name} is not ticked`)
}
