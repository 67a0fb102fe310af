package ledger

import (
	"context"
	"database/sql"
	"fmt"

	"poterne"
)

// Total counts the files of one share that have one class and one failure.
type Total struct {
	Share   string
	Class   poterne.Class
	Failure poterne.Kind // "" where they were read whole
	Files   int
	Bytes   int64
}

// quiet chooses records of which nothing is to be said: read whole, public or
// internal, for any commercial cloud. Of the labels of such documents none has a flag.
// The plus keeps SQLite from taking failure for a constant, which would cost it the
// order of the index and sort all that is counted.
var quiet = fmt.Sprintf(`(+failure = '' AND level BETWEEN %d AND %d AND class BETWEEN %d AND %d)`,
	poterne.Public, poterne.Internal, poterne.H0, poterne.H1)

// unread and notable choose few records, by seeks in the one index that holds all
// that they ask: to walk the records in the order of the worst would read every row.
var (
	unread  = seek(`failure > ''`)
	notable = unread +
		` UNION ALL ` + seek(fmt.Sprintf(`failure = '' AND level < %d`, poterne.Public)) +
		` UNION ALL ` + seek(fmt.Sprintf(`failure = '' AND level > %d`, poterne.Internal)) +
		` UNION ALL ` + seek(fmt.Sprintf(`failure = '' AND level IN (%d, %d) AND class < %d`, poterne.Public, poterne.Internal, poterne.H0)) +
		` UNION ALL ` + seek(fmt.Sprintf(`failure = '' AND level IN (%d, %d) AND class > %d`, poterne.Public, poterne.Internal, poterne.H1))
)

func seek(what string) string {
	return `SELECT n FROM records INDEXED BY records_sums WHERE share IN (SELECT share FROM shares) AND ` + what
}

// Totals counts files, members left out, by share, class and failure, in no order. It
// reads what stands in clear beside each record and opens none.
func (l *Ledger) Totals(ctx context.Context) ([]Total, error) { return l.totals(ctx, `1`) }

// Quiet counts, as Totals does, the files that [Filter].Notable leaves out: those
// that were read whole, of level 0 or 1 and class H0 or H1.
func (l *Ledger) Quiet(ctx context.Context) ([]Total, error) { return l.totals(ctx, quiet) }

func (l *Ledger) totals(ctx context.Context, where string) ([]Total, error) {
	return collect(rows(ctx, l.read, func(rs *sql.Rows) (Total, error) {
		var t Total
		var share int64
		var sealed sql.RawBytes
		if err := rs.Scan(&share, &sealed, &t.Class, &t.Failure, &t.Files, &t.Bytes); err != nil {
			return Total{}, err
		}
		name, err := l.box.Open(nil, sealed, bound("shares.name", shareKey(share)))
		t.Share = string(name)
		return t, err
	}, `SELECT s.share, s.name, t.class, t.failure, t.files, t.bytes FROM
			(SELECT share, class, failure, sum(files) AS files, sum(bytes) AS bytes FROM
				(SELECT share, class, failure, count(*) AS files, sum(size) AS bytes FROM records INDEXED BY records_sums
				WHERE member = 0 AND `+where+` GROUP BY share, failure, level, class)
			GROUP BY share, class, failure) t
		JOIN shares s USING (share)`))
}
