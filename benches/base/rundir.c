/* rundir.c: creates a run's folder, locks it, and opens its files. */
#include "base/rundir.h"
#include "base/clock.h"
#include "base/whole.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

FILE *pvq_rundir_open(const char *dir, const char *name, const char *mode)
{
	char path[PATH_MAX];
	FILE *f;

	if (snprintf(path, sizeof(path), "%s/%s", dir, name) >= (int)sizeof(path)) {
		errno = ENAMETOOLONG;
		f = NULL;
	} else {
		f = fopen(path, mode);
	}
	if (!f)
		fprintf(stderr, "pvq: cannot open %s/%s: %s\n", dir, name, strerror(errno));
	return f;
}

int pvq_rundir_has(const char *dir, const char *name)
{
	char path[PATH_MAX];

	return snprintf(path, sizeof(path), "%s/%s", dir, name) < (int)sizeof(path) &&
	       access(path, F_OK) == 0;
}

int pvq_rundir_has_plan(const char *dir)
{
	char path[PATH_MAX];
	struct stat st;

	return snprintf(path, sizeof(path), "%s/plan.csv", dir) < (int)sizeof(path) &&
	       stat(path, &st) == 0 && st.st_size > 0;
}

/* How long to wait for a lock. A killed pvq's last child may hold it until it is dead as well. */
static const uint64_t lock_wait_ns = 2000000000u;

int pvq_rundir_lock(const char *dir, int fd)
{
	const struct timespec pause = {.tv_nsec = 5000000};
	uint64_t deadline = pvq_clock_ns() + lock_wait_ns;
	int ret;

	while ((ret = flock(fd, LOCK_EX | LOCK_NB) ? -errno : 0) == -EWOULDBLOCK &&
		pvq_clock_ns() < deadline)
		nanosleep(&pause, NULL);
	if (ret == -EWOULDBLOCK) {
		fprintf(stderr, "pvq: another pvq is writing to %s\n", dir);
		return -EBUSY;
	}
	if (ret)
		fprintf(stderr, "pvq: cannot lock %s: %s\n", dir, strerror(-ret));
	return ret;
}

/* Locks the folder: each of two runs in one folder would remove the other's unfinished files as leftovers. */
static int partial_lock(struct pvq_partial *part)
{
	int ret = 0;

	part->lock_fd = open(part->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (part->lock_fd < 0) {
		ret = -errno;
		fprintf(stderr, "pvq: cannot open %s: %s\n", part->dir, strerror(-ret));
		return ret;
	}
	ret = pvq_rundir_lock(part->dir, part->lock_fd);
	if (ret)
		close(part->lock_fd);
	return ret;
}

static int partial_remove(const struct pvq_partial *part)
{
	char path[PATH_MAX];

	if (snprintf(path, sizeof(path), "%s/%s", part->dir, part->file) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	return unlink(path) && errno != ENOENT ? -errno : 0;
}

int pvq_partial_begin(struct pvq_partial *part, const char *dir, const char *name)
{
	int ret;

	*part = (struct pvq_partial){.dir = dir, .name = name, .lock_fd = -1};
	snprintf(part->file, sizeof(part->file), "%s.part", name);
	if (pvq_rundir_has(dir, name))
		return 1;
	ret = partial_lock(part);
	if (ret)
		return ret;
	ret = partial_remove(part);
	if (ret) {
		fprintf(stderr, "pvq: cannot remove %s/%s: %s\n", dir, part->file, strerror(-ret));
		close(part->lock_fd);
	}
	return ret;
}

static int partial_name(const struct pvq_partial *part)
{
	char from[PATH_MAX], to[PATH_MAX];
	int ret = 0;

	if (snprintf(from, sizeof(from), "%s/%s", part->dir, part->file) >= (int)sizeof(from) ||
		snprintf(to, sizeof(to), "%s/%s", part->dir, part->name) >= (int)sizeof(to))
		ret = -ENAMETOOLONG;
	else
		ret = pvq_whole_name(from, to);
	if (ret)
		fprintf(stderr, "pvq: cannot write %s/%s: %s\n", part->dir, part->name, strerror(-ret));
	return ret;
}

int pvq_partial_end(struct pvq_partial *part, int ret)
{
	if (ret == 0)
		ret = partial_name(part);
	if (ret)
		(void)partial_remove(part); /* the next pvq_partial_begin() removes what is left */
	close(part->lock_fd);
	return ret;
}

/* Claims the folder by locking raw.csv in it, so that two runs are never planned into one folder. Returns the lock's
 * descriptor, or -errno with one line on stderr. A folder without a plan is free, if it holds no rows: its run ended before
 * it had a plan. */
static int rundir_claim(const char *path)
{
	char raw[PATH_MAX];
	struct stat st;
	int fd, ret;

	if (snprintf(raw, sizeof(raw), "%s/raw.csv", path) >= (int)sizeof(raw)) {
		fprintf(stderr, "pvq: cannot create %.40s…/raw.csv: %s\n", path, strerror(ENAMETOOLONG));
		return -ENAMETOOLONG;
	}
	fd = open(raw, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	if (fd < 0) {
		ret = -errno;
		fprintf(stderr, "pvq: cannot create %s: %s\n", raw, strerror(-ret));
		return ret;
	}
	ret = pvq_rundir_lock(path, fd);
	if (ret == 0 && fstat(fd, &st))
		ret = -errno;
	if (ret == 0 && pvq_rundir_has_plan(path)) {
		fprintf(stderr,
			"pvq: %s already holds a run; continue it with --resume, or name a new folder\n",
			path);
		ret = -EEXIST;
	} else if (ret == 0 && st.st_size > 0) {
		fprintf(stderr, "pvq: %s holds rows that no plan belongs to; name a new folder\n", path);
		ret = -EEXIST;
	} else if (ret == 0 && st.st_nlink == 0) {
		close(fd); /* its run failed, and removed it while this one waited */
		return rundir_claim(path);
	}
	if (ret)
		close(fd);
	return ret ? ret : fd;
}

void pvq_rundir_remove(const struct pvq_rundir *run)
{
	char raw[PATH_MAX];

	if (snprintf(raw, sizeof(raw), "%s/raw.csv", run->path) < (int)sizeof(raw))
		unlink(raw);
	if (run->created)
		rmdir(run->path);
}

void pvq_rundir_latest(const char *path)
{
	const char *slash = strrchr(path, '/');

	/* The link is a convenience: failure to make it is reported, and the run continues. It is renamed into place, so that
	 * there is always one, whatever kills this process. */
	if ((unlink("reports/latest.part") && errno != ENOENT) ||
		symlink(slash ? slash + 1 : path, "reports/latest.part") ||
		rename("reports/latest.part", "reports/latest"))
		fprintf(stderr, "pvq: cannot link reports/latest: %s\n", strerror(errno));
}

int pvq_rundir_default(const char *prefix, char *path, size_t cap)
{
	char host[65] = "host", stamp[32];
	time_t now = time(NULL);
	struct tm utc;
	int ret;

	if (mkdir("reports", 0777) && errno != EEXIST) {
		ret = -errno;
		fprintf(stderr, "pvq: cannot create the folder reports: %s; name one with --out\n",
			strerror(errno));
		return ret;
	}
	gethostname(host, sizeof(host) - 1);
	host[strcspn(host, "/ ")] = '\0';
	strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%SZ", gmtime_r(&now, &utc));
	ret = snprintf(path, cap, "reports/%s%s-%s", prefix, host, stamp);
	return ret < (int)cap ? 0 : -ENAMETOOLONG;
}

int pvq_rundir_make(const char *wanted, const char *prefix, char *path, size_t cap)
{
	int ret = 0;

	if (!wanted) {
		ret = pvq_rundir_default(prefix, path, cap);
	} else if (snprintf(path, cap, "%s", wanted) >= (int)cap) {
		fprintf(stderr, "pvq: --out is too long\n");
		ret = -EINVAL;
	}
	if (ret == 0 && mkdir(path, 0777) && errno != EEXIST) {
		ret = -errno;
		fprintf(stderr, "pvq: cannot create the folder %s: %s\n", path, strerror(-ret));
	}
	return ret;
}

int pvq_rundir_create(struct pvq_rundir *run, const char *wanted)
{
	int ret = 0;

	*run = (struct pvq_rundir){.lock_fd = -1};
	if (!wanted)
		ret = pvq_rundir_default("", run->path, sizeof(run->path));
	else if (snprintf(run->path, sizeof(run->path), "%s", wanted) >= (int)sizeof(run->path))
		ret = -ENAMETOOLONG;
	if (ret == -ENAMETOOLONG)
		fprintf(stderr, "pvq: cannot create the folder %.40s…: %s\n", wanted ? wanted : "reports",
			strerror(-ret));
	if (ret)
		return ret;
	run->created = mkdir(run->path, 0777) == 0;
	if (!run->created && errno != EEXIST) {
		ret = -errno;
		fprintf(stderr, "pvq: cannot create the folder %s: %s\n", run->path, strerror(-ret));
		return ret;
	}
	run->lock_fd = rundir_claim(run->path);
	return run->lock_fd < 0 ? run->lock_fd : 0;
}

void pvq_rundir_unlock(struct pvq_rundir *run)
{
	if (run->lock_fd >= 0)
		close(run->lock_fd);
	run->lock_fd = -1;
}
