// Pages that no link leads to: answers to forms, and refusals.
import { aPlantedNIR, givePassword, keyHolder, leaks, must, named, settings, signIn } from './browser.mjs'

// dropped takes out of the complaints what the browser says of a status that is wanted.
function dropped(complaints, status) {
  const rest = complaints.filter((c) => !c.includes(`status of ${status}`))
  complaints.splice(0, complaints.length, ...rest)
}

// become signs out and in again as another account.
async function become(page, account) {
  await page.context().clearCookies()
  await signIn(page, account)
}

// onKey is what the security key of the last account knows, once it was added.
let onKey = []

// Each moment brings the page to where it is to be looked at: signed in as an account
// of the settings, counted from 1, or not at all. clear says that values are shown.
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
    name: 'answers without a new page',
    signedIn: 1,
    async run({ page }) {
      await page.goto('/search')
      const status = await page.locator('#results [role=status]').elementHandle()
      await page.getByLabel('Requête').fill('rule:fr-nir')
      await page.getByLabel('Requête').press('Enter')
      await page.waitForURL(/q=rule/)
      await page.locator('#results tbody tr').first().waitFor()
      // A reader of screens announces what changes in an element that stays.
      must(await status.evaluate((e) => e.isConnected), 'the element that tells the number of answers was replaced')
      must((await page.evaluate(() => document.activeElement.id)) === 'q', 'the focus left the field')
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
    name: 'rules compared',
    signedIn: 1,
    async run({ page }) {
      await page.goto('/compare')
      await page.getByLabel('ou leur texte').fill(
        "rules:\n  - id: ref-interne\n    names: {fr: Référence interne}\n    category: interne\n    level: 1\n    find: regexp\n    regexp: 'REF-(\\d{6})\\b'\n    match: ['REF-123456']\n    reject: ['REF-12']\n",
      )
      await page.getByRole('button', { name: 'Comparer' }).click()
      await page.getByRole('cell', { name: 'ajoutée' }).waitFor()
    },
  },
  {
    name: 'rules that are none',
    signedIn: 1,
    async run({ page, complaints }) {
      await page.goto('/compare')
      await page.getByLabel('ou leur texte').fill('rulez: []\n')
      await page.getByRole('button', { name: 'Comparer' }).click()
      await page.getByRole('alert').waitFor()
      dropped(complaints, 422)
    },
  },
  {
    name: 'policy compared',
    signedIn: 1,
    async run({ page }) {
      await page.goto('/policy?actor=collectivite&doctrine=2021')
      await page.getByLabel(/^Fichiers de politique/).setInputFiles({ name: 'policy.yaml', mimeType: 'text/yaml', buffer: Buffer.from('volume: {mass: 77}\n') })
      await page.getByRole('button', { name: 'Comparer' }).click()
      await page.getByRole('rowheader', { name: 'volume.mass' }).waitFor()
    },
  },
  {
    name: 'simulation made',
    signedIn: 1,
    async run({ page }) {
      await page.goto('/simulations')
      await page.getByLabel('Acteur').selectOption('collectivite')
      await page.getByRole('button', { name: 'Simuler' }).click()
      await page.getByRole('table', { name: "D'une classe à l'autre" }).waitFor()
      await page.getByText(/documents? bougerai/).waitFor()
    },
  },
  {
    name: 'purge counted',
    signedIn: 1,
    async run({ page }) {
      await page.goto('/retention')
      await page.getByLabel(/^Plus vieux que/).fill('24mo')
      await page.getByRole('button', { name: 'Compter ce qui partirait' }).click()
      await page.getByRole('button', { name: 'Oublier pour de bon' }).waitFor()
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
  {
    name: 'values asked for',
    signedIn: 1,
    async run({ page }) {
      await page.goto('/search?q=rule:fr-nir+class:H3')
      await page.locator('#results tbody th a').first().click()
      const form = page.getByRole('region', { name: 'Révéler' })
      await form.getByLabel('Règle').selectOption('fr-nir')
      await form.getByLabel('Motif').fill("contrôle d'un constat contesté")
      await form.getByRole('button').click()
      await page.waitForURL('**/reveals**')
    },
  },
  {
    name: 'values shown once',
    signedIn: 3,
    clear: true,
    async run({ page }) {
      await page.goto('/reveals')
      await page.getByRole('button', { name: 'Donner mon accord' }).click()
      await page.waitForLoadState()
      await become(page, settings.accounts[0])
      await page.goto('/reveals')
      await page.getByRole('button', { name: /^Montrer les valeurs/ }).click()
      await page.getByRole('table', { name: 'Valeurs' }).waitFor()
      must((await leaks(page)).length > 0, 'no value is shown')
    },
  },
  {
    name: 'security key added',
    async run({ page }) {
      const [, , , holder] = settings.accounts
      const credentials = await keyHolder(page)
      await givePassword(page, holder, named)
      await page.waitForURL((url) => url.pathname === '/')
      await page.goto(`${named}/account`)
      const form = page.getByRole('group', { name: 'Ajouter une clé' })
      await form.getByLabel('Nom de la clé').fill('clé bleue')
      await form.getByLabel('Mot de passe').fill(holder.password)
      await form.getByRole('button', { name: 'Ajouter', disabled: false }).press('Enter')
      await page.getByText('clé bleue').first().waitFor()
      onKey = await credentials()
      must(onKey.length === 1, `the key knows ${onKey.length} sites`)
    },
  },
  {
    name: 'security key asked for',
    async run({ page }) {
      await givePassword(page, settings.accounts[3], named)
      await page.getByRole('heading', { name: 'Clé de sécurité' }).waitFor()
      await page.goto(`${named}/search`)
      must(page.url().includes('/signin'), 'the password alone lets in')
      await givePassword(page, settings.accounts[3], named)
      await page.getByRole('button', { name: 'Utiliser ma clé' }).waitFor()
    },
  },
  {
    name: 'no security key there',
    async run({ page }) {
      await keyHolder(page)
      await givePassword(page, settings.accounts[3], named)
      await page.getByRole('button', { name: 'Utiliser ma clé', disabled: false }).press('Enter')
      await page.getByRole('alert').waitFor()
    },
  },
  {
    name: 'signed in by a security key',
    async run({ page }) {
      await keyHolder(page, onKey)
      await givePassword(page, settings.accounts[3], named)
      await page.getByRole('button', { name: 'Utiliser ma clé', disabled: false }).press('Enter')
      await page.waitForURL((url) => url.pathname === '/')
    },
  },
  {
    name: 'no security key by an address',
    async run({ page }) {
      await givePassword(page, settings.accounts[3])
      await page.getByRole('alert').waitFor()
    },
  },
  {
    name: 'signed out of an identity provider',
    async run({ page }) {
      await page.goto('/signin')
      await page.getByRole('link', { name: /^Se connecter par/ }).press('Enter')
      await page.waitForURL((url) => url.pathname === '/')
      await page.getByRole('button', { name: 'Se déconnecter' }).press('Enter')
      await page.getByRole('link', { name: 'La finir aussi là-bas' }).waitFor()
    },
  },
]
