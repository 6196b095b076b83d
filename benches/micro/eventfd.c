/* eventfd.c: sends a count to a process and one back, through two eventfds. */
#include "link.h"

#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

static int eventfd_open(struct pvq_link *link)
{
	for (int way = 0; way < PVQ_WAYS; way++) {
		link->fd[way][0] = eventfd(0, EFD_CLOEXEC);
		if (link->fd[way][0] < 0)
			return -errno;
	}
	return 0;
}

static int eventfd_send(struct pvq_link *link, int way)
{
	while (eventfd_write(link->fd[way][0], 1))
		if (errno != EINTR)
			return -errno;
	return 0;
}

static int eventfd_receive(struct pvq_link *link, int way)
{
	eventfd_t count;

	while (eventfd_read(link->fd[way][0], &count))
		if (errno != EINTR)
			return -errno;
	return 0;
}

static const struct pvq_link_kind eventfd_kind = {
	.open = eventfd_open,
	.send = eventfd_send,
	.receive = eventfd_receive,
	.close = pvq_link_close_fds,
};

static const struct pvq_micro_case eventfd_cases[] = {
	{.name = "eventfd/round_trip",
		.op = "a count to a process and one back, through two eventfds",
		.run = pvq_link_round_trips,
		.data = &eventfd_kind,
		.handovers = 2,
		.syscalls = 4,
		.arg_name = "cores",
		.lo = 1,
		.hi = 2,
		.brief_hi = 2,
		.factor = 2,
		.flags = PVQ_MICRO_PINNED},
	{0},
};

const struct pvq_micro pvq_micro_eventfd = {.name = "eventfd", .cases = eventfd_cases};
