package main

import "fmt"

// broken writes files that cannot be read: locked, cut, drawn, unknown. What is
// planted in a locked file is not claimed: nobody reads it without its key.
func broken(s *share) {
	locked := func(d *draft) paper {
		p := d.person()
		return paper{title: "Mutations", body: fmt.Sprintf("# Mutations à venir\n\n%s, NIR %s, quittera le service au 1er juin. Motif à ne pas répéter.", p.title(), d.nir(p, space))}
	}
	d := s.draft("RH/Mutations.docx")
	d.unreadable(agile(docx(locked(d)), "valserine"))

	d = s.draft("Finances/Régie/Caisse.xlsx")
	p := d.person()
	d.unreadable(agile(xlsx(paper{title: "Caisse"}, sheet{name: "Caisse", rows: [][]any{row("Nom", "NIR"), row(p.last, d.nir(p, none))}}), "valserine"))

	d = s.draft("Juridique/Contentieux/Pièce 14 protégée.pdf")
	d.unreadable(pdf(locked(d), pdfExtra{password: "valserine"}))

	d = s.draft("Archives/Sous clé.zip")
	p = d.person()
	d.unreadable(lockedZip(text("liste.csv", "nom;nir\n"+p.last+";"+d.nir(p, none)+"\n"), "valserine"))

	d = s.draft("Courrier/Scan 3.pdf")
	whole := pdf(paper{title: "Courrier", body: "# Courrier du 3 mars\n\nLa suite manque : le transfert a été coupé.\n" + repeat("Le texte du courrier occupe plusieurs pages, dont la fin n'est pas arrivée.", 120)}, pdfExtra{})
	d.unreadable(whole[:len(whole)*6/10])

	d = s.draft("Courrier/Scan accueil.pdf")
	d.unreadable(pdf(paper{title: "Scan"}, pdfExtra{imageOnly: true}))

	d = s.draft("Courrier/Rapport cassé.docx")
	whole = docx(paper{title: "Rapport", body: repeat("Ce rapport a été coupé pendant sa copie.", 60)})
	d.unreadable(whole[:len(whole)/3])

	d = s.draft("Archives/Plans/Aile nord.dwg")
	drawing := []byte("AC1032\x00\x00\x00\x00\x00\x00\x03\x01") // the signature of the format, then noise
	for range 6000 {
		drawing = append(drawing, byte(d.rng.IntN(256)))
	}
	d.unreadable(drawing)

	d = s.draft("Courrier/Vide.txt")
	d.harmless([]byte{})
}

// repeat writes s in n numbered paragraphs.
func repeat(s string, n int) string {
	out := ""
	for i := range n {
		out += fmt.Sprintf("%d. %s\n\n", i+1, s)
	}
	return out
}
