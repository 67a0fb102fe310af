// Runs all steps and writes a line of JSON for each: its name and what is wrong.
import { launch, must, settings, signIn, visitor } from './browser.mjs'
import { crawl } from './crawl.mjs'
import { flows } from './flows.mjs'
import { inspect } from './inspect.mjs'
import { moments } from './moments.mjs'

// step runs one step; a page that never comes must not hold up the rest.
async function step(name, run) {
  const start = Date.now()
  let wrong
  try {
    wrong = (await run()) ?? []
  } catch (err) {
    wrong = [String(err.stack ?? err)]
  }
  console.log(JSON.stringify({ name, wrong: [...new Set(wrong)], seconds: (Date.now() - start) / 1000 }))
}

// wanted reports whether a step is among those that were asked for.
const wanted = (name) => new RegExp(settings.steps).test(name.replaceAll(' ', '_'))

const browser = await launch()
const templates = new Set()
const shapes = new Set()

// look inspects the page that is open.
async function look(visit, name, clear) {
  templates.add(await visit.page.evaluate(() => document.body.dataset.page))
  return inspect(visit, name, clear)
}

for (const account of settings.steps ? [] : settings.accounts) {
  const visit = await visitor(browser)
  await step(`${account.login}: sign in`, () => signIn(visit.page, account))
  await crawl(visit, shapes, (status, shape) =>
    step(`${account.login}: ${shape}`, async () => {
      must(status === 200, `status ${status}`)
      return look(visit, `${account.login}${shape.replace(/[^a-z*]+/gi, '-')}`.replaceAll('*', 'x'))
    }),
  )
  await visit.context.close()
}

for (const { name, signedIn, clear, run } of moments.filter(({ name }) => wanted(name))) {
  const visit = await visitor(browser)
  await step(name, async () => {
    if (signedIn) await signIn(visit.page, settings.accounts[signedIn - 1])
    await run(visit)
    return look(visit, name.replace(/\W+/g, '-'), clear)
  })
  await visit.context.close()
}

for (const { name, run } of flows.filter(({ name }) => wanted(name))) {
  for (const script of [true, false]) {
    const visit = await visitor(browser, { script })
    await step(`${name}, ${script ? 'with' : 'without'} script`, async () => {
      await signIn(visit.page, settings.accounts[0])
      await run(visit.page, { script })
      return visit.complaints
    })
    await visit.context.close()
  }
}

if (!settings.steps) await step('every template', () => settings.templates.filter((name) => !templates.has(name)).map((name) => `no page of template ${name} was looked at`))
await browser.close()
