/* fail_malloc.c: a library to preload: the FAIL_AT-th allocation of a process fails, once. FAIL_IN names which processes:
 * "trial" or "driver". What hwloc allocates while it looks at the machine does not count: some of its versions then end the
 * program, which is not ours to mend.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

extern void *__libc_malloc(size_t), *__libc_calloc(size_t, size_t), *__libc_realloc(void *, size_t);

static atomic_long left;             /* 0: none fails */
static _Thread_local int is_looking; /* hwloc is */

__attribute__((constructor)) static void begin(int argc, char **argv)
{
	const char *at = getenv("FAIL_AT"), *in = getenv("FAIL_IN");
	int is_trial = argc > 1 && strcmp(argv[1], "trial") == 0;

	if (at && in && strcmp(in, is_trial ? "trial" : "driver") == 0)
		left = atol(at);
}

static int fails(void)
{
	if (is_looking || atomic_load(&left) <= 0 || atomic_fetch_sub(&left, 1) != 1)
		return 0;
	errno = ENOMEM;
	return 1;
}

void *malloc(size_t size)
{
	return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
	return fails() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
	return fails() ? NULL : __libc_realloc(old, size);
}

/* Calls hwloc's own function of that name with the topology. */
static int look(const char *name, void *topology)
{
	int (*real)(void *), ret;

	is_looking = 1;
	*(void **)&real = dlsym(RTLD_NEXT, name);
	ret = real(topology);
	is_looking = 0;
	return ret;
}

int hwloc_topology_init(void *topology)
{
	return look("hwloc_topology_init", topology);
}

int hwloc_topology_load(void *topology)
{
	return look("hwloc_topology_load", topology);
}
