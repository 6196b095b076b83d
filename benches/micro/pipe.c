/* pipe.c: sends a byte through a pipe and one back through another; and streams blocks of each size through a pipe. */
#include "link.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static int pipe_open(struct pvq_link *link)
{
	for (int way = 0; way < PVQ_WAYS; way++)
		if (pipe2(link->fd[way], O_CLOEXEC))
			return -errno;
	return 0;
}

static int pipe_send(struct pvq_link *link, int way)
{
	return pvq_link_write_byte(link->fd[way][1]);
}

static int pipe_receive(struct pvq_link *link, int way)
{
	return pvq_link_read_byte(link->fd[way][0]);
}

static const struct pvq_link_kind pipe_kind = {
	.open = pipe_open,
	.send = pipe_send,
	.receive = pipe_receive,
	.close = pvq_link_close_fds,
};

static const struct pvq_micro_case pipe_cases[] = {
	{.name = "pipe/round_trip",
		.op = "a byte to a process and one back, through two pipes",
		.run = pvq_link_round_trips,
		.data = &pipe_kind,
		.handovers = 2,
		.syscalls = 4,
		.arg_name = "cores",
		.lo = 1,
		.hi = 2,
		.brief_hi = 2,
		.factor = 2,
		.flags = PVQ_MICRO_PINNED},
	{.name = "pipe/stream",
		.op = "write that many bytes to a pipe that another process empties",
		.run = pvq_link_stream,
		.data = &pipe_kind,
		.syscalls = 2,
		.arg_name = "bytes",
		.lo = 64,
		.hi = 1 << 20,
		.brief_hi = 1 << 18,
		.factor = 4,
		.flags = PVQ_MICRO_PINNED},
	{0},
};

const struct pvq_micro pvq_micro_pipe = {.name = "pipe", .cases = pipe_cases};
