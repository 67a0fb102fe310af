package extract

// secondVersion tells builds with and without second readers apart.
const secondVersion = ""
