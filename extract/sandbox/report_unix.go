//go:build linux || darwin

package sandbox

import "runtime"

// Report starts one child and says which protections hold on this machine, as
// tried by the child itself.
func Report(o Options) ([]Line, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	runtime.LockOSThread() // see Pool
	defer runtime.UnlockOSThread()
	c, err := start(o)
	if err != nil {
		return nil, err
	}
	defer c.close()
	return c.lines, nil
}
