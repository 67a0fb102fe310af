// Asks the security key of who sends a form marked data-key: its answer goes with the
// form. "add" makes a key known, "use" asks one that is. A button that is of no use
// without this script is disabled until it runs.
for (const form of document.querySelectorAll('form[data-key]')) {
	for (const button of form.querySelectorAll('button')) button.disabled = false
	form.addEventListener('submit', async (event) => {
		const answer = form.elements.answer
		if (answer.value || (form.dataset.key === 'use' && form.elements.code?.value)) return
		event.preventDefault()
		const { publicKey } = JSON.parse(form.dataset.options)
		try {
			const key =
				form.dataset.key === 'add'
					? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(publicKey) })
					: await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(publicKey) })
			answer.value = JSON.stringify(key)
			form.requestSubmit(event.submitter)
		} catch {
			form.querySelector('.unanswered').hidden = false
		}
	})
}
