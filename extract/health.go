package extract

// healthRoot starts the object identifiers of the national health identity (ANS,
// référentiel INS).
const healthRoot = "1.2.250.1.213.1.4."

// rootedNumber puts the two halves of a health identity together. FHIR and CDA hold
// them in two fields, system and value or root and extension; apart, the number
// reads as that of social security and its root as documentation.
func rootedNumber(number, root string) string {
	if root == "" {
		return number
	}
	return number + " (" + root + ")"
}
