//go:build nounioffice

package extract

// secondVersion tells builds with and without second readers apart.
const secondVersion = "-nounioffice"

// secondOOXML returns no reader: the build leaves unioffice out.
func secondOOXML() reader { return nil }
