// Pages that no link leads to: answers to forms, and refusals.
import { aPlantedNIR, must } from './browser.mjs'

// dropped takes out of the complaints what the browser says of a status that is wanted.
function dropped(complaints, status) {
  const rest = complaints.filter((c) => !c.includes(`status of ${status}`))
  complaints.splice(0, complaints.length, ...rest)
}

export const moments = [
  {
    name: 'sign in',
    async run({ page }) {
      await page.goto('/signin')
    },
  },
  {
    name: 'sign in refused',
    async run({ page, complaints }) {
      await page.goto('/signin')
      await page.getByLabel('Identifiant').fill('demo')
      await page.getByLabel('Mot de passe').fill('pas le bon')
      await page.getByRole('button', { name: 'Se connecter' }).click()
      await page.getByRole('alert').waitFor()
      dropped(complaints, 401)
    },
  },
  {
    name: 'no such page',
    signedIn: 1,
    async run({ page, complaints }) {
      await page.goto('/documents/00000000000000000000000000000000')
      await page.getByRole('alert').waitFor()
      dropped(complaints, 404)
    },
  },
  {
    name: 'query not understood',
    signedIn: 1,
    async run({ page, complaints }) {
      await page.goto('/search?q=nivo%3A3')
      await page.getByRole('alert').waitFor()
      dropped(complaints, 400)
    },
  },
  {
    name: 'text tried',
    signedIn: 1,
    async run({ page }) {
      await page.goto('/try')
      await page.getByLabel('Texte').fill(`Dossier médical de l'agent, NIR ${aPlantedNIR()}, affection de longue durée.`)
      await page.getByRole('button', { name: 'Éprouver' }).click()
      await page.getByRole('heading', { name: 'Résultat' }).waitFor()
      await page.getByLabel('Texte').fill('') // what is left in the field is the person's own
      must(/\bNIR\b/.test(await page.locator('#outcome').innerText()), 'the NIR is not found in the text')
    },
  },
  {
    name: 'person found',
    signedIn: 1,
    async run({ page }) {
      await page.goto('/persons')
      await page.getByLabel('Identifiant').fill(aPlantedNIR())
      await page.getByRole('button', { name: 'Chercher' }).click()
      await page.getByRole('heading', { name: /[1-9]\d* documents?/ }).waitFor()
    },
  },
  {
    name: 'audit verified',
    signedIn: 2,
    async run({ page }) {
      await page.goto('/audit')
      await page.getByRole('button', { name: 'Vérifier la chaîne' }).click()
      await page.getByText('La chaîne est intacte').waitFor()
    },
  },
  {
    name: 'refused by its right',
    signedIn: 2,
    async run({ page, complaints }) {
      await page.goto('/accounts')
      await page.getByRole('alert').waitFor()
      dropped(complaints, 403)
    },
  },
]
