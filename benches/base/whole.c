/* whole.c: writes beside the file, and renames. */
#include "base/whole.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static int whole_put(int fd, const char *text, size_t len)
{
	while (len) {
		ssize_t put = write(fd, text, len);

		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return put ? -errno : -EIO;
		text += put;
		len -= (size_t)put;
	}
	return 0;
}

/* Some file systems cannot be forced to the disk; renaming is all that they offer. */
static int whole_force(int fd)
{
	return fsync(fd) && errno != EINVAL && errno != ENOTSUP && errno != EROFS ? -errno : 0;
}

static int whole_is_named(int fd, const char *path)
{
	struct stat ours, named;

	return fstat(fd, &ours) == 0 && stat(path, &named) == 0 && ours.st_dev == named.st_dev &&
	       ours.st_ino == named.st_ino;
}

/* The descriptor of the part, which is empty then; or -errno, and there is no part. */
static int whole_empty(int fd, const char *part)
{
	int ret = ftruncate(fd, 0) ? -errno : fd;

	if (ret < 0) {
		unlink(part);
		close(fd);
	}
	return ret;
}

/* Opens the part for one writer at a time: who waited for the lock may find the part renamed, and begins another. A killed
 * writer's part is taken over. Returns the descriptor or -errno. */
static int whole_open(const char *part)
{
	for (;;) {
		int fd = open(part, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);

		if (fd < 0)
			return -errno;
		while (flock(fd, LOCK_EX) && errno == EINTR)
			; /* without locks on this file system, writers are not kept apart */
		if (whole_is_named(fd, part))
			return whole_empty(fd, part);
		close(fd);
	}
}

static int whole_replace(const char *path, const char *text, size_t len)
{
	char part[PATH_MAX];
	int fd, ret;

	if (snprintf(part, sizeof(part), "%s.part", path) >= (int)sizeof(part))
		return -ENAMETOOLONG;
	fd = whole_open(part);
	if (fd < 0)
		return fd;
	ret = whole_put(fd, text, len);
	if (ret == 0)
		ret = whole_force(fd);
	if (ret == 0 && rename(part, path))
		ret = -errno;
	if (ret)
		unlink(part);
	close(fd);
	return ret;
}

static int whole_in_place(const char *path, const char *text, size_t len)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), ret;

	if (fd < 0)
		return -errno;
	ret = whole_put(fd, text, len);
	return close(fd) && ret == 0 ? -errno : ret;
}

int pvq_whole_write(const char *path, const char *text, size_t len)
{
	struct stat st;
	char *target;
	int ret;

	if (stat(path, &st))
		return errno == ENOENT ? whole_replace(path, text, len) : -errno;
	if (!S_ISREG(st.st_mode))
		return whole_in_place(path, text, len);
	target = realpath(path, NULL); /* a link stays a link */
	if (!target)
		return -errno;
	ret = whole_replace(target, text, len);
	free(target);
	return ret;
}

int pvq_whole_name(const char *part, const char *path)
{
	int fd = open(part, O_RDONLY | O_CLOEXEC), ret;

	if (fd < 0)
		return -errno;
	ret = whole_force(fd);
	close(fd);
	return ret == 0 && rename(part, path) ? -errno : ret;
}
