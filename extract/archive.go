package extract

import "context"

func readEPUB(context.Context, *input, *emitter) error  { return notYet() }
func readZip(context.Context, *input, *emitter) error   { return notYet() }
func readTar(context.Context, *input, *emitter) error   { return notYet() }
func readGzip(context.Context, *input, *emitter) error  { return notYet() }
func readBzip2(context.Context, *input, *emitter) error { return notYet() }
func readXZ(context.Context, *input, *emitter) error    { return notYet() }
func readZstd(context.Context, *input, *emitter) error  { return notYet() }
func read7z(context.Context, *input, *emitter) error    { return notYet() }
func readRAR(context.Context, *input, *emitter) error   { return notYet() }
