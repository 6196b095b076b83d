/* pool_crash.c: a worker that crashes says where, on request. */
#include "pool_shared.h"

#include <execinfo.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

enum { FRAMES = 64 };

static const int crash[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};

static unsigned number; /* of this worker */

/* A stack that has overflowed is no place for a handler. */
static _Alignas(16) char stack[64 << 10];

static char *put_number(char *at, unsigned n)
{
	if (n >= 10)
		at = put_number(at, n / 10);
	*at = (char)('0' + n % 10);
	return at + 1;
}

/* Calls nothing but what a handler of signals may call. */
static void crashed(int sig)
{
	const char *abbrev = sigabbrev_np(sig);
	void *frame[FRAMES];
	char line[64], *at = line;

	at = stpcpy(at, "worker ");
	at = put_number(at, number);
	at = stpcpy(at, " is killed by SIG");
	at = stpcpy(at, abbrev);
	at = stpcpy(at, ":\n");
	(void)!write(STDERR_FILENO, line, (size_t)(at - line));
	backtrace_symbols_fd(frame, backtrace(frame, FRAMES), STDERR_FILENO);
	raise(sig); /* not blocked, and its action is the default one again: so it ends as it would have */
}

/* The first call loads a library, which a handler may not. */
void pvq_pool_load_backtrace(void)
{
	void *frame;

	(void)backtrace(&frame, 1);
}

void pvq_pool_catch_crashes(unsigned w)
{
	const stack_t other = {.ss_sp = stack, .ss_size = sizeof(stack)};
	struct sigaction action = {
		.sa_handler = crashed, .sa_flags = (int)(SA_ONSTACK | SA_RESETHAND | SA_NODEFER)};

	number = w;
	sigaltstack(&other, NULL);
	for (size_t i = 0; i < sizeof(crash) / sizeof(*crash); i++)
		sigaction(crash[i], &action, NULL);
}
