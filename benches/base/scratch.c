/* scratch.c: makes a folder for a while, and removes it. */
#include "base/scratch.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int pvq_scratch_make(char *dir, size_t cap, const char *name)
{
	const char *tmp = getenv("TMPDIR");
	int len = snprintf(dir, cap, "%s/pvq-%s.XXXXXX", tmp && *tmp ? tmp : "/tmp", name);
	int ret = len < 0 || (size_t)len >= cap ? -ENAMETOOLONG : mkdtemp(dir) ? 0 : -errno;

	if (ret)
		dir[0] = '\0';
	return ret;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st;
	(void)kind;
	(void)at;
	(void)remove(path);
	return 0;
}

void pvq_scratch_remove(const char *dir)
{
	if (dir[0] && nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS | FTW_MOUNT))
		fprintf(stderr, "pvq: cannot remove %s: %s\n", dir, strerror(errno));
}
