// Finds the pages by their links, so that a new page is tested without being named.
import { settings } from './browser.mjs'

// shape is what two addresses of the same page have in common: documents, rules and
// runs are one page each, whatever their names.
function shape(href) {
  const url = new URL(href)
  const path = url.pathname.split('/').map((part, i) => (i > 1 && part ? '*' : part)).join('/')
  return [path, ...[...url.searchParams.keys()].sort()].join(' ')
}

// crawl opens one page of each shape that links lead to from "/", and calls visit
// with its status and shape. What answers with a file is not a page. seen holds the
// shapes that were opened before, by others too: only new ones are visited.
export async function crawl({ page }, seen, visit) {
  const queue = [new URL('/', settings.url).href]
  const queued = new Set()
  while (queue.length) {
    const href = queue.shift()
    let response
    try {
      response = await page.goto(href)
    } catch (err) {
      if (/Download is starting|ERR_ABORTED/.test(err.message)) continue
      throw err
    }
    if (!(response.headers()['content-type'] ?? '').startsWith('text/html')) continue
    if (!seen.has(shape(href))) await visit(response.status(), shape(href))
    seen.add(shape(href))
    const links = await page.$$eval('a[href]:not([download])', (list) => list.map((a) => a.href.split('#')[0]))
    for (const link of links) {
      if (!link.startsWith(settings.url) || seen.has(shape(link)) || queued.has(shape(link))) continue
      queued.add(shape(link))
      queue.push(link)
    }
  }
}
