/* SPDX-License-Identifier: EUPL-1.2 */
/* What a process may still do once it has opened what it needs: its system calls by name and arguments (seccomp), files
 * below one directory (Landlock), no new privileges.  A call outside the list ends the process: it means that somebody
 * else's code runs in it.  Entered before any library starts a thread, because the rules around files hold for the thread
 * that sets them and those that it starts; the filter of calls is set for all threads at once. */
#include "roles/sandbox.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <sched.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "base/cause.h"
#include "base/limits.h"
#include "base/limits_screens.h"
#include "base/log/log.h"

enum { FILES_OTHER = 256 };

static_assert(FILES_OTHER < LIMIT_FILES_NET, "net has a descriptor for each partner");

/* ---- file rules ---- */

#define FILE_READ (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define FILE_WRITE                                                                                 \
	(LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_FILE |                          \
	 LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK)
#define FILE_ALL                                                                                   \
	(FILE_READ | FILE_WRITE | LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_REMOVE_DIR |     \
	 LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR |                              \
	 LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK |                            \
	 LANDLOCK_ACCESS_FS_MAKE_SYM)

/* A kernel without Landlock keeps the other restrictions; the log says so. */
static enum err restrict_files(const char *dir)
{
	const struct landlock_ruleset_attr all = {.handled_access_fs = FILE_ALL};
	struct landlock_path_beneath_attr own = {.allowed_access = FILE_READ | FILE_WRITE};
	/* Through syscall(): the C library of Debian has no names for these calls. */
	const int set = (int)syscall(SYS_landlock_create_ruleset, &all, sizeof all, 0);
	enum err rc = ERR_OK;

	if (set < 0) {
		log_write(LOG_NOTICE, LOG_NO_LANDLOCK, "errno=%d", errno);
		return ERR_OK;
	}
	if (dir != NULL) {
		/* For core its own directory; for net nothing at all is allowed, so the set stays
		 * empty. */
		own.parent_fd = open(dir, O_PATH | O_CLOEXEC);
		if (own.parent_fd < 0 ||
		    syscall(SYS_landlock_add_rule, set, LANDLOCK_RULE_PATH_BENEATH, &own, 0) != 0)
			rc = ERR_IO;
		if (own.parent_fd >= 0)
			(void)close(own.parent_fd);
	}
	if (rc == ERR_OK && syscall(SYS_landlock_restrict_self, set, 0) != 0)
		rc = ERR_IO;
	(void)close(set);
	return rc;
}

/* ---- system calls ---- */

/* What ran under load, kills and restarts, on both Debians; a name unknown to this machine's
 * libseccomp or architecture is skipped. */
static const char *const both[] = {
	"read",		"write",	 "close",	    "recvfrom", "sendto",  "epoll_wait",
	"epoll_pwait",	"epoll_ctl",	 "munmap",	    "mremap",	"brk",	   "getrandom",
	"getpid",	"accept4",	 "getsockopt",	    "futex",	"exit",	   "exit_group",
	"rt_sigreturn", "clock_gettime", "restart_syscall", "gettid",	"madvise", "getsockname",
	"recvmsg",	"sendmsg",	 "rt_sigprocmask",  "shutdown",
};
static const char *const core_only[] = {
	"pwrite64",
	"pread64",
	"pwritev",
	"writev",
	"lseek",
	"fdatasync",
	"fsync",
	"fstat",
	"fstatfs",
	"newfstatat",
	"getuid",
	"mlock",
	"munlock",
	"msync",
	"ftruncate",
	"unlink",
	"fallocate",
	/* uv, when another thread wakes it; glibc, for the memory of a thread */
	"sched_yield",
	"sched_getaffinity",
};
static const char *const net_only[] = {
	"bind",
	"listen",
	"connect",
	"getpeername",
	"setsockopt",
	"poll",
	"ppoll",
	"set_robust_list",
	"rseq",
	"mlock",
	"munlock",
	"sched_getparam",
	"sched_getscheduler",
	"sched_setscheduler",
	"sched_getaffinity",
	"eventfd2",
	"epoll_create1",
	"rt_sigaction",
	"sigaltstack",
	"clock_nanosleep",
	"nanosleep",
	"uname",
};

/* libmicrohttpd: what it sends, and that it is sent at once */
static const char *const web_only[] = {"setsockopt", "getpeername", "writev"};

static enum err no_walls(struct err_text *why, const char *call, int error)
{
	return cause_set(why, ERR_IO, "sandbox",
			 FILL({"call", call, 0}, {"error", cause_errno(error), 0}));
}

static bool allow(scmp_filter_ctx f, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const int no = seccomp_syscall_resolve_name(names[i]);

		/* Not every architecture has every call (open, poll): there the library uses its
		 * successor. */
		if (no == __NR_SCMP_ERROR)
			continue;
		if (seccomp_rule_add(f, SCMP_ACT_ALLOW, no, 0) != 0)
			return false;
	}
	return true;
}

/* Calls that are allowed with some arguments only.  mask: the bits of the argument that are compared. */
struct call {
	const char *name;
	unsigned arg;
	uint64_t mask, value;
};

enum {
	ANY_NAMESPACE = CLONE_NEWNS | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC |
			CLONE_NEWUTS | CLONE_NEWCGROUP,
};
#define WHOLE UINT32_MAX /* ints: what lies in the upper half of the register is not theirs */

/* Memory is data or code, never both, and no code comes after the start.  A terminal is not written to from behind
 * (TIOCSTI is no call that anybody here makes). */
static const struct call both_calls[] = {
	{"mmap", 2, PROT_EXEC, 0},
	{"mprotect", 2, PROT_EXEC, 0},
	{"ioctl", 1, WHOLE, FIONBIO},
	{"ioctl", 1, WHOLE, FIOCLEX},
	{"ioctl", 1, WHOLE, FIONREAD},
	{"ioctl", 1, WHOLE, TCGETS},
	/* flags and locks; not whom a descriptor sends signals to (F_SETOWN, F_SETSIG) */
	{"fcntl", 1, WHOLE & ~7u, 0},
	{"fcntl", 1, WHOLE, F_DUPFD_CLOEXEC},
};
static_assert(F_GETFD <= 7 && F_SETFL <= 7 && F_SETLKW <= 7 && F_SETOWN > 7 && F_SETSIG > 7,
	      "the lowest eight are harmless");
/* net speaks TCP and asks the kernel for addresses; it makes threads and nothing else. */
static const struct call net_calls[] = {
	{"socket", 0, WHOLE, AF_INET},
	{"socket", 0, WHOLE, AF_INET6},
	{"socket", 0, WHOLE, AF_NETLINK},
	{"clone", 0, CLONE_THREAD | (uint64_t)ANY_NAMESPACE, CLONE_THREAD},
	{"prctl", 0, WHOLE, PR_SET_NAME},
};

static bool allow_calls(scmp_filter_ctx f, const struct call *calls, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const int no = seccomp_syscall_resolve_name(calls[i].name);

		if (no != __NR_SCMP_ERROR &&
		    seccomp_rule_add(f, SCMP_ACT_ALLOW, no, 1,
				     SCMP_CMP(calls[i].arg, SCMP_CMP_MASKED_EQ, calls[i].mask,
					      calls[i].value)) != 0)
			return false;
	}
	return true;
}

/* glibc's allocator looks into /proc under load, and libraries read their settings: that fails softly. */
static bool refuse_softly(scmp_filter_ctx f)
{
	static const char *const names[] = {"open",	  "openat", "readlink",
					    "readlinkat", "access", "faccessat",
					    "faccessat2", "stat",   "statx"};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		const int no = seccomp_syscall_resolve_name(names[i]);

		if (no != __NR_SCMP_ERROR &&
		    seccomp_rule_add(f, SCMP_ACT_ERRNO(EACCES), no, 0) != 0)
			return false;
	}
	return true;
}

/* Its flags lie in memory, where a filter cannot look: glibc takes clone instead, whose flags are seen. */
static bool no_clone3(scmp_filter_ctx f)
{
	const int no = seccomp_syscall_resolve_name("clone3");

	return no == __NR_SCMP_ERROR || seccomp_rule_add(f, SCMP_ACT_ERRNO(ENOSYS), no, 0) == 0;
}

static enum err restrict_calls(enum sandbox_role role, struct err_text *why)
{
	/* The process and not the thread: libzmq's own threads would otherwise die alone, and the
	 * rest would wait for them. */
	scmp_filter_ctx f = seccomp_init(SCMP_ACT_KILL_PROCESS);
	/* it may end itself, and nobody else: all processes of a node have one owner */
	const struct call self[] = {{"tgkill", 0, WHOLE, (uint32_t)getpid()}};
	int error = ENOMEM;
	bool ok = f != NULL && allow(f, both, sizeof both / sizeof both[0]) && refuse_softly(f) &&
		  allow_calls(f, both_calls, sizeof both_calls / sizeof both_calls[0]) &&
		  allow_calls(f, self, 1) && no_clone3(f);

	if (role == SANDBOX_CORE)
		ok = ok && allow(f, core_only, sizeof core_only / sizeof core_only[0]);
	else if (role == SANDBOX_WEB)
		ok = ok && allow(f, web_only, sizeof web_only / sizeof web_only[0]);
	else
		ok = ok && allow(f, net_only, sizeof net_only / sizeof net_only[0]) &&
		     allow_calls(f, net_calls, sizeof net_calls / sizeof net_calls[0]);
	/* also for a thread that was started before: without it that would have no filter */
	if (ok)
		error = -seccomp_attr_set(f, SCMP_FLTATR_CTL_TSYNC, 1);
	if (ok && error == 0)
		error = -seccomp_load(f);
	if (f != NULL)
		seccomp_release(f);
	return ok && error == 0 ? ERR_OK : no_walls(why, "seccomp", error);
}

/* Never above what the system grants: a small limit costs partners, and no start. */
size_t sandbox_files(enum sandbox_role role)
{
	const rlim_t want = role == SANDBOX_NET	  ? LIMIT_FILES_NET
			    : role == SANDBOX_WEB ? LIMIT_FILES_WEB
						  : FILES_OTHER;
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) != 0)
		return FILES_OTHER;
	return (size_t)(files.rlim_max < want ? files.rlim_max : want);
}

/* Whoever may lock what it likes: a limit would be met one day under load, in the middle of a malloc. */
static bool may_lock_all(void)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct caps[_LINUX_CAPABILITY_U32S_3];
	struct rlimit lock;

	if (syscall(SYS_capget, &head, caps) == 0 &&
	    (caps[CAP_TO_INDEX(CAP_IPC_LOCK)].effective & CAP_TO_MASK(CAP_IPC_LOCK)) != 0)
		return true;
	if (getrlimit(RLIMIT_MEMLOCK, &lock) != 0 || lock.rlim_max != RLIM_INFINITY)
		return false;
	lock.rlim_cur = lock.rlim_max;
	return setrlimit(RLIMIT_MEMLOCK, &lock) == 0;
}

/* Pages are locked when they are first used: a thread's stack is large, and nearly all of it never is. */
bool sandbox_lock_memory(void)
{
	struct sysinfo memory;

	if (may_lock_all() && mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) == 0)
		return true;
	return sysinfo(&memory) == 0 && memory.totalswap == 0;
}

enum err sandbox_begin(struct err_text *why)
{
	/* uv tries io_uring at its start and does without it when the kernel knows no such call; in
	 * the second filter it would be the end. */
	const int no = seccomp_syscall_resolve_name("io_uring_setup");
	scmp_filter_ctx f = seccomp_init(SCMP_ACT_ALLOW);
	int error = ENOMEM;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		error = errno;
	else if (f != NULL &&
		 (no == __NR_SCMP_ERROR || seccomp_rule_add(f, SCMP_ACT_ERRNO(ENOSYS), no, 0) == 0))
		error = -seccomp_load(f);
	if (f != NULL)
		seccomp_release(f);
	return error == 0 ? ERR_OK : no_walls(why, "seccomp", error);
}

enum err sandbox_enter(enum sandbox_role role, const struct sandbox_own *own, struct err_text *why)
{
	const char *dir = own == NULL ? NULL : own->dir;
	const struct rlimit none = {0, 0};
	struct rlimit files;
	enum err rc;

	/* No core file: it would hold keys and the data of people. No new privileges: without it
	 * seccomp asks for root. */
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || setrlimit(RLIMIT_CORE, &none) != 0)
		return no_walls(why, "limits", errno);
#ifndef KRING_DEV
	/* The dev build stays traceable, so that tests can search its memory for planted markers. */
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
		return no_walls(why, "limits", errno);
#endif
	if (getrlimit(RLIMIT_NOFILE, &files) != 0)
		return no_walls(why, "limits", errno);
	files.rlim_cur = sandbox_files(role);
	if (setrlimit(RLIMIT_NOFILE, &files) != 0)
		return no_walls(why, "limits", errno);
	if (role == SANDBOX_SUPERVISOR)
		return ERR_OK; /* starts the others; parses nothing from outside */
	rc = restrict_files(dir);
	if (rc != ERR_OK)
		return cause_set(why, rc, "landlock",
				 FILL({"dir", dir == NULL ? "-" : dir, 0},
				      {"error", cause_errno(errno), 0}));
	if (own != NULL)
		rc = own->threads(own->ctx);
	if (rc != ERR_OK)
		return no_walls(why, "thread", EAGAIN);
	return restrict_calls(role, why);
}
