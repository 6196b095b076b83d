/* fail_malloc.c: a library to preload: the FAIL_AT-th allocation of a process fails, once. FAIL_IN names which processes:
 * "trial" or "driver".
 */
#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

extern void *__libc_malloc(size_t), *__libc_calloc(size_t, size_t), *__libc_realloc(void *, size_t);

static atomic_long left; /* 0: none fails */

__attribute__((constructor)) static void begin(int argc, char **argv)
{
	const char *at = getenv("FAIL_AT"), *in = getenv("FAIL_IN");
	int is_trial = argc > 1 && strcmp(argv[1], "trial") == 0;

	if (at && in && strcmp(in, is_trial ? "trial" : "driver") == 0)
		left = atol(at);
}

static int fails(void)
{
	if (atomic_load(&left) <= 0 || atomic_fetch_sub(&left, 1) != 1)
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
