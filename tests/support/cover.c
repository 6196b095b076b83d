/* cover.c: a process that ends by _exit(), as workers do, writes what it has covered. Linked in by `make coverage`. */
#include <stdlib.h>
#include <unistd.h>

void __gcov_dump(void);
pid_t __wrap_vfork(void);
_Noreturn void __real__exit(int status);
_Noreturn void __wrap__exit(int status);

/* Where counts cannot be written, by another user or in a box, stderr remains what the program wrote. */
__attribute__((constructor)) static void be_quiet(void)
{
	setenv("GCOV_ERROR_FILE", "/dev/null", 0);
}

_Noreturn void __wrap__exit(int status)
{
	__gcov_dump();
	__real__exit(status);
}

/* A child that shares its parent's memory would write its parent's counts, which are written once. */
pid_t __wrap_vfork(void)
{
	return fork();
}
