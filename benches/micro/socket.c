/* socket.c: the same as pipe.c, through a pair of connected Unix stream sockets, which carry both ways. */
#include "link.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

/* One pair: each side writes to and reads from its own end. */
static int socket_open(struct pvq_link *link)
{
	return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, link->fd[PVQ_TO_PARTNER]) ? -errno : 0;
}

static int socket_send(struct pvq_link *link, int way)
{
	return pvq_link_write_byte(link->fd[PVQ_TO_PARTNER][way == PVQ_TO_PARTNER]);
}

static int socket_receive(struct pvq_link *link, int way)
{
	return pvq_link_read_byte(link->fd[PVQ_TO_PARTNER][way != PVQ_TO_PARTNER]);
}

static const struct pvq_link_kind socket_kind = {
	.open = socket_open,
	.send = socket_send,
	.receive = socket_receive,
	.close = pvq_link_close_fds,
};

static const struct pvq_micro_case socket_cases[] = {
	{.name = "socket/round_trip",
		.op = "a byte to a process and one back, through a Unix stream socket",
		.run = pvq_link_round_trips,
		.data = &socket_kind,
		.handovers = 2,
		.syscalls = 4,
		.arg_name = "cores",
		.lo = 1,
		.hi = 2,
		.brief_hi = 2,
		.factor = 2,
		.flags = PVQ_MICRO_PINNED},
	{.name = "socket/stream",
		.op = "write that many bytes to a Unix stream socket that another process empties",
		.run = pvq_link_stream,
		.data = &socket_kind,
		.syscalls = 2,
		.arg_name = "bytes",
		.lo = 64,
		.hi = 1 << 20,
		.brief_hi = 1 << 18,
		.factor = 4,
		.flags = PVQ_MICRO_PINNED},
	{0},
};

const struct pvq_micro pvq_micro_socket = {.name = "socket", .cases = socket_cases};
