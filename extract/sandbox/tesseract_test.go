//go:build linux

package sandbox

import (
	"bytes"
	"compress/zlib"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"

	"golang.org/x/image/draw"
	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/f64"
	"golang.org/x/image/math/fixed"

	"poterne"
	"poterne/extract"
)

// letter is a made text in the words of an administration.
const letter = `Direction départementale des territoires
Bureau de la réglementation, guichet des usagers
Objet : décision relative à votre demande d'autorisation
Madame, Monsieur,
Par courrier reçu le douze janvier, vous avez sollicité la révision
de votre situation. Après examen des pièces jointes et consultation
du médecin conseil, la commission a émis un avis favorable assorti
de réserves. Le dossier comporte les éléments suivants : certificat
de travail, relevé de carrière, attestation de domicile et copie du
livret de famille. Votre affection de longue durée est reconnue à
compter de la notification de la présente décision.
Numéro de dossier 4471 bis, référence interne 20931
Conformément au code des relations entre le public et l'administration,
vous disposez de deux mois pour former un recours gracieux auprès du
préfet ou un recours contentieux devant le tribunal administratif.
Je vous prie d'agréer l'expression de ma considération distinguée.
Pour le préfet et par délégation, la cheffe du service`

// typed draws text on an A4 page of that many dots an inch, in letters of 11 points.
func typed(t testing.TB, text string, dpi float64) *image.Gray {
	t.Helper()
	parsed, err := opentype.Parse(goregular.TTF)
	if err != nil {
		t.Fatal(err)
	}
	face, err := opentype.NewFace(parsed, &opentype.FaceOptions{Size: 11, DPI: dpi, Hinting: font.HintingFull})
	if err != nil {
		t.Fatal(err)
	}
	g := image.NewGray(image.Rect(0, 0, int(8.27*dpi), int(11.69*dpi)))
	draw.Draw(g, g.Rect, image.White, image.Point{}, draw.Src)
	d := font.Drawer{Dst: g, Src: image.Black, Face: face}
	for i, line := range strings.Split(text, "\n") {
		d.Dot = fixed.P(int(dpi), int(dpi+float64(i)*dpi*18/72))
		d.DrawString(line)
	}
	return g
}

// moved returns a page seen through an affine map.
func moved(g *image.Gray, m f64.Aff3) *image.Gray {
	out := image.NewGray(g.Rect)
	draw.Draw(out, out.Rect, image.White, image.Point{}, draw.Src)
	draw.BiLinear.Transform(out, m, g, g.Rect, draw.Src, nil)
	return out
}

// turned returns a page turned by quarters of a circle.
func turned(g *image.Gray, quarters int) *image.Gray {
	for range quarters {
		out := image.NewGray(image.Rect(0, 0, g.Rect.Dy(), g.Rect.Dx()))
		for y := range g.Rect.Dy() {
			for x := range g.Rect.Dx() {
				out.SetGray(g.Rect.Dy()-1-y, x, g.GrayAt(x, y))
			}
		}
		g = out
	}
	return g
}

func each(g *image.Gray, f func(x, y int, v byte) byte) *image.Gray {
	for y := range g.Rect.Dy() {
		for x := range g.Rect.Dx() {
			i := g.PixOffset(x, y)
			g.Pix[i] = f(x, y, g.Pix[i])
		}
	}
	return g
}

// wordsOf returns the words of at least two letters or digits, folded.
func wordsOf(s string) map[string]bool {
	words := map[string]bool{}
	for _, w := range strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		if len([]rune(w)) > 1 {
			words[w] = true
		}
	}
	return words
}

func recall(want, got string) float64 {
	found, hit := wordsOf(got), 0
	for w := range wordsOf(want) {
		if found[w] {
			hit++
		}
	}
	return float64(hit) / float64(len(wordsOf(want)))
}

func pngOf(t testing.TB, g *image.Gray) string {
	t.Helper()
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&b, g); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// scanOf returns a PDF whose pages show one picture each and nothing else.
func scanOf(t testing.TB, pages ...*image.Gray) string {
	t.Helper()
	var b bytes.Buffer
	var offsets []int
	object := func(s string) {
		offsets = append(offsets, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", len(offsets), s)
	}
	b.WriteString("%PDF-1.7\n")
	object("<< /Type /Catalog /Pages 2 0 R >>")
	var kids strings.Builder
	for i := range pages {
		fmt.Fprintf(&kids, "%d 0 R ", 3+3*i)
	}
	object(fmt.Sprintf("<< /Type /Pages /Count %d /Kids [%s] >>", len(pages), &kids))
	for i, g := range pages {
		var packed bytes.Buffer
		z := zlib.NewWriter(&packed)
		z.Write(g.Pix)
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		const content = "q 595 0 0 842 0 0 cm /Im Do Q"
		object(fmt.Sprintf("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R /Resources << /XObject << /Im %d 0 R >> >> >>", 4+3*i, 5+3*i))
		object(fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", len(content), content))
		object(fmt.Sprintf("<< /Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream",
			g.Rect.Dx(), g.Rect.Dy(), packed.Len(), packed.Bytes()))
	}
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(offsets)+1)
	for _, o := range offsets {
		fmt.Fprintf(&b, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(&b, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(offsets)+1, start)
	return b.String()
}

// recognizing returns a pool that recognises text, in all pictures.
func recognizing(t testing.TB) *Pool {
	t.Helper()
	found, err := FindTesseract()
	if err != nil {
		t.Fatalf("tesseract and its French model are needed (make setup): %v", err)
	}
	o := options(t, "real")
	o.Extract.OCR = extract.OCRAll
	o.Tesseract = &found
	o.CPUBase, o.CPUMax = time.Minute, time.Minute
	return pool(t, o)
}

// readAll returns the text of the pages and the failures.
func readAll(p *Pool, name, data string) (text string, kinds []poterne.Kind, pages []int) {
	var b strings.Builder
	for s, err := range p.Extract(context.Background(), poterne.Document{Path: name}, memory{bytes.NewReader([]byte(data))}) {
		var f *poterne.Failure
		if errors.As(err, &f) {
			kinds = append(kinds, f.Kind)
			continue
		}
		if s.Place.Zone == poterne.ZoneBody {
			b.WriteString(s.Body + "\n")
			pages = append(pages, s.Place.Page)
		}
	}
	return b.String(), kinds, pages
}

// TestRecallByDamage holds recognition to what it reached on damaged pages when it
// was measured (docs/formats.md), less a little for other versions.
func TestRecallByDamage(t *testing.T) {
	p := recognizing(t)
	noise := rand.New(rand.NewPCG(1, 2))
	for _, c := range []struct {
		name string
		page *image.Gray
		want float64
	}{
		{"clean", typed(t, letter, 200), .97},
		{"rotated-2-degrees", moved(typed(t, letter, 200), f64.Aff3{.99939, -.0349, 40, .0349, .99939, -40}), .95},
		{"upside-down", turned(typed(t, letter, 200), 2), .95},
		{"on-its-side", turned(typed(t, letter, 200), 1), .95},
		{"on-its-other-side", turned(typed(t, letter, 200), 3), .95},
		{"skewed", moved(typed(t, letter, 200), f64.Aff3{1, .08, -60, .01, 1, -10}), .95},
		{"noise", each(typed(t, letter, 200), func(_, _ int, v byte) byte {
			if noise.IntN(100) == 0 {
				return byte(noise.IntN(2) * 255)
			}
			return byte(max(0, min(255, int(v)+int(noise.NormFloat64()*40))))
		}), .93},
		{"fax-100-dpi-1-bit", each(typed(t, letter, 100), func(_, _ int, v byte) byte {
			if v < 140 {
				return 0
			}
			return 255
		}), .95},
		{"stamp-over", each(typed(t, letter, 200), func(x, y int, v byte) byte {
			dx, dy := float64(x-800), float64(y-560)
			if r := dx*dx + dy*dy; r > 200*200 && r < 214*214 || r > 170*170 && r < 176*176 || (x-y+3000)%97 < 3 && r < 170*170 {
				return v / 2
			}
			return v
		}), .85},
		{"faint", each(typed(t, letter, 200), func(_, _ int, v byte) byte { return 190 + v/5 }), .95},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, kinds, _ := readAll(p, "page.png", pngOf(t, c.page))
			r := recall(letter, got)
			t.Logf("recall %.3f", r)
			if r < c.want || len(kinds) > 0 {
				t.Errorf("recall %.3f, failures %v, want %.2f, none", r, kinds, c.want)
			}
		})
	}
}

// scrawl draws lines of loops, as of a hand.
func scrawl(t testing.TB) *image.Gray {
	g := typed(t, "", 200)
	random := rand.New(rand.NewPCG(3, 4))
	for row := range 24 {
		for x := 200.0; x < 1400; x += 30 {
			end, phase := x+60+random.Float64()*200, random.Float64()*6
			for ; x < end; x += .2 {
				y := 200 + 80*float64(row) + 14*math.Sin(phase+x/4) + 10*math.Sin(x*.6+phase*2)
				for d := range 9 {
					g.SetGray(int(x+6*math.Sin(x*.42))+d%3, int(y)+d/3, color.Gray{20})
				}
			}
		}
	}
	return g
}

// TestHandwritingIsNotRead wants a page of which nobody is sure reported: letters
// alone are no reading.
func TestHandwritingIsNotRead(t *testing.T) {
	if _, kinds, _ := readAll(recognizing(t), "page.png", pngOf(t, scrawl(t))); fmt.Sprint(kinds) != "[image_only]" {
		t.Errorf("failures %v, want image_only", kinds)
	}
}

func TestWordsOfTable(t *testing.T) {
	const head = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n"
	got := wordsOfTable(head + "1\t1\t0\t0\t0\t0\t0\t0\t9\t9\t-1\t\n" +
		"5\t1\t1\t1\t1\t1\t0\t0\t9\t9\t90.5\tdeux\n5\t1\t1\t1\t1\t2\t0\t0\t9\t9\t80.5\tmots\n5\t1\t1\t1\t2\t1\t0\t0\t9\t9\t50\tfin\xff\n" +
		"5\t1\t1\t1\t3\t1\t0\t0\t9\t9\tx\tperdu\n5\t1\n")
	if got.Text != "deux mots\nfin\uFFFD" || math.Abs(got.Sure-(4*.905+4*.805+4*.5)/12) > 1e-9 {
		t.Errorf("got %+v", got)
	}
	if got := wordsOfTable(head); got != (extract.Recognition{}) {
		t.Errorf("without words: %+v", got)
	}
}

func TestScannedPagesComeInOrder(t *testing.T) {
	blank := typed(t, "", 100)
	got, kinds, pages := readAll(recognizing(t), "scan.pdf", scanOf(t, typed(t, "Première page du dossier communiqué", 150), blank, typed(t, "Troisième page du dossier communiqué", 150)))
	first, third := strings.Index(got, "Première"), strings.Index(got, "Troisième")
	if first < 0 || third < first || fmt.Sprint(pages) != "[1 3]" {
		t.Errorf("text of pages %v, first at %d, third at %d", pages, first, third)
	}
	if fmt.Sprint(kinds) != "[partial]" { // of the blank page nobody knows that it is blank
		t.Errorf("failures %v, want partial", kinds)
	}
}

// tryRecognizerCage locks this process up as the recogniser is and says what it
// can still do.
func tryRecognizerCage(secret string) {
	cageRecognizer(recognizeMemory)
	_, read := os.ReadFile(secret)
	write := os.WriteFile(secret+".new", nil, 0o600)
	_, dial := net.Dial("tcp", "127.0.0.1:9")
	_, library := os.Stat("/usr/lib")
	fmt.Println(errors.Is(read, os.ErrPermission), errors.Is(write, os.ErrPermission), errors.Is(dial, os.ErrPermission), library == nil)
}

func TestRecognizerIsCaged(t *testing.T) {
	held := holds(t)
	if !held["paths"] || !held["network"] {
		t.Fatalf("this kernel holds %v: the cage cannot be tested here", held)
	}
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("planted"), 0o644); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(os.Args[0], "recognizer-cage", secret).CombinedOutput()
	if err != nil || strings.TrimSpace(string(out)) != "true true true true" {
		t.Errorf("reading, writing and connecting are denied, libraries are there: %s, %v", out, err)
	}
}

func TestSlowPictureIsLeft(t *testing.T) {
	o := options(t, "real")
	o.Extract.OCR = extract.OCRAll
	o.Tesseract = &Tesseract{Path: "x", Command: []string{"/bin/sh", "-c", "exec sleep 60"}, Timeout: 200 * time.Millisecond}
	start := time.Now()
	_, kinds, _ := readAll(pool(t, o), "page.png", pngOf(t, typed(t, letter, 100)))
	if fmt.Sprint(kinds) != "[image_only]" || time.Since(start) > 20*time.Second {
		t.Errorf("failures %v after %v, want image_only at once", kinds, time.Since(start))
	}
}

func TestPicturesAreBounded(t *testing.T) {
	var g gathered
	announce := func(w, h uint64) []byte {
		var e encoder
		e.begin(framePicture)
		e.uint(w)
		e.uint(h)
		e.end()
		return e.buf[5:]
	}
	for _, c := range []struct {
		name string
		w, h uint64
	}{{"empty", 0, 5}, {"too-wide", 1 << 40, 1}, {"too-many-pixels", 1 << 13, 1 << 13}, {"overflow", 1 << 33, 1 << 33}} {
		t.Run(c.name, func(t *testing.T) {
			if err := g.begin(announce(c.w, c.h)); err != errProtocol {
				t.Errorf("begin = %v, want errProtocol", err)
			}
		})
	}
	if _, err := g.rows([]byte{1}); err != errProtocol {
		t.Errorf("rows without a picture = %v, want errProtocol", err)
	}
	if err := g.begin(announce(3, 2)); err != nil {
		t.Fatal(err)
	}
	if err := g.begin(announce(3, 2)); err != errProtocol {
		t.Errorf("a second picture inside the first = %v, want errProtocol", err)
	}
	if _, err := g.rows(make([]byte, 7)); err != errProtocol {
		t.Errorf("too many rows = %v, want errProtocol", err)
	}
	for i, want := range []bool{false, true} {
		if whole, err := g.rows([]byte{1, 2, byte(i)}); whole != want || err != nil {
			t.Errorf("rows %d = %v, %v", i, whole, err)
		}
	}
	p := g.take()
	if p.GrayAt(2, 1) != (color.Gray{1}) || g.picture != nil {
		t.Errorf("picture %v, left %v", p, g.picture)
	}
}
