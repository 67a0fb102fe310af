package extract

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSQL(t *testing.T) {
	for _, c := range []struct {
		name, in string
		want     []seen
	}{
		{"insert-with-columns", "INSERT INTO agents (id, `nom`, \"nir\") VALUES\n(1, 'L''Hôte', '12'),\n(2, NULL, N'34');\nSELECT 1;\n", []seen{
			{"body", "INSERT INTO agents (id, `nom`, \"nir\") VALUES", "", 1, 0},
			{"cell", "1", "id", 1, 1}, {"cell", "L'Hôte", "nom", 1, 2}, {"cell", "12", "nir", 1, 3},
			{"cell", "2", "id", 2, 1}, {"cell", "34", "nir", 2, 3},
			{"body", "SELECT 1;", "", 4, 0},
		}},
		{"columns-of-the-table", "CREATE TABLE `agents` (\n  `id` int NOT NULL,\n  `nom` varchar(50),\n  PRIMARY KEY (`id`)\n) ENGINE=InnoDB;\nINSERT INTO `agents` VALUES (1,'l\\'été'),(2,'C:\\');\n", []seen{
			{"body", "CREATE TABLE `agents` (\n  `id` int NOT NULL,\n  `nom` varchar(50),\n  PRIMARY KEY (`id`)\n) ENGINE=InnoDB;\nINSERT INTO `agents` VALUES", "", 1, 0},
			{"cell", "1", "id", 1, 1}, {"cell", "l'été", "nom", 1, 2}, {"cell", "2", "id", 2, 1}, {"cell", `C:\`, "nom", 2, 2},
		}},
		{"copy", "COPY public.agents (id, nom) FROM stdin;\n1\tRoux\n2\t\\N\n\\.\nfin\n", []seen{
			{"cell", "1", "id", 1, 1}, {"cell", "Roux", "nom", 1, 2}, {"cell", "2", "id", 2, 1},
			{"body", "COPY public.agents (id, nom) FROM stdin;\nfin", "", 1, 0},
		}},
		{"unknown-columns-are-text", "INSERT INTO agents VALUES (1, 'Roux');\n", []seen{{"body", "INSERT INTO agents VALUES (1, 'Roux');", "", 1, 0}}},
		{"functions", "insert into a (d, n) values (to_date('03/07/1990', 'DD/MM/YYYY'), 5) on conflict do nothing;\nfin", []seen{
			{"body", "insert into a (d, n) values", "", 1, 0},
			{"cell", "to_date(03/07/1990, DD/MM/YYYY)", "d", 1, 1}, {"cell", "5", "n", 1, 2}, {"body", "on conflict do nothing\nfin", "", 1, 0},
		}},
		{"two-in-a-line", "insert into a (n) values (1); insert into a (n) values (2); -- note\n", []seen{
			{"body", "insert into a (n) values", "", 1, 0}, {"cell", "1", "n", 1, 1},
			{"body", "insert into a (n) values", "", 1, 0}, {"cell", "2", "n", 2, 1}, {"body", "-- note", "", 1, 0},
		}},
		{"no-semicolons", "INSERT INTO f (a) VALUES (12)\nGO\nINSERT INTO [dbo].[Agents] ([Tel]) VALUES (N'06 12 34 57 78')\nINSERT INTO [c] ([d]) VALUES (3)\n", []seen{
			{"body", "INSERT INTO f (a) VALUES", "", 1, 0}, {"cell", "12", "a", 1, 1},
			{"body", "GO\nINSERT INTO [dbo].[Agents] ([Tel]) VALUES", "", 2, 0}, {"cell", "06 12 34 57 78", "Tel", 1, 1},
			{"body", "INSERT INTO [c] ([d]) VALUES", "", 4, 0}, {"cell", "3", "d", 1, 1},
		}},
		{"line-of-a-value", "insert into a (n) values ('un\nGO\ninsert into b (c) values (2)');\n", []seen{
			{"body", "insert into a (n) values", "", 1, 0}, {"cell", "un\nGO\ninsert into b (c) values (2)", "n", 1, 1},
		}},
		{"comment-between-records", "insert into a (n) values\n -- l'agent (un)\n (1);\n", []seen{
			{"body", "insert into a (n) values", "", 1, 0}, {"cell", "1", "n", 1, 1}, {"body", "-- l'agent (un)", "", 3, 0},
		}},
		{"table-that-ends-with-its-column", "CREATE TABLE t (\n  id int, -- l'id\n  nom varchar(20));\nINSERT INTO t VALUES (1,'Roux');\n", []seen{
			{"body", "CREATE TABLE t (\n  id int, -- l'id\n  nom varchar(20));\nINSERT INTO t VALUES", "", 1, 0}, {"cell", "1", "id", 1, 1}, {"cell", "Roux", "nom", 1, 2},
		}},
		{"table-that-never-ends", "CREATE TABLE t (\n  id int\nINSERT INTO u (n) VALUES (1);\n", []seen{
			{"body", "CREATE TABLE t (\n  id int\nINSERT INTO u (n) VALUES", "", 1, 0}, {"cell", "1", "n", 1, 1},
		}},
		{"table-on-one-line", "CREATE TABLE a (id INTEGER, \"date de naissance\" TEXT DEFAULT ',', PRIMARY KEY (id)); INSERT INTO a VALUES(1,'1990');\n", []seen{
			{"body", "CREATE TABLE a (id INTEGER, \"date de naissance\" TEXT DEFAULT ',', PRIMARY KEY (id)); \nINSERT INTO a VALUES", "", 1, 0},
			{"cell", "1", "id", 1, 1}, {"cell", "1990", "date de naissance", 1, 2},
		}},
		{"insert-without-into", "INSERT [dbo].[Mes Agents] ([Nom]) VALUES (N'Roux')\nGO\n", []seen{
			{"body", "INSERT [dbo].[Mes Agents] ([Nom]) VALUES", "", 1, 0}, {"cell", "Roux", "Nom", 1, 1}, {"body", "GO", "", 2, 0},
		}},
		{"replace", "REPLACE INTO a (n) VALUES (1);\n", []seen{{"body", "REPLACE INTO a (n) VALUES", "", 1, 0}, {"cell", "1", "n", 1, 1}}},
		{"copy-csv", "COPY a (b, c) FROM stdin WITH (FORMAT csv);\nun,\"06 12, poste 2\"\n,06 13\n\\.\n", []seen{
			{"cell", "un", "b", 1, 1}, {"cell", "06 12, poste 2", "c", 1, 2}, {"cell", "06 13", "c", 2, 2},
			{"body", "COPY a (b, c) FROM stdin WITH (FORMAT csv);", "", 1, 0},
		}},
		{"copy-delimiter", "COPY a (b, c) FROM stdin WITH (DELIMITER '|');\nun|d\\teux\n\\.\n", []seen{
			{"cell", "un", "b", 1, 1}, {"cell", "d\teux", "c", 1, 2}, {"body", "COPY a (b, c) FROM stdin WITH (DELIMITER '|');", "", 1, 0},
		}},
		{"cut", "INSERT INTO a (n) VALUES ('un'), ('deu", []seen{
			{"body", "INSERT INTO a (n) VALUES", "", 1, 0}, {"cell", "un", "n", 1, 1}, {"cell", "deu", "n", 2, 1},
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, readWhole(t, "a.sql", []byte(c.in))); diff != "" {
				t.Errorf("segments (-want +got)\n%s", diff)
			}
		})
	}
}

// TestLongInsert reads one line of 2 MB, as mysqldump writes it.
func TestLongInsert(t *testing.T) {
	const records = 40_000
	in := "INSERT INTO a (n, c) VALUES " + strings.Repeat("(1,'FR76 3000 6000 0112 3456 7890 189'),", records) + "(2,'fin');\n"
	got := readWhole(t, "a.sql", []byte(in))
	if len(got) != 1+2*records+2 {
		t.Fatalf("%d segments", len(got))
	}
	for _, s := range got[1:] {
		if s.Column == 2 && s.Body != "FR76 3000 6000 0112 3456 7890 189" && s.Body != "fin" {
			t.Fatalf("value %q", s.Body)
		}
	}
}

func FuzzSQL(f *testing.F) {
	f.Add([]byte("CREATE TABLE a (\n b int,\n)\nINSERT INTO a VALUES (1,'x\\'y',(2));\nCOPY a (b) FROM stdin;\n1\n\\.\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		readParts(t, Options{}, "a.sql", b)
	})
}
