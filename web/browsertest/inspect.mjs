// What every page must hold, whatever it is about, in every look.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { leaks, settings, violations } from './browser.mjs'

const looks = ['light', 'dark'].flatMap((colorScheme) => [1240, 320].map((width) => ({ colorScheme, width })))

// inspect returns what is wrong with the page that is open, by look; it puts a
// picture of each look into the folder of pictures where there is one. clear says that
// the page is one that shows values.
export async function inspect({ page, complaints }, name, clear) {
  const wrong = [...(await structure(page)), ...(clear ? [] : await leaks(page))]
  for (const { colorScheme, width } of looks) {
    const look = `${colorScheme}, ${width} px: `
    await page.emulateMedia({ colorScheme })
    await page.setViewportSize({ width, height: 900 })
    wrong.push(...(await violations(page)).map((v) => look + v))
    const wide = await page.evaluate(() => document.documentElement.scrollWidth)
    if (wide > width) wrong.push(`${look}the page is ${wide} px wide`)
    if (settings.pictures) {
      mkdirSync(settings.pictures, { recursive: true })
      await page.screenshot({ path: join(settings.pictures, `${name}-${colorScheme}-${width}.png`), fullPage: true })
    }
  }
  await page.setViewportSize({ width: 1240, height: 900 })
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme, contrast: 'more' })
    wrong.push(...(await violations(page, { runOnly: ['color-contrast', 'color-contrast-enhanced'], rules: { 'color-contrast-enhanced': { enabled: true } } })).map((v) => `more contrast, ${colorScheme}: ${v}`))
  }
  await page.emulateMedia({ colorScheme: 'light', contrast: 'no-preference' })
  return [...wrong, ...complaints.splice(0)]
}

// structure checks what axe leaves to its reader.
function structure(page) {
  return page.evaluate(() => {
    const wrong = []
    if (document.querySelectorAll('h1').length !== 1) wrong.push('the page has not one h1')
    if (!document.title.includes(' – ')) wrong.push('the title does not name the page and the program')
    if (document.querySelector('a, button, input')?.getAttribute('href') !== '#main') wrong.push('the first thing to reach is not the skip link')
    for (const table of document.querySelectorAll('table')) {
      if (!table.caption?.textContent.trim()) wrong.push(`a table has no caption: ${table.outerHTML.slice(0, 100)}`)
    }
    for (const plot of document.querySelectorAll('svg:not([aria-hidden="true"])')) {
      if (!plot.querySelector(':scope > title, :scope > desc')) wrong.push(`a plot has neither title nor description: ${plot.outerHTML.slice(0, 100)}`)
    }
    for (const heading of document.querySelectorAll('h2, h3, h4')) {
      if (!heading.textContent.trim()) wrong.push('a heading is empty')
    }
    for (const e of document.querySelectorAll('[style], style, script:not([src]), [onclick]')) wrong.push(`inline style or script: ${e.outerHTML.slice(0, 100)}`)
    return wrong
  })
}
