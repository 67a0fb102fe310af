package extract

import (
	"context"
	"errors"

	"poterne"
)

// The readers below are not there yet: their formats are Unsupported.

func notYet() error {
	return poterne.Fail(poterne.StageExtract, poterne.Unsupported, errors.New("no reader yet"))
}

func readPDF(context.Context, *input, *emitter) error { return notYet() }
