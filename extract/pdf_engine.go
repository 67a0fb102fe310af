package extract

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gofrs/flock"
	pdfium "github.com/klippa-app/go-pdfium"
	"github.com/klippa-app/go-pdfium/webassembly"
	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
)

const (
	// pdfMemoryPages bounds the memory of PDFium, in pages of 64 KiB: 512 MiB. The
	// largest real page measured needed 180 MiB; without a bound a file of 1 KB
	// took 9 GB.
	pdfMemoryPages = 8192
	// pdfPagesPerInstance and pdfMemoryPerInstance are when an instance is replaced
	// between two documents: its memory grows and never shrinks. A new one costs 5
	// ms, a page 5 ms.
	pdfPagesPerInstance  = 2000
	pdfMemoryPerInstance = 96 << 20
	// pdfStart bounds the wait for the one instance of this process.
	pdfStart = 2 * time.Minute
)

// pdfEngine is PDFium in WebAssembly: one runtime and at most one instance for
// each extractor, started with the first PDF. The zero value is ready.
type pdfEngine struct {
	mu       sync.Mutex // held while one document is read
	pool     pdfium.Pool
	instance pdfium.Pdfium
	pages    int           // read by the instance
	memory   atomic.Uint64 // bytes of the instance's memory
}

// take locks the engine and returns its instance. The caller calls put.
func (e *pdfEngine) take(cacheDir string) (pdfium.Pdfium, error) {
	e.mu.Lock()
	if e.instance != nil && (e.pages >= pdfPagesPerInstance || e.memory.Load() > pdfMemoryPerInstance) {
		e.drop()
	}
	if e.pool == nil {
		pool, err := startPDFium(cacheDir, &e.memory)
		if err != nil {
			e.mu.Unlock()
			return nil, err
		}
		e.pool = pool
	}
	if e.instance == nil {
		instance, err := e.pool.GetInstance(pdfStart)
		if err != nil {
			e.mu.Unlock()
			return nil, fmt.Errorf("start the PDF engine: %w", err)
		}
		e.instance, e.pages = instance, 0
	}
	return e.instance, nil
}

// put gives the engine back after pages pages. After a fault the instance is
// dropped: its memory may be in any state.
func (e *pdfEngine) put(pages int, fault bool) {
	e.pages += pages
	if fault {
		e.drop()
	}
	e.mu.Unlock()
}

// full says whether the instance has taken nearly all memory that it may have: a
// fault is then one of memory. Where that is not known it says yes.
func (e *pdfEngine) full() bool {
	n := e.memory.Load()
	return n == 0 || n > pdfMemoryPages*(64<<10)*3/4
}

func (e *pdfEngine) drop() {
	if e.instance != nil {
		e.instance.Kill()
	}
	e.instance = nil
}

// Close ends the engine.
func (e *pdfEngine) Close() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.drop()
	if e.pool == nil {
		return nil
	}
	err := e.pool.Close()
	e.pool = nil
	return err
}

// startPDFium starts the runtime, with the code compiled before where cacheDir
// has it. A cache that cannot be used only costs time.
func startPDFium(cacheDir string, memory *atomic.Uint64) (pdfium.Pool, error) {
	if cacheDir != "" {
		if cache, err := wazero.NewCompilationCacheWithDir(cacheDir); err == nil {
			if pool, err := initPDFium(cache, memory); err == nil {
				return pool, nil
			}
		}
	}
	pool, err := initPDFium(nil, memory)
	if err != nil {
		return nil, fmt.Errorf("start the PDF engine: %w", err)
	}
	return pool, nil
}

func initPDFium(cache wazero.CompilationCache, memory *atomic.Uint64) (pdfium.Pool, error) {
	rc := wazero.NewRuntimeConfig().
		WithCoreFeatures(api.CoreFeaturesV2 | experimental.CoreFeaturesExceptionHandling). // the module needs them
		WithMemoryLimitPages(pdfMemoryPages)
	if cache != nil {
		rc = rc.WithCompilationCache(cache)
	}
	return webassembly.Init(webassembly.Config{
		Context:       pdfMemory(context.Background(), memory),
		MaxIdle:       1,
		MaxTotal:      1,
		RuntimeConfig: rc,
		FSConfig:      wazero.NewFSConfig(), // empty; left out, "/" would be mounted into the guest
		Stdout:        io.Discard,
		Stderr:        io.Discard,
		ReuseWorkers:  true,
	})
}

// PreparePDF compiles the PDF engine into dir, once for all processes that share
// it: 4 CPU seconds, then 0.1 for each start. It makes dir where it is not there.
// The code in dir is run: a folder that others may write to, or that belongs to
// someone else, is an error. An empty dir does nothing.
func PreparePDF(dir string) error {
	if dir == "" {
		return nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("cache of the PDF engine: %w", err)
	}
	if err := private(dir); err != nil {
		return fmt.Errorf("cache of the PDF engine: %w", err)
	}
	ready := filepath.Join(dir, "ready-"+pdfBuild())
	if _, err := os.Stat(ready); err == nil {
		return nil
	}
	lock := flock.New(filepath.Join(dir, "lock"), flock.SetPermissions(0o600))
	if err := lock.Lock(); err != nil {
		return fmt.Errorf("cache of the PDF engine: %w", err)
	}
	defer lock.Unlock()
	if _, err := os.Stat(ready); err == nil {
		return nil // another process was faster
	}
	cache, err := wazero.NewCompilationCacheWithDir(dir)
	if err != nil {
		return fmt.Errorf("cache of the PDF engine: %w", err)
	}
	pool, err := initPDFium(cache, new(atomic.Uint64))
	if err != nil {
		return fmt.Errorf("compile the PDF engine: %w", err)
	}
	err = errors.Join(pool.Close(), cache.Close(context.Background()), os.WriteFile(ready, nil, 0o600))
	debug.FreeOSMemory() // the compiler took 300 MB
	if err != nil {
		return fmt.Errorf("cache of the PDF engine: %w", err)
	}
	return nil
}

// pdfBuild names the engine and the compiler of this build.
func pdfBuild() string {
	var b strings.Builder
	fmt.Fprintln(&b, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, m := range info.Deps {
			if strings.Contains(m.Path, "wazero") || strings.Contains(m.Path, "pdfium") {
				fmt.Fprintln(&b, m.Path, m.Version)
			}
		}
	}
	return fmt.Sprintf("%x", sha256.Sum256([]byte(b.String())))[:16]
}
