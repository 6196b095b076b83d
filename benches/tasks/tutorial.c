/* tutorial.c: takes a parameter, returns parameter * 10. */
#include "tasks/tutorial.h"

#include <errno.h>
#include <string.h>
#include <time.h>

int pvq_tutorial_build(struct pvq_load *load, struct pvq_error *err)
{
	(void)err;
	load->max_in = load->max_out = sizeof(uint64_t);
	return 0;
}

struct pvq_span pvq_tutorial_input(const struct pvq_load *load, uint64_t id, void *scratch)
{
	uint64_t parameter = id + 1;

	(void)load;
	memcpy(scratch, &parameter, sizeof(parameter));
	return (struct pvq_span){.ptr = scratch, .len = sizeof(parameter)};
}

ssize_t pvq_tutorial_run(const struct pvq_load *load, const void *in, size_t len, void *out, size_t cap)
{
	uint64_t value;

	(void)load;
	if (len != sizeof(value))
		return -EBADMSG;
	if (cap < sizeof(value))
		return -EMSGSIZE;
	memcpy(&value, in, sizeof(value));
	value *= 10;
	memcpy(out, &value, sizeof(value));
	return sizeof(value);
}

ssize_t pvq_tutorial_expect(const struct pvq_load *load, uint64_t id, void *out, size_t cap)
{
	uint64_t parameter = id + 1, right = (parameter << 3) + (parameter << 1);

	(void)load;
	if (cap < sizeof(right))
		return -EMSGSIZE;
	memcpy(out, &right, sizeof(right));
	return sizeof(right);
}

/* Sleeps until a fixed moment: a signal must not lengthen the sleep. */
void pvq_tutorial_sleep(uint64_t ns)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += (time_t)(ns / 1000000000);
	until.tv_nsec += (long)(ns % 1000000000);
	if (until.tv_nsec >= 1000000000) {
		until.tv_nsec -= 1000000000;
		until.tv_sec++;
	}
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR)
		;
}
