/* pool_memory.c: how much memory a worker has taken since it was forked, and may take. All of it is called in workers. */
#include "pool_shared.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

/* Of this process, in bytes: what it has in memory and shares with no file and nobody but its ancestors; and what the kernel
 * holds against RLIMIT_DATA, with its stack. */
struct memory {
	uint64_t own, data;
};

static uint64_t inherited; /* of that, when it was forked */

/* 0, or -errno. */
static int read_memory(struct memory *m)
{
	char text[256];
	uint64_t field[8] = {0}, page = (uint64_t)sysconf(_SC_PAGESIZE);
	int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC), ret = 0;
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text));
	unsigned at = 0;

	if (n < 0)
		ret = -errno;
	if (fd >= 0)
		close(fd);
	/* size resident shared text lib data dt, in pages */
	for (ssize_t i = 0; i < n && at < 7; i++)
		if (text[i] >= '0' && text[i] <= '9')
			field[at] = 10 * field[at] + (uint64_t)(text[i] - '0');
		else
			at++;
	*m = (struct memory){.own = (field[1] - field[2]) * page, .data = field[5] * page};
	return ret;
}

/* Lowers the limit to so much. Lower ones that the program has set itself stay. 0, or -errno. */
static int limit_data(uint64_t most)
{
	struct rlimit limit = {.rlim_cur = RLIM_INFINITY};

	getrlimit(RLIMIT_DATA, &limit);
	if (limit.rlim_cur <= most)
		return 0;
	limit.rlim_cur = most;
	return setrlimit(RLIMIT_DATA, &limit) ? -errno : 0;
}

int pvq_pool_bound_memory(const struct pvq_pool *p)
{
	struct memory m;
	int ret;

	if (p->config.recycle_memory == 0 && p->config.max_memory == 0)
		return 0;
	ret = read_memory(&m);
	inherited = m.own;
	if (ret == 0 && p->config.max_memory && m.data + p->config.max_memory > m.data)
		ret = limit_data(m.data + p->config.max_memory);
	return ret;
}

int pvq_pool_has_grown(const struct pvq_pool *p)
{
	struct memory m;

	return read_memory(&m) == 0 && m.own > inherited && m.own - inherited > p->config.recycle_memory;
}
