/* box.c: confines a program, supervises it, and ends all that it started. */
#include "grade/box.h"
#include "base/clock.h"
#include "base/quote.h"
#include "base/tree.h"
#include "child.h"
#include "grade/cgroup.h"
#include "grade/traces.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* ---- what the program may do ---- */

static void limit(int what, rlim_t most)
{
	struct rlimit r;

	if (getrlimit(what, &r) == 0 && (r.rlim_max == RLIM_INFINITY || r.rlim_max > most)) {
		r.rlim_cur = r.rlim_max = most;
		(void)setrlimit(what, &r);
	}
}

static int write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), ret;

	if (fd < 0)
		return -errno;
	ret = write(fd, text, strlen(text)) == (ssize_t)strlen(text) ? 0 : -errno;
	close(fd);
	return ret;
}

/* Leaves the network by way of a name space of users, with the same user in it: for who may not do so otherwise. 0 or
 * -errno. */
static int leave_network_mapped(void)
{
	char map[64];
	uid_t uid = getuid();
	gid_t gid = getgid();

	if (unshare(CLONE_NEWUSER | CLONE_NEWNET))
		return -errno;
	prctl(PR_SET_DUMPABLE, 1); /* a change of the user has made /proc/self root's */
	(void)write_text("/proc/self/setgroups", "deny");
	snprintf(map, sizeof(map), "%u %u 1", (unsigned)uid, (unsigned)uid);
	if (write_text("/proc/self/uid_map", map))
		return -EPERM;
	snprintf(map, sizeof(map), "%u %u 1", (unsigned)gid, (unsigned)gid);
	return write_text("/proc/self/gid_map", map);
}

static int become(unsigned user)
{
	return setgroups(0, NULL) || setresgid(user, user, user) || setresuid(user, user, user) ? -errno
												: 0;
}

/* Becomes the user (0: none), and leaves the network unless that has been done. 0; 1: the network stays; or -errno: the
 * user stays. */
static int become_alone(unsigned user, int away)
{
	int ret = user ? become(user) : 0;

	if (ret)
		return ret;
	return away || leave_network_mapped() == 0 ? 0 : 1;
}

static int try_user(unsigned user, const char *dir)
{
	return become(user) || access(dir, X_OK) ? -EPERM : 0;
}

static int try_network(unsigned user, const char *dir)
{
	(void)dir;
	return become_alone(user, unshare(CLONE_NEWNET) == 0);
}

/* Whether the attempt returns 0 in a process of its own. */
static int succeeds(int (*attempt)(unsigned, const char *), unsigned user, const char *dir)
{
	pid_t pid = pvq_child_fork();

	if (pid == 0)
		_exit(attempt(user, dir) ? 1 : 0);
	return pid > 0 && pvq_child_reap(pid) == 0;
}

struct pvq_box_offer pvq_box_offer(unsigned user, const char *dir)
{
	struct pvq_box_offer offer = {.own_user = succeeds(try_user, user, dir)};
	struct pvq_cgroup cgroup;

	offer.own_network = succeeds(try_network, offer.own_user ? user : 0, dir);
	pvq_cgroup_make(&cgroup, 1, 1);
	offer.pids_cgroup = cgroup.dir[PVQ_CGROUP_PIDS][0] != '\0';
	offer.memory_cgroup = cgroup.dir[PVQ_CGROUP_MEMORY][0] != '\0';
	pvq_cgroup_remove(&cgroup);
	return offer;
}

/* How many threads this user has already: the kernel counts these too. 0 or -errno. */
static int count_threads(rlim_t *count)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;
	int ret;

	*count = 0;
	if (!dir)
		return -errno;
	while (errno = 0, entry = readdir(dir)) {
		char path[300];
		struct stat st;

		/* A folder with a folder for each thread, and a link from each of these, from itself and from above. */
		snprintf(path, sizeof(path), "/proc/%s/task", entry->d_name);
		if (stat(path, &st) == 0 && st.st_uid == getuid() && st.st_nlink > 2)
			*count += st.st_nlink - 2;
	}
	ret = -errno;
	closedir(dir);
	return ret;
}

/* What the supervisor has beside the box. */
struct walls {
	struct pvq_cgroup cgroup;
	int away;         /* it has left the network, and what it starts has none */
	uint64_t written; /* by itself, before it started the program */
};

static void note(const struct pvq_box *box, enum pvq_box_end end, unsigned processes)
{
	FILE *f = fopen(box->end, "we");

	if (!f)
		return;
	fprintf(f, "%u %u\n", (unsigned)end, processes);
	fclose(f);
}

/* Starts the program within the limits, in a child of the supervisor. Returns an errno if it cannot. */
static int enter(const struct pvq_box *box, const struct walls *walls, char **argv, pid_t supervisor)
{
	rlim_t threads = 0;
	int ret = box->as_user ? 0 : count_threads(&threads);

	setsid();
	(void)signal(SIGXFSZ, SIG_IGN); /* a file that becomes too large is an error like others */
	limit(RLIMIT_CPU, 2 * (rlim_t)box->cpu_s); /* the supervisor is first */
	limit(RLIMIT_CORE, 0);
	limit(RLIMIT_FSIZE, (rlim_t)box->file_mb << 20);
	if (!box->roomy) /* of addresses a program may have more than of memory */
		limit(RLIMIT_AS, (rlim_t)box->memory_mb << 22);
	if (ret == 0) /* else the supervisor's own count holds */
		limit(RLIMIT_NPROC, 2 * (rlim_t)box->processes + threads);
	(void)pvq_cgroup_enter(&walls->cgroup); /* where it fails, the other limits hold */
	ret = become_alone(box->as_user, walls->away);
	if (ret < 0)
		return -ret;
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL); /* the change of the user has cleared it */
	if (getppid() != supervisor)
		return ECHILD;
	execvp(argv[0], argv);
	return errno;
}

/* ---- the supervisor ---- */

static unsigned processes_below(void)
{
	uint64_t ns = 0;
	unsigned count = 0;

	(void)pvq_tree_cpu(getpid(), &ns, &count);
	return count ? count - 1 : 0;
}

static int take_largest(pid_t pid, uint64_t *kb)
{
	unsigned long long size, resident = 0;
	char path[64];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/statm", (int)pid);
	f = fopen(path, "re");
	if (f && fscanf(f, "%llu %llu", &size, &resident) == 2)
		resident = resident * (unsigned long long)sysconf(_SC_PAGESIZE) >> 10;
	if (f)
		fclose(f);
	*kb = resident > *kb ? resident : *kb;
	return 0;
}

/* Of all together; without the right to trace them, as in many containers, of the largest one alone. */
static uint64_t memory_mb(void)
{
	uint64_t all_kb = 0, largest_kb = 0;
	unsigned count = 0;

	(void)pvq_tree_pss(getpid(), &all_kb, &count);
	(void)pvq_tree_each(getpid(), take_largest, &largest_kb, &count);
	return (all_kb > largest_kb ? all_kb : largest_kb) >> 10;
}

/* What /proc/PID/stat tells of a process. state 0: it has ended. */
struct status {
	char state;
	uint64_t cpu_ticks; /* with children that it has waited for */
};

static struct status status_of(pid_t pid)
{
	struct status status = {0};
	unsigned long user, sys, waited_user, waited_sys;
	char path[64], line[1024];
	const char *name_end;
	size_t len;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	f = fopen(path, "re");
	len = f ? fread(line, 1, sizeof(line) - 1, f) : 0;
	if (f)
		fclose(f);
	line[len] = '\0';
	name_end = strrchr(line, ')');
	if (name_end && sscanf(name_end, ") %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu %lu %lu",
				&status.state, &user, &sys, &waited_user, &waited_sys) == 5)
		status.cpu_ticks = user + sys + waited_user + waited_sys;
	return status;
}

static int stop_one(pid_t pid, uint64_t *fresh)
{
	char state = pid == getpid() ? '\0' : status_of(pid).state;

	if (state && !strchr("TtZX", state) && kill(pid, SIGSTOP) == 0)
		++*fresh;
	return 0;
}

static int kill_one(pid_t pid, uint64_t *sum)
{
	(void)sum;
	return pid == getpid() ? 0 : kill(pid, SIGKILL);
}

/* Kills whatever the user runs, in one call that no fork() outruns. */
static void kill_user(unsigned user)
{
	pid_t pid = pvq_child_fork();

	if (pid == 0) {
		if (become(user) == 0)
			kill(-1, SIGKILL);
		_exit(0);
	}
	if (pid > 0)
		(void)pvq_child_reap(pid);
}

static void pause_ms(unsigned ms)
{
	nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L}, NULL);
}

/* Ends all descendants. A process that forks all the time could outrun a walk that kills. So the kernel refuses forks from
 * here on, and where there is no cgroup, all are stopped first. On a slow machine a walk past hundreds takes long. */
static void end_all(const struct pvq_box *box, const struct pvq_cgroup *cgroup)
{
	uint64_t until = pvq_clock_ns() + 10000000000u, fresh = 1, sum = 0;
	unsigned count = 0;

	pvq_cgroup_end(cgroup);
	while (fresh && pvq_clock_ns() < until) {
		fresh = 0;
		(void)pvq_tree_each(getpid(), stop_one, &fresh, &count);
	}
	if (box->as_user)
		kill_user(box->as_user);
	do {
		(void)pvq_tree_each(getpid(), kill_one, &sum, &count);
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
		pause_ms(1);
	} while (processes_below() && pvq_clock_ns() < until);
}

/* Whether the process waits in write(); not known without the right to trace it. */
static int count_writers(pid_t pid, uint64_t *writers)
{
	char path[64];
	long number = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/syscall", (int)pid);
	f = pid == getpid() ? NULL : fopen(path, "re");
	if (f && fscanf(f, "%ld", &number) == 1 && (number == SYS_write || number == SYS_writev))
		++*writers;
	if (f)
		fclose(f);
	return 0;
}

static int count_awake(pid_t pid, uint64_t *awake)
{
	char state = pid == getpid() ? '\0' : status_of(pid).state;

	*awake += state && !strchr("SZX", state);
	return 0;
}

static int add_cpu(pid_t pid, uint64_t *ticks)
{
	*ticks += pid == getpid() ? 0 : status_of(pid).cpu_ticks;
	return 0;
}

static uint64_t cpu_ms(void)
{
	uint64_t ticks = 0;
	unsigned count = 0;

	(void)pvq_tree_each(getpid(), add_cpu, &ticks, &count);
	return ticks * 1000 / (uint64_t)sysconf(_SC_CLK_TCK);
}

/* Whether the program moves: a process is not asleep, or CPU time was used since the last look. */
struct motion {
	uint64_t cpu_ms, since_ns; /* nothing has moved since then */
	uint64_t looks, moved;
};

enum { STILL_S = 3 };

static int stands_still(struct motion *m)
{
	uint64_t awake = 0, cpu = cpu_ms(), now = pvq_clock_ns();
	unsigned count = 0;

	(void)pvq_tree_each(getpid(), count_awake, &awake, &count);
	m->looks++;
	if (awake || cpu != m->cpu_ms) {
		m->moved++;
		m->since_ns = now;
	}
	m->cpu_ms = cpu;
	return now > m->since_ns + STILL_S * (uint64_t)1000000000u;
}

static enum pvq_box_end look_at_hang(void)
{
	uint64_t writers = 0;
	unsigned count = 0;

	(void)pvq_tree_each(getpid(), count_writers, &writers, &count);
	return writers ? PVQ_BOX_WRITING : PVQ_BOX_ASLEEP;
}

enum pvq_box_end pvq_box_ended(const struct pvq_box *box, unsigned *processes)
{
	FILE *f = fopen(box->end, "re");
	unsigned end = PVQ_BOX_ENDED;

	*processes = f ? 0 : (unsigned)errno;
	if (!f)
		return errno == ENOENT ? PVQ_BOX_ENDED : PVQ_BOX_BROKEN;
	if (fscanf(f, "%u %u", &end, processes) != 2 || end > PVQ_BOX_BROKEN) {
		end = PVQ_BOX_BROKEN;
		*processes = EIO;
	}
	fclose(f);
	return end;
}

/* Whether it has written too much, to disks or to files that are there now. */
static int fills(const struct pvq_box *box, const struct walls *walls)
{
	uint64_t most = (uint64_t)box->file_mb << 20, disks = pvq_traces_written() - walls->written;

	return disks >= most || (box->as_user && pvq_traces_files(box->as_user).bytes >= most);
}

/* What is told rather than how a program ended that this has disturbed. */
static enum pvq_box_end look_at_walls(const struct pvq_box *box, const struct walls *walls)
{
	if (pvq_cgroup_was_full(&walls->cgroup, PVQ_CGROUP_PIDS))
		return PVQ_BOX_PROCESSES;
	if (pvq_cgroup_was_full(&walls->cgroup, PVQ_CGROUP_MEMORY))
		return PVQ_BOX_MEMORY;
	if (fills(box, walls))
		return PVQ_BOX_FILLING;
	return walls->away && pvq_traces_unreachable() ? PVQ_BOX_NETWORK : PVQ_BOX_ENDED;
}

/* Waits for the program. PVQ_BOX_ENDED: it ended; otherwise why it must be ended. */
static enum pvq_box_end watch(const struct pvq_box *box, const struct walls *walls, int pidfd)
{
	uint64_t until = pvq_clock_ns() + (uint64_t)box->limit_ms * 1000000u;
	struct motion motion = {.since_ns = pvq_clock_ns()};
	struct pollfd p = {.fd = pidfd, .events = POLLIN};
	enum pvq_box_end wall;

	for (;;) {
		if (poll(&p, 1, (int)box->look_ms) > 0)
			return PVQ_BOX_ENDED;
		if (processes_below() > box->processes)
			return PVQ_BOX_PROCESSES;
		if (memory_mb() > box->memory_mb)
			return PVQ_BOX_MEMORY;
		wall = look_at_walls(box, walls);
		if (wall != PVQ_BOX_ENDED)
			return wall;
		if (cpu_ms() > box->cpu_s * (uint64_t)1000) /* a flood of processes uses it up, too */
			return processes_below() > box->processes ? PVQ_BOX_PROCESSES : PVQ_BOX_BUSY;
		if (stands_still(&motion))
			return look_at_hang();
		/* Who waits for a CPU is awake; who wakes now and then to look around is not. */
		if (pvq_clock_ns() >= until)
			return 2 * motion.moved < motion.looks ? look_at_hang() : PVQ_BOX_SLOW;
	}
}

/* How many processes outlive the program. Those that are about to end have a moment to do so. */
static unsigned count_left(void)
{
	for (int tries = 0; tries < 200; tries++) {
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
		if (errno == ECHILD)
			return 0;
		pause_ms(1);
	}
	return processes_below();
}

/* Ends as the program did. */
static _Noreturn void end_like(int wstatus)
{
	if (WIFSIGNALED(wstatus)) {
		(void)signal(WTERMSIG(wstatus), SIG_DFL);
		raise(WTERMSIG(wstatus));
	}
	_exit(WIFEXITED(wstatus) ? WEXITSTATUS(wstatus) : 125);
}

/* Leaves the network, if this process may, and makes the cgroup. */
static void build_walls(const struct pvq_box *box, struct walls *walls)
{
	walls->written = pvq_traces_written();
	/* Of both more than what the supervisor allows, which tells apart threads, and memory that can be had back. */
	pvq_cgroup_make(&walls->cgroup, 2 * box->processes, box->memory_mb + box->memory_mb / 4);
	walls->away = unshare(CLONE_NEWNET) == 0 || (!box->as_user && leave_network_mapped() == 0);
}

/* Starts the program. Its pid, with a descriptor for it, or -errno. */
static pid_t start(const struct pvq_box *box, const struct walls *walls, char **argv, int *pidfd)
{
	pid_t self = getpid(), pid;
	int told[2], error = 0;

	if (pipe2(told, O_CLOEXEC))
		return -errno;
	pid = pvq_child_fork();
	if (pid == 0) {
		error = enter(box, walls, argv, self);
		_exit(write(told[1], &error, sizeof(error)) == sizeof(error) ? 127 : 126);
	}
	close(told[1]);
	while (pid > 0 && read(told[0], &error, sizeof(error)) < 0 && errno == EINTR)
		;
	close(told[0]);
	if (pid < 0)
		return pid;
	*pidfd = error ? -1 : (int)syscall(SYS_pidfd_open, pid, 0);
	if (*pidfd >= 0)
		return pid;
	error = error ? error : errno;
	(void)pvq_child_kill(pid);
	return -error;
}

static _Noreturn void supervise(const struct pvq_box *box, char **argv)
{
	static struct walls walls; /* large */
	enum pvq_box_end end, wall;
	unsigned processes, files;
	int wstatus = 0, pidfd = -1;
	pid_t pid;

	limit(RLIMIT_CORE, 0);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	unlink(box->end);
	build_walls(box, &walls);
	pid = start(box, &walls, argv, &pidfd);
	if (pid < 0) {
		note(box, PVQ_BOX_BROKEN, (unsigned)-pid);
		pvq_cgroup_remove(&walls.cgroup);
		_exit(125);
	}
	end = watch(box, &walls, pidfd);
	processes = processes_below();
	if (end == PVQ_BOX_ENDED) {
		wstatus = pvq_child_reap(pid);
		processes = count_left();
		end = processes ? PVQ_BOX_LEFT : PVQ_BOX_ENDED;
	}
	wall = look_at_walls(box, &walls);
	end = wall == PVQ_BOX_ENDED ? end : wall;
	if (end != PVQ_BOX_ENDED) {
		note(box, end, processes);
		end_all(box, &walls.cgroup);
	}
	files = box->as_user ? pvq_traces_remove(box->as_user).count : 0;
	if (files && end == PVQ_BOX_ENDED)
		note(box, PVQ_BOX_FILES, files);
	pvq_cgroup_remove(&walls.cgroup);
	end_like(end == PVQ_BOX_ENDED || end == PVQ_BOX_LEFT ? wstatus : SIGKILL);
}

/* ---- between the two ---- */

int pvq_box_script(const char *path, const struct pvq_box *box, const char *program)
{
	char self[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);
	FILE *f = len > 0 ? fopen(path, "we") : NULL;
	int ret;

	if (!f)
		return -errno;
	self[len] = '\0';
	fputs("#!/bin/bash\nexec ", f);
	pvq_quote_word(f, self);
	fprintf(f, " confined %u %u %u %u %u %u %u %u ", box->as_user, box->cpu_s, box->file_mb,
		box->memory_mb, box->processes, box->limit_ms, box->look_ms, box->roomy);
	pvq_quote_word(f, box->end);
	fputc(' ', f);
	pvq_quote_word(f, program);
	fputs(" \"$@\"\n", f);
	ret = ferror(f) ? -EIO : 0;
	if (fclose(f) && ret == 0)
		ret = -errno;
	return ret == 0 && chmod(path, 0755) ? -errno : ret;
}

_Noreturn void pvq_box_main(int argc, char **argv)
{
	struct pvq_box box = {0};
	unsigned *const number[] = {&box.as_user, &box.cpu_s, &box.file_mb, &box.memory_mb, &box.processes,
		&box.limit_ms, &box.look_ms, &box.roomy};
	enum { NUMBERS = sizeof(number) / sizeof(number[0]) };

	if (argc < NUMBERS + 3) {
		fprintf(stderr, "pvq: confined is for pvq's own use; see `pvq grade`\n");
		_exit(2);
	}
	for (int i = 0; i < NUMBERS; i++)
		*number[i] = (unsigned)strtoul(argv[1 + i], NULL, 10);
	snprintf(box.end, sizeof(box.end), "%s", argv[1 + NUMBERS]);
	supervise(&box, argv + 2 + NUMBERS);
}
