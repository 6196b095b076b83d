/* rundir.c: creates a run's folder, opens its files, and reads its manifest. */
#include "base/rundir.h"
#include "base/grow.h"

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

/* Locks the folder: each of two runs in one folder would remove the other's unfinished files as leftovers. */
static int partial_lock(struct pvq_partial *part)
{
	int ret = 0;

	part->lock_fd = open(part->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (part->lock_fd < 0 || flock(part->lock_fd, LOCK_EX | LOCK_NB))
		ret = errno == EWOULDBLOCK ? -EBUSY : -errno;
	if (ret == -EBUSY)
		fprintf(stderr, "pvq: another pvq is writing to %s\n", part->dir);
	else if (ret)
		fprintf(stderr, "pvq: cannot lock %s: %s\n", part->dir, strerror(-ret));
	if (ret && part->lock_fd >= 0)
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
	else if (rename(from, to))
		ret = -errno;
	if (ret)
		fprintf(stderr, "pvq: cannot write %s/%s: %s\n", part->dir, part->name, strerror(-ret));
	return ret;
}

int pvq_partial_end(struct pvq_partial *part, int ret)
{
	if (ret)
		(void)partial_remove(part); /* the next pvq_partial_begin() removes what is left */
	else
		ret = partial_name(part);
	close(part->lock_fd);
	return ret;
}

static int manifest_add(struct pvq_manifest *m, const char *key, const char *value)
{
	struct pvq_fact *fact = pvq_grow(m->fact, m->count, sizeof(*fact));

	if (!fact)
		return -ENOMEM;
	m->fact = fact;
	fact += m->count;
	fact->key = strdup(key);
	fact->value = strdup(value);
	if (!fact->key || !fact->value) {
		free(fact->key);
		free(fact->value);
		return -ENOMEM;
	}
	m->count++;
	return 0;
}

int pvq_manifest_parse(struct pvq_manifest *m, FILE *f)
{
	char *line = NULL, *tab;
	size_t room = 0;
	ssize_t len;
	int ret = 0;

	memset(m, 0, sizeof(*m));
	while (ret == 0 && (len = getline(&line, &room, f)) > 0) {
		if (line[len - 1] == '\n')
			line[len - 1] = '\0';
		tab = strchr(line, '\t');
		if (!tab)
			continue; /* an empty or cut-off line holds no fact */
		*tab = '\0';
		ret = manifest_add(m, line, tab + 1);
	}
	free(line);
	return ret;
}

int pvq_manifest_read(struct pvq_manifest *m, const char *dir)
{
	char path[PATH_MAX];
	FILE *f;
	int ret;

	memset(m, 0, sizeof(*m));
	if (snprintf(path, sizeof(path), "%s/manifest.tsv", dir) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	f = fopen(path, "re");
	if (!f)
		return -errno;
	ret = pvq_manifest_parse(m, f);
	fclose(f);
	return ret;
}

const char *pvq_manifest_get(const struct pvq_manifest *m, const char *key)
{
	for (size_t i = 0; i < m->count; i++)
		if (strcmp(m->fact[i].key, key) == 0)
			return m->fact[i].value;
	return NULL;
}

void pvq_manifest_free(struct pvq_manifest *m)
{
	for (size_t i = 0; i < m->count; i++) {
		free(m->fact[i].key);
		free(m->fact[i].value);
	}
	free(m->fact);
	memset(m, 0, sizeof(*m));
}

/* Claims the folder by creating raw.csv in it. Only one run can do that, so rows of two runs never mix. */
static int rundir_make(const char *path, int *created)
{
	char raw[PATH_MAX];
	int fd, error = 0;

	*created = mkdir(path, 0777) == 0;
	if (!*created && errno != EEXIST)
		error = errno;
	else if (snprintf(raw, sizeof(raw), "%s/raw.csv", path) >= (int)sizeof(raw))
		error = ENAMETOOLONG;
	else if ((fd = open(raw, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666)) >= 0)
		close(fd);
	else
		error = errno;
	if (error == EEXIST)
		fprintf(stderr,
			"pvq: %s already holds a run; continue it with --resume, or name a new folder\n",
			path);
	else if (error)
		fprintf(stderr, "pvq: cannot create the folder %s: %s\n", path, strerror(error));
	return -error;
}

void pvq_rundir_remove(const char *path, int created)
{
	char raw[PATH_MAX];

	if (snprintf(raw, sizeof(raw), "%s/raw.csv", path) < (int)sizeof(raw))
		unlink(raw);
	if (created)
		rmdir(path);
}

void pvq_rundir_latest(const char *path)
{
	const char *slash = strrchr(path, '/');

	/* The link is a convenience: failure to make it is reported, and the run continues. */
	if (unlink("reports/latest") && errno != ENOENT)
		fprintf(stderr, "pvq: cannot replace reports/latest: %s\n", strerror(errno));
	else if (symlink(slash ? slash + 1 : path, "reports/latest"))
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

int pvq_rundir_create(const char *wanted, char *path, size_t cap, int *created)
{
	int ret = 0;

	if (!wanted)
		ret = pvq_rundir_default("", path, cap);
	else if (snprintf(path, cap, "%s", wanted) >= (int)cap)
		ret = -ENAMETOOLONG;
	return ret ? ret : rundir_make(path, created);
}
