/* torture_shim.c: a library to preload: one call of pvq that can fail, fails once; scripts/torture says which.
 *
 *	TORTURE_LOG=FILE    each place that calls such a function appends a line "ROLE CALL OFFSET" to the file, and each
 *	                    library that does so a line "ROLE CALL @LIBRARY"; a file that mkstemp() makes, "made FILE"; a
 *	                    System V queue, "queue ID". When a driver or trial exits, each descriptor that it opened and
 *	                    has not closed adds a line "open ROLE PID FILE", and each thread that still runs "thread ROLE"
 *	TORTURE_AT='ROLE CALL OFFSET K KIND' TORTURE_TOKEN=FILE
 *	                    the K-th call at that place in a process of that role fails, in the first process that gets there:
 *	                    it removes the token
 *
 *	TORTURE_PROGRAM=FILE
 *	                    the program that this is for; others that it starts are left alone
 *
 * A place is a return address in the program itself, as an offset. Libraries' own calls never fail: what they make of it is
 * not ours to mend. Roles: "driver" and "trial" are processes that were executed, "child" and "worker" their forks. Only
 * errors are injected that the call can really give. What does its work before it can fail is made, and its answer changed.
 */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <ftw.h>
#include <glob.h>
#include <grp.h>
#include <limits.h>
#include <link.h>
#include <linux/sched.h>
#include <mqueue.h>
#include <poll.h>
#include <pthread.h>
#include <regex.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

enum kind { NO, ERROR, INTERRUPT, SHORT };
enum { SEEN = 1 << 14, LIBRARIES = 64, LINE = 512, DESCRIPTORS = 1024 };

static struct range {
	uintptr_t from, to;
	char name[64];
} library[LIBRARIES];
static int libraries;

static const char *role, *log_path, *token;
static pid_t began; /* this program's first process; 0: the library is not ready */
static char at_role[16], at_call[32];
static uintptr_t at_address;
static long at_count;
static enum kind at_kind;
static atomic_long count;
static _Atomic pid_t counted; /* the process that the count belongs to */
static _Atomic uintptr_t seen[SEEN];
static char given[DESCRIPTORS]; /* those that were open when the program began */

static int note_library(struct dl_phdr_info *info, size_t size, void *ctx)
{
	struct range *r = &library[libraries];
	const char *slash = strrchr(info->dlpi_name, '/');

	(void)size;
	(void)ctx;
	if (libraries == LIBRARIES)
		return 1;
	r->from = UINTPTR_MAX;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *p = &info->dlpi_phdr[i];

		if (p->p_type != PT_LOAD)
			continue;
		if (info->dlpi_addr + p->p_vaddr < r->from)
			r->from = info->dlpi_addr + p->p_vaddr;
		if (info->dlpi_addr + p->p_vaddr + p->p_memsz > r->to)
			r->to = info->dlpi_addr + p->p_vaddr + p->p_memsz;
	}
	snprintf(r->name, sizeof(r->name), "%s", slash ? slash + 1 : info->dlpi_name);
	libraries++;
	return 0;
}

/* The program itself is the first that the linker lists. */
__attribute__((constructor)) static void begin(int argc, char **argv)
{
	const char *at = getenv("TORTURE_AT"), *program = getenv("TORTURE_PROGRAM");
	char kind[16], self[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);
	uintptr_t offset;

	self[len < 0 ? 0 : len] = '\0';
	if (!program || strcmp(program, self) != 0)
		return;

	dl_iterate_phdr(note_library, NULL);
	role = argc > 1 && strcmp(argv[1], "trial") == 0 ? "trial" : "driver";
	log_path = getenv("TORTURE_LOG");
	token = getenv("TORTURE_TOKEN");
	if (at && token &&
		sscanf(at, "%15s %31s %lx %ld %15s", at_role, at_call, &offset, &at_count, kind) == 5) {
		at_address = library[0].from + offset;
		at_kind = strcmp(kind, "eintr") == 0   ? INTERRUPT
			  : strcmp(kind, "short") == 0 ? SHORT
						       : ERROR;
	}
	for (int fd = 0; fd < DESCRIPTORS; fd++)
		given[fd] = syscall(SYS_fcntl, fd, F_GETFD) >= 0;
	began = (pid_t)syscall(SYS_getpid);
}

static const char *role_now(pid_t pid)
{
	if (pid == began)
		return role;
	return role[0] == 't' ? "worker" : "child";
}

/* Without stdio, without a descriptor that stays, without a change of errno. */
static void say(const char *line)
{
	int error = errno;
	long fd = syscall(SYS_openat, AT_FDCWD, log_path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);

	if (fd >= 0) {
		syscall(SYS_write, fd, line, strlen(line));
		syscall(SYS_close, fd);
	}
	errno = error;
}

/* A program that ends by exit() has closed what it opened, and joined what it started. */
__attribute__((destructor)) static void end(void)
{
	char line[LINE], path[64], file[256];
	struct stat tasks;
	/* "." and "..", the main thread, and the one that the thread sanitizer itself runs. */
	nlink_t most = dlsym(RTLD_DEFAULT, "__tsan_init") ? 4 : 3;

	if (!began || !log_path || (pid_t)syscall(SYS_getpid) != began)
		return;
	for (int fd = 0; fd < DESCRIPTORS; fd++) {
		ssize_t len;

		if (given[fd] || syscall(SYS_fcntl, fd, F_GETFD) < 0)
			continue;
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		len = readlink(path, file, sizeof(file) - 1);
		file[len < 0 ? 0 : len] = '\0';
		snprintf(line, sizeof(line), "open %s %d %s\n", role, (int)began, file);
		say(line);
	}
	if (stat("/proc/self/task", &tasks) == 0 && tasks.st_nlink > most) {
		snprintf(line, sizeof(line), "thread %s\n", role);
		say(line);
	}
}

/* Whether this is the first call of that function from there in this process. */
static int is_new(uintptr_t key)
{
	for (size_t i = key * 0x9e3779b97f4a7c15u >> 50, n = 0; n < SEEN; i = (i + 1) % SEEN, n++) {
		uintptr_t old = 0;

		if (atomic_compare_exchange_strong(&seen[i], &old, key))
			return 1;
		if (old == key)
			return 0;
	}
	return 0;
}

static void note(const char *call, uintptr_t address, pid_t pid)
{
	char line[LINE];
	uintptr_t tag = (uintptr_t)call << 20 ^ (uintptr_t)(pid != began) << 63;

	for (int i = 0; i < libraries; i++) {
		if (address < library[i].from || address >= library[i].to)
			continue;
		if (!is_new((i == 0 ? address : library[i].from) ^ tag))
			return;
		if (i == 0)
			snprintf(line, sizeof(line), "%s %s %lx\n", role_now(pid), call,
				address - library[0].from);
		else
			snprintf(line, sizeof(line), "%s %s @%s\n", role_now(pid), call, library[i].name);
		say(line);
		return;
	}
}

static enum kind fails(const char *call, void *from)
{
	uintptr_t address = (uintptr_t)from;
	pid_t pid;

	if (!began || (!log_path && address != at_address))
		return NO;
	pid = (pid_t)syscall(SYS_getpid);
	if (log_path)
		note(call, address, pid);
	if (address != at_address || strcmp(call, at_call) != 0 || strcmp(role_now(pid), at_role) != 0)
		return NO;
	if (atomic_exchange(&counted, pid) != pid)
		atomic_store(&count, 0);
	if (atomic_fetch_add(&count, 1) + 1 != at_count || syscall(SYS_unlinkat, AT_FDCWD, token, 0))
		return NO;
	return at_kind;
}

#define HERE __builtin_return_address(0)

/* Calls the function of that name that would have been called without this library. */
#define REAL(name)                       \
	static __typeof__(&(name)) real; \
	if (!real)                       \
	*(void **)&real = dlsym(RTLD_NEXT, #name)
#define FAIL(error, answer)      \
	do {                     \
		errno = (error); \
		return (answer); \
	} while (0)

/* A function that fails with an errno before it does anything. A program that is built with _FORTIFY_SOURCE calls __NAME_chk
 * instead of some: these count as NAME. */
#define FAILS(type, name, params, args, error, answer) \
	FAILS_AS(#name, type, name, params, args, error, answer)
#define FAILS_AS(call, type, name, params, args, error, answer) \
	type name params                                        \
	{                                                       \
		REAL(name);                                     \
		if (fails(call, HERE))                          \
			FAIL(error, answer);                    \
		return real args;                               \
	}

/* A function that formats, and one that does so for it. */
#define FORMATS(name, params, failed, base, given) \
	int name params                            \
	{                                          \
		REAL(base);                        \
		va_list args;                      \
		int ret;                           \
                                                   \
		if (failed)                        \
			return -1;                 \
		va_start(args, format);            \
		ret = real given;                  \
		va_end(args);                      \
		return ret;                        \
	}

/* One that a signal can interrupt. */
#define STOPS(type, name, params, args, error, answer)                     \
	type name params                                                   \
	{                                                                  \
		REAL(name);                                                \
		enum kind kind = fails(#name, HERE);                       \
		if (kind)                                                  \
			FAIL(kind == INTERRUPT ? EINTR : (error), answer); \
		return real args;                                          \
	}

/* ---- memory ---- */

FAILS(void *, malloc, (size_t size), (size), ENOMEM, NULL)
FAILS(void *, calloc, (size_t n, size_t size), (n, size), ENOMEM, NULL)
FAILS(void *, realloc, (void *old, size_t size), (old, size), ENOMEM, NULL)
FAILS(void *, aligned_alloc, (size_t align, size_t size), (align, size), ENOMEM, NULL)
FAILS(char *, strdup, (const char *s), (s), ENOMEM, NULL)
FAILS(int, vasprintf, (char **text, const char *format, va_list args), (text, format, args), ENOMEM, -1)
FAILS(FILE *, open_memstream, (char **text, size_t *len), (text, len), ENOMEM, NULL)
FAILS(FILE *, fmemopen, (void *buf, size_t len, const char *mode), (buf, len, mode), ENOMEM, NULL)
FAILS(char *, realpath, (const char *path, char *buf), (path, buf), ENOMEM, NULL)
FAILS(int, setenv, (const char *name, const char *value, int over), (name, value, over), ENOMEM, -1)
FAILS(void *, mmap, (void *at, size_t len, int prot, int flags, int fd, off_t offset),
	(at, len, prot, flags, fd, offset), ENOMEM, MAP_FAILED)
/* C++'s operator new throws. The program that calls it has the library that can. */
void *_Znwm(size_t size);
void *_Znwm(size_t size)
{
	REAL(_Znwm);
	void (*throw_bad_alloc)(void);

	*(void **)&throw_bad_alloc = dlsym(RTLD_DEFAULT, "_ZSt17__throw_bad_allocv");
	if (throw_bad_alloc && fails("new", HERE))
		throw_bad_alloc();
	return real(size);
}

FAILS(int, memfd_create, (const char *name, unsigned flags), (name, flags), EMFILE, -1)

static int lacks(const char *call, void *from)
{
	if (!fails(call, from))
		return 0;
	errno = ENOMEM;
	return 1;
}

FAILS_AS("vasprintf", int, __vasprintf_chk, (char **text, int flag, const char *format, va_list args),
	(text, flag, format, args), ENOMEM, -1)
FAILS_AS("realpath", char *, __realpath_chk, (const char *path, char *buf, size_t len), (path, buf, len),
	ENOMEM, NULL)
FORMATS(asprintf, (char **text, const char *format, ...), lacks("asprintf", HERE), vasprintf,
	(text, format, args))
FORMATS(__asprintf_chk, (char **text, int flag, const char *format, ...), lacks("asprintf", HERE),
	__vasprintf_chk, (text, flag, format, args))

/* ---- libraries that say when they lack memory ---- */

FAILS(void *, json_object, (void), (), ENOMEM, NULL)
FAILS(void *, json_array, (void), (), ENOMEM, NULL)
FAILS(void *, json_string, (const char *s), (s), ENOMEM, NULL)
FAILS(void *, json_integer, (long long value), (value), ENOMEM, NULL)
FAILS(void *, json_real, (double value), (value), ENOMEM, NULL)
FAILS(void *, json_load_file, (const char *path, size_t flags, void *error), (path, flags, error), ENOMEM,
	NULL)
FAILS(void *, json_null, (void), (), ENOMEM, NULL)
FAILS(char *, json_dumps, (const void *json, size_t flags), (json, flags), ENOMEM, NULL)
FAILS(int, json_dumpf, (const void *json, FILE *f, size_t flags), (json, f, flags), ENOMEM, -1)
FAILS(int, md_html,
	(const char *text, unsigned len, void (*take)(const char *, unsigned, void *), void *ctx,
		unsigned flags, unsigned more),
	(text, len, take, ctx, flags, more), ENOMEM, -1)
FAILS(void *, XXH3_createState, (void), (), ENOMEM, NULL)
/* These take the value even if they fail. */
int json_array_append_new(void *array, void *value);
int json_array_append_new(void *array, void *value)
{
	REAL(json_array_append_new);

	return real(fails("json_array_append_new", HERE) ? NULL : array, value);
}

int json_object_set_new(void *object, const char *key, void *value);
int json_object_set_new(void *object, const char *key, void *value)
{
	REAL(json_object_set_new);

	return real(fails("json_object_set_new", HERE) ? NULL : object, key, value);
}

FAILS(int, hwloc_topology_init, (void *topology), (topology), ENOMEM, -1)
FAILS(int, hwloc_topology_load, (void *topology), (topology), ENOMEM, -1)

/* ---- processes and threads ---- */

FAILS(pid_t, fork, (void), (), EAGAIN, -1)
FAILS(FILE *, popen, (const char *command, const char *mode), (command, mode), EAGAIN, NULL)
FAILS(int, execvp, (const char *file, char *const argv[]), (file, argv), ENOMEM, -1)
FAILS(int, posix_spawn,
	(pid_t * pid, const char *path, const posix_spawn_file_actions_t *actions,
		const posix_spawnattr_t *attr, char *const argv[], char *const envp[]),
	(pid, path, actions, attr, argv, envp), EAGAIN, EAGAIN)
FAILS(int, setrlimit, (__rlimit_resource_t what, const struct rlimit *limit), (what, limit), EPERM, -1)
FAILS(int, unshare, (int flags), (flags), EPERM, -1)
FAILS(int, setgroups, (size_t n, const gid_t *list), (n, list), EPERM, -1)
FAILS(int, setresgid, (gid_t real_id, gid_t effective, gid_t saved), (real_id, effective, saved), EAGAIN,
	-1)
FAILS(int, setresuid, (uid_t real_id, uid_t effective, uid_t saved), (real_id, effective, saved), EAGAIN,
	-1)
FAILS(int, chdir, (const char *path), (path), EACCES, -1)
FAILS(int, sched_getaffinity, (pid_t pid, size_t size, cpu_set_t *set), (pid, size, set), EINVAL, -1)
FAILS(int, sched_setaffinity, (pid_t pid, size_t size, const cpu_set_t *set), (pid, size, set), EINVAL, -1)

/* Only what blocks can be interrupted. */
pid_t waitpid(pid_t pid, int *status, int options)
{
	REAL(waitpid);

	if (!(options & WNOHANG) && fails("waitpid", HERE))
		FAIL(EINTR, -1);
	return real(pid, status, options);
}

int waitid(idtype_t type, id_t id, siginfo_t *info, int options)
{
	REAL(waitid);

	if (!(options & WNOHANG) && fails("waitid", HERE))
		FAIL(EINTR, -1);
	return real(type, id, info, options);
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*run)(void *), void *arg)
{
	REAL(pthread_create);

	return fails("pthread_create", HERE) ? EAGAIN : real(thread, attr, run, arg);
}

/* ---- descriptors ---- */

FAILS(int, pipe, (int fd[2]), (fd), EMFILE, -1)
FAILS(int, pipe2, (int fd[2], int flags), (fd, flags), EMFILE, -1)
FAILS(int, socketpair, (int domain, int type, int protocol, int fd[2]), (domain, type, protocol, fd),
	EMFILE, -1)
FAILS(int, eventfd, (unsigned value, int flags), (value, flags), EMFILE, -1)
FAILS(int, signalfd, (int fd, const sigset_t *set, int flags), (fd, set, flags), EMFILE, -1)
FAILS(int, timerfd_create, (int clock, int flags), (clock, flags), EMFILE, -1)
FAILS(int, epoll_create1, (int flags), (flags), EMFILE, -1)
FAILS(int, epoll_ctl, (int set, int how, int fd, struct epoll_event *event), (set, how, fd, event), ENOSPC,
	-1)
FAILS(int, dup2, (int from, int to), (from, to), EMFILE, -1)
STOPS(int, poll, (struct pollfd * p, nfds_t n, int ms), (p, n, ms), ENOMEM, -1)
STOPS(int, ppoll, (struct pollfd * p, nfds_t n, const struct timespec *wait, const sigset_t *mask),
	(p, n, wait, mask), ENOMEM, -1)
STOPS(int, epoll_wait, (int set, struct epoll_event *event, int most, int ms), (set, event, most, ms),
	EINTR, -1)
STOPS(int, epoll_pwait2,
	(int set, struct epoll_event *event, int most, const struct timespec *wait, const sigset_t *mask),
	(set, event, most, wait, mask), EINTR, -1)
STOPS(ssize_t, recv, (int fd, void *buf, size_t len, int flags), (fd, buf, len, flags), EINTR, -1)
STOPS(ssize_t, recvmsg, (int fd, struct msghdr *message, int flags), (fd, message, flags), EINTR, -1)
FAILS(mqd_t, mq_send, (mqd_t queue, const char *data, size_t len, unsigned priority),
	(queue, data, len, priority), EINTR, -1)
FAILS(ssize_t, mq_receive, (mqd_t queue, char *data, size_t len, unsigned *priority),
	(queue, data, len, priority), EINTR, -1)
FAILS(int, msgsnd, (int queue, const void *message, size_t len, int flags), (queue, message, len, flags),
	EINTR, -1)
FAILS(ssize_t, msgrcv, (int queue, void *message, size_t len, long type, int flags),
	(queue, message, len, type, flags), EINTR, -1)
FAILS(int, eventfd_read, (int fd, eventfd_t *value), (fd, value), EINTR, -1)
FAILS(int, eventfd_write, (int fd, eventfd_t value), (fd, value), EINTR, -1)
STOPS(ssize_t, send, (int fd, const void *buf, size_t len, int flags), (fd, buf, len, flags), ENOBUFS, -1)
STOPS(ssize_t, sendmsg, (int fd, const struct msghdr *message, int flags), (fd, message, flags), ENOBUFS,
	-1)

mqd_t mq_open(const char *name, int flags, ...)
{
	REAL(mq_open);
	va_list args;
	mode_t mode;
	struct mq_attr *attr;

	va_start(args, flags);
	mode = va_arg(args, mode_t);
	attr = va_arg(args, struct mq_attr *);
	va_end(args);
	if (fails("mq_open", HERE))
		FAIL(EMFILE, -1);
	return real(name, flags, mode, attr);
}

int msgget(key_t key, int flags)
{
	REAL(msgget);
	char line[LINE];
	int queue;

	if (fails("msgget", HERE))
		FAIL(ENOSPC, -1);
	queue = real(key, flags);
	if (queue >= 0 && log_path) {
		snprintf(line, sizeof(line), "queue %d\n", queue);
		say(line);
	}
	return queue;
}

int fcntl(int fd, int command, ...)
{
	REAL(fcntl);
	int makes = command == F_DUPFD || command == F_DUPFD_CLOEXEC;
	va_list args;
	void *arg;

	va_start(args, command);
	arg = va_arg(args, void *);
	va_end(args);
	if ((makes || command == F_SETPIPE_SZ) && fails("fcntl", HERE))
		FAIL(makes ? EMFILE : EPERM, -1);
	return real(fd, command, arg);
}

long syscall(long number, ...)
{
	REAL(syscall);
	const char *name = number == SYS_pidfd_open    ? "pidfd_open"
			   : number == SYS_close_range ? "close_range"
						       : NULL;
	va_list args;
	long arg[6];

	va_start(args, number);
	for (int i = 0; i < 6; i++)
		arg[i] = va_arg(args, long);
	va_end(args);
	if (name && fails(name, HERE))
		FAIL(number == SYS_close_range ? ENOSYS : EMFILE, -1);
	return real(number, arg[0], arg[1], arg[2], arg[3], arg[4], arg[5]);
}

/* ---- files ---- */

int open(const char *path, int flags, ...)
{
	REAL(open);
	va_list args;
	mode_t mode;

	va_start(args, flags);
	mode = va_arg(args, mode_t);
	va_end(args);
	if (fails("open", HERE))
		FAIL(EMFILE, -1);
	return real(path, flags, mode);
}

int openat(int dir, const char *path, int flags, ...)
{
	REAL(openat);
	va_list args;
	mode_t mode;

	va_start(args, flags);
	mode = va_arg(args, mode_t);
	va_end(args);
	if (fails("openat", HERE))
		FAIL(EMFILE, -1);
	return real(dir, path, flags, mode);
}

FAILS(FILE *, fopen, (const char *path, const char *mode), (path, mode), EMFILE, NULL)
FAILS(FILE *, fdopen, (int fd, const char *mode), (fd, mode), ENOMEM, NULL)
FAILS(DIR *, opendir, (const char *path), (path), EMFILE, NULL)
FAILS(DIR *, fdopendir, (int fd), (fd), ENOMEM, NULL)
FAILS(int, nftw, (const char *path, __nftw_func_t visit, int fds, int flags), (path, visit, fds, flags),
	EMFILE, -1)
FAILS(char *, mkdtemp, (char *path), (path), ENOSPC, NULL)
FAILS(int, regcomp, (regex_t * into, const char *pattern, int flags), (into, pattern, flags), ENOMEM,
	REG_ESPACE)
FAILS(void *, dlopen, (const char *path, int flags), (path, flags), ENOMEM, NULL)
FAILS(int, chmod, (const char *path, mode_t mode), (path, mode), EPERM, -1)
FAILS(FTS *, fts_open, (char *const *path, int options, int (*compare)(const FTSENT **, const FTSENT **)),
	(path, options, compare), ENOMEM, NULL)
FAILS(FTSENT *, fts_read, (FTS * tree), (tree), ENOMEM, NULL)
FAILS(struct dirent *, readdir, (DIR * dir), (dir), EIO, NULL)
FAILS(int, scandir,
	(const char *path, struct dirent ***list, int (*filter)(const struct dirent *),
		int (*compare)(const struct dirent **, const struct dirent **)),
	(path, list, filter, compare), ENOMEM, -1)
FAILS(int, mkdir, (const char *path, mode_t mode), (path, mode), ENOSPC, -1)
FAILS(int, symlink, (const char *target, const char *path), (target, path), ENOSPC, -1)
FAILS(int, rename, (const char *from, const char *to), (from, to), ENOSPC, -1)
FAILS(int, fsync, (int fd), (fd), EIO, -1)
FAILS(int, ftruncate, (int fd, off_t len), (fd, len), EIO, -1)
FAILS(int, flock, (int fd, int how), (fd, how), ENOLCK, -1)
FAILS(ssize_t, pread, (int fd, void *buf, size_t len, off_t offset), (fd, buf, len, offset), EIO, -1)

int mkstemp(char *path)
{
	REAL(mkstemp);
	char line[LINE];
	int fd;

	if (fails("mkstemp", HERE))
		FAIL(ENOSPC, -1);
	fd = real(path);
	if (fd >= 0 && log_path) {
		snprintf(line, sizeof(line), "made %s\n", path);
		say(line);
	}
	return fd;
}

int glob(const char *pattern, int flags, int (*on_error)(const char *, int), glob_t *found)
{
	REAL(glob);

	return fails("glob", HERE) ? GLOB_NOSPACE : real(pattern, flags, on_error, found);
}

static int is_file(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
}

/* A pipe, a socket or a device is never read in vain. */
ssize_t read(int fd, void *buf, size_t len)
{
	REAL(read);
	enum kind kind = fails("read", HERE);

	if (kind == INTERRUPT)
		FAIL(EINTR, -1);
	if (kind == ERROR && is_file(fd))
		FAIL(EIO, -1);
	return real(fd, buf, kind == SHORT && len > 1 ? 1 : len);
}

ssize_t write(int fd, const void *buf, size_t len)
{
	REAL(write);
	enum kind kind = fails("write", HERE);

	if (kind == INTERRUPT)
		FAIL(EINTR, -1);
	if (kind == ERROR)
		FAIL(is_file(fd) ? ENOSPC : ENOMEM, -1);
	return real(fd, buf, kind == SHORT && len > 1 ? 1 : len);
}

ssize_t writev(int fd, const struct iovec *part, int parts)
{
	REAL(writev);

	if (fails("writev", HERE))
		FAIL(is_file(fd) ? ENOSPC : ENOMEM, -1);
	return real(fd, part, parts);
}

/* ---- streams ---- */

/* The error stays with the stream, as after a write or read that failed. */
static int spoilt(const char *call, FILE *f, int error, void *from)
{
	if (f == stderr || !fails(call, from))
		return 0;
	f->_flags |= 0x20; /* what ferror() looks at */
	errno = error;
	return 1;
}

#define WRITES(type, name, params, args, stream, answer) \
	WRITES_AS(#name, type, name, params, args, stream, answer)
#define WRITES_AS(call, type, name, params, args, stream, answer)                 \
	type name params                                                          \
	{                                                                         \
		REAL(name);                                                       \
		return spoilt(call, stream, ENOSPC, HERE) ? (answer) : real args; \
	}
#define READS(type, name, params, args, stream, answer)                                                    \
	type name params                                                                                   \
	{                                                                                                  \
		REAL(name);                                                                                \
		return is_file(fileno(stream)) && spoilt(#name, stream, EIO, HERE) ? (answer) : real args; \
	}

WRITES(int, fputs, (const char *s, FILE *f), (s, f), f, EOF)
WRITES(int, fputc, (int c, FILE *f), (c, f), f, EOF)
WRITES(int, putc, (int c, FILE *f), (c, f), f, EOF)
WRITES(int, puts, (const char *s), (s), stdout, EOF)
WRITES(int, vfprintf, (FILE * f, const char *format, va_list args), (f, format, args), f, -1)
WRITES(size_t, fwrite, (const void *data, size_t size, size_t n, FILE *f), (data, size, n, f), f, 0)
READS(size_t, fread, (void *data, size_t size, size_t n, FILE *f), (data, size, n, f), f, 0)
READS(char *, fgets, (char *s, int size, FILE *f), (s, size, f), f, NULL)
READS(int, getc, (FILE * f), (f), f, EOF)
READS(int, fgetc, (FILE * f), (f), f, EOF)
READS(ssize_t, __getdelim, (char **line, size_t *cap, int end, FILE *f), (line, cap, end, f), f, -1)

WRITES_AS("vfprintf", int, __vfprintf_chk, (FILE * f, int flag, const char *format, va_list args),
	(f, flag, format, args), f, -1)

FORMATS(fprintf, (FILE * f, const char *format, ...), spoilt("fprintf", f, ENOSPC, HERE), vfprintf,
	(f, format, args))
FORMATS(__fprintf_chk, (FILE * f, int flag, const char *format, ...), spoilt("fprintf", f, ENOSPC, HERE),
	__vfprintf_chk, (f, flag, format, args))
FORMATS(printf, (const char *format, ...), spoilt("printf", stdout, ENOSPC, HERE), vfprintf,
	(stdout, format, args))
FORMATS(__printf_chk, (int flag, const char *format, ...), spoilt("printf", stdout, ENOSPC, HERE),
	__vfprintf_chk, (stdout, flag, format, args))

int fflush(FILE *f)
{
	REAL(fflush);
	int ret = real(f);

	return f && spoilt("fflush", f, ENOSPC, HERE) ? EOF : ret;
}

int fclose(FILE *f)
{
	REAL(fclose);
	int kept = f == stderr, ret = real(f);

	if (kept || !fails("fclose", HERE))
		return ret;
	errno = ENOSPC;
	return EOF;
}
