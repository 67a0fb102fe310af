package sandbox

import (
	"errors"
	"fmt"
	"net"
	"os"
	"runtime"
	"slices"
	"unsafe"

	"github.com/landlock-lsm/go-landlock/landlock"
	llsyscall "github.com/landlock-lsm/go-landlock/landlock/syscall"
	"golang.org/x/sys/unix"
)

// limitProcess bounds what this process may take. It comes before anything
// else: preparing the PDF engine is bounded too.
func limitProcess(addressSpace uint64) []Line {
	set := func(key string, resource int, n uint64) Line {
		if err := unix.Setrlimit(resource, &unix.Rlimit{Cur: n, Max: n}); err != nil {
			return Line{Key: key, Detail: err.Error()}
		}
		return Line{Key: key, Held: true, Detail: fmt.Sprint(n)}
	}
	return []Line{
		{Key: "process", Held: true},
		set("memory", unix.RLIMIT_AS, addressSpace),
		// A socket, the document, three standard streams, the poller, a spooled
		// member for each depth, a file of the cache: 64 leaves room.
		set("files", unix.RLIMIT_NOFILE, 64),
		// A core file would be a copy of a document.
		set("core", unix.RLIMIT_CORE, 0),
		{Key: "environment", Held: os.Getenv("PATH") == "" && os.Getenv("HOME") == ""},
	}
}

// lockUp gives up the file system, the network and dangerous system calls, for
// good. cache may still be read, spool be written to; "" for none. Each line is
// what a try has shown, not what was asked for.
func lockUp(cache, spool string) []Line {
	orphans := Line{Key: "orphans"}
	var signal int32
	if err := unix.Prctl(unix.PR_GET_PDEATHSIG, uintptr(unsafe.Pointer(&signal)), 0, 0, 0); err == nil && unix.Signal(signal) == unix.SIGKILL {
		orphans.Held = true
	}
	privileges := Line{Key: "privileges", Held: true}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		privileges = Line{Key: "privileges", Detail: err.Error()}
	}
	paths := Line{Key: "paths", Detail: landlockVersion()}
	if err := restrictPaths(cache, spool); err != nil {
		paths.Detail = err.Error()
	}
	_, err := os.Open("/")
	paths.Held = errors.Is(err, unix.EACCES)

	syscalls := Line{Key: "syscalls", Detail: "seccomp"}
	if err := denySyscalls(denied); err != nil {
		syscalls.Detail = err.Error()
	}
	_, _, errno := unix.RawSyscall(unix.SYS_UNSHARE, 0, 0, 0)
	syscalls.Held = errno == unix.EPERM

	network := Line{Key: "network", Held: true}
	for _, kind := range []string{"tcp", "udp"} {
		c, err := net.Dial(kind, "127.0.0.1:9")
		if err == nil {
			c.Close()
		}
		if !errors.Is(err, unix.EACCES) && !errors.Is(err, unix.EPERM) {
			network = Line{Key: "network", Detail: kind}
		}
	}
	return []Line{orphans, privileges, paths, network, syscalls}
}

func landlockVersion() string {
	v, err := llsyscall.LandlockGetABIVersion()
	if err != nil {
		return "Landlock: " + err.Error()
	}
	return fmt.Sprintf("Landlock ABI %d", v)
}

// restrictPaths forbids all paths but cache, read only, and spool, all network
// ports, and signals to other processes, as far as the kernel can.
func restrictPaths(cache, spool string) error {
	var rules []landlock.Rule
	if cache != "" {
		const read = llsyscall.AccessFSReadFile | llsyscall.AccessFSReadDir
		rules = append(rules, landlock.PathAccess(read, cache).IgnoreIfMissing())
	}
	if spool != "" {
		const write = llsyscall.AccessFSReadFile | llsyscall.AccessFSWriteFile | llsyscall.AccessFSMakeReg | llsyscall.AccessFSRemoveFile | llsyscall.AccessFSTruncate
		rules = append(rules, landlock.PathAccess(write, spool).IgnoreIfMissing())
	}
	return landlock.V11.BestEffort().Restrict(rules...)
}

// denied are system calls that no reader of documents needs. socket makes the
// network unreachable where Landlock is too old to, and for UDP and unix
// sockets; the others start programs, look into other processes or have been
// ways into the kernel.
var denied = []uint32{
	unix.SYS_SOCKET, unix.SYS_CONNECT, unix.SYS_BIND, unix.SYS_LISTEN,
	unix.SYS_EXECVE, unix.SYS_EXECVEAT,
	unix.SYS_PTRACE, unix.SYS_PROCESS_VM_READV, unix.SYS_PROCESS_VM_WRITEV, unix.SYS_PIDFD_GETFD,
	unix.SYS_KCMP, unix.SYS_BPF, unix.SYS_PERF_EVENT_OPEN, unix.SYS_USERFAULTFD,
	unix.SYS_IO_URING_SETUP, unix.SYS_IO_URING_ENTER, unix.SYS_IO_URING_REGISTER,
	unix.SYS_MOUNT, unix.SYS_UMOUNT2, unix.SYS_OPEN_TREE, unix.SYS_MOVE_MOUNT, unix.SYS_FSOPEN, unix.SYS_PIVOT_ROOT, unix.SYS_CHROOT,
	unix.SYS_UNSHARE, unix.SYS_SETNS, unix.SYS_OPEN_BY_HANDLE_AT, unix.SYS_NAME_TO_HANDLE_AT,
	unix.SYS_KEYCTL, unix.SYS_ADD_KEY, unix.SYS_REQUEST_KEY,
	unix.SYS_INIT_MODULE, unix.SYS_FINIT_MODULE, unix.SYS_DELETE_MODULE, unix.SYS_KEXEC_LOAD, unix.SYS_REBOOT,
	unix.SYS_SWAPON, unix.SYS_SWAPOFF, unix.SYS_QUOTACTL, unix.SYS_ACCT, unix.SYS_SETTIMEOFDAY, unix.SYS_CLOCK_SETTIME,
}

// denySyscalls makes the denied calls fail with EPERM, in all threads.
func denySyscalls(denied []uint32) error {
	var arch uint32
	switch runtime.GOARCH {
	case "amd64":
		arch = unix.AUDIT_ARCH_X86_64
	case "arm64":
		arch = unix.AUDIT_ARCH_AARCH64
	default:
		return errors.New("no filter for " + runtime.GOARCH)
	}
	const (
		load   = unix.BPF_LD | unix.BPF_W | unix.BPF_ABS
		equal  = unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K
		above  = unix.BPF_JMP | unix.BPF_JGE | unix.BPF_K
		answer = unix.BPF_RET | unix.BPF_K

		// struct seccomp_data: the number of the call, then the architecture.
		callOffset, archOffset = 0, 4
		// x32 calls are numbered from here on amd64, past all numbers of the list.
		x32 = 0x40000000
	)
	n := uint8(len(denied))
	filter := []unix.SockFilter{
		{Code: load, K: archOffset},
		{Code: equal, K: arch, Jf: n + 3},
		{Code: load, K: callOffset},
		{Code: above, K: x32, Jt: n + 1},
	}
	for i, nr := range denied {
		filter = append(filter, unix.SockFilter{Code: equal, K: nr, Jt: n - uint8(i)})
	}
	filter = append(filter,
		unix.SockFilter{Code: answer, K: unix.SECCOMP_RET_ALLOW},
		unix.SockFilter{Code: answer, K: unix.SECCOMP_RET_ERRNO | uint32(unix.EPERM)},
	)
	program := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	// The filter needs NO_NEW_PRIVS on this very thread.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	_, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_TSYNC, uintptr(unsafe.Pointer(&program)))
	if errno != 0 {
		return errno
	}
	return nil
}

// cageRecognizer bounds this process before it becomes the recogniser: it may read
// programs, libraries and models, write nothing, and reach no network. What this
// kernel does not offer is left out: [Report] has told.
func cageRecognizer(addressSpace uint64) {
	limitProcess(addressSpace)
	unix.Setrlimit(unix.RLIMIT_FSIZE, &unix.Rlimit{})
	landlock.V11.BestEffort().Restrict(
		landlock.RODirs("/usr", "/lib", "/lib64", "/etc").IgnoreIfMissing(),
		landlock.RWFiles("/dev/null").IgnoreIfMissing())
	start := func(nr uint32) bool { return nr == unix.SYS_EXECVE || nr == unix.SYS_EXECVEAT }
	denySyscalls(slices.DeleteFunc(slices.Clone(denied), start))
}
