/* mqueue.c: sends a byte to a process and one back through message queues, POSIX's and System V's. */
#include "link.h"

#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <stdio.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <unistd.h>

/* ---- POSIX: one queue each way; fd holds its descriptor ---- */

/* Opens a queue and unlinks its name at once: the open queue stays, and nothing is left behind however we end. */
static int posix_open_one(int way)
{
	struct mq_attr attr = {.mq_maxmsg = 1, .mq_msgsize = 1};
	char name[64];
	mqd_t queue;

	snprintf(name, sizeof(name), "/pvq-micro-%d-%d", (int)getpid(), way);
	queue = mq_open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600, &attr);
	if (queue == (mqd_t)-1)
		return -errno;
	mq_unlink(name);
	return (int)queue;
}

static int posix_open(struct pvq_link *link)
{
	for (int way = 0; way < PVQ_WAYS; way++) {
		int queue = posix_open_one(way);

		if (queue < 0)
			return queue;
		link->fd[way][0] = queue;
	}
	return 0;
}

static int posix_send(struct pvq_link *link, int way)
{
	while (mq_send(link->fd[way][0], "", 1, 0))
		if (errno != EINTR)
			return -errno;
	return 0;
}

static int posix_receive(struct pvq_link *link, int way)
{
	char byte;

	while (mq_receive(link->fd[way][0], &byte, 1, NULL) < 0)
		if (errno != EINTR)
			return -errno;
	return 0;
}

static void posix_close(struct pvq_link *link)
{
	for (int way = 0; way < PVQ_WAYS; way++)
		if (link->fd[way][0] >= 0)
			mq_close(link->fd[way][0]);
}

static const struct pvq_link_kind posix_kind = {
	.open = posix_open,
	.send = posix_send,
	.receive = posix_receive,
	.close = posix_close,
};

/* ---- System V: one queue; the message's type is the way ---- */

struct sysv_message {
	long type;
	char text[1];
};

static int sysv_open(struct pvq_link *link)
{
	int queue = msgget(IPC_PRIVATE, 0600);

	if (queue < 0)
		return -errno;
	link->fd[PVQ_TO_PARTNER][0] = queue;
	return 0;
}

static int sysv_send(struct pvq_link *link, int way)
{
	struct sysv_message message = {.type = way + 1};

	while (msgsnd(link->fd[PVQ_TO_PARTNER][0], &message, sizeof(message.text), 0))
		if (errno != EINTR)
			return -errno;
	return 0;
}

static int sysv_receive(struct pvq_link *link, int way)
{
	struct sysv_message message;

	while (msgrcv(link->fd[PVQ_TO_PARTNER][0], &message, sizeof(message.text), way + 1, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return 0;
}

static void sysv_close(struct pvq_link *link)
{
	if (link->fd[PVQ_TO_PARTNER][0] >= 0)
		msgctl(link->fd[PVQ_TO_PARTNER][0], IPC_RMID, NULL);
}

static const struct pvq_link_kind sysv_kind = {
	.open = sysv_open,
	.send = sysv_send,
	.receive = sysv_receive,
	.close = sysv_close,
};

static const struct pvq_micro_case mqueue_cases[] = {
	{.name = "mqueue/posix_round_trip",
		.op = "a byte to a process and one back, through two POSIX message queues",
		.run = pvq_link_round_trips,
		.data = &posix_kind,
		.handovers = 2,
		.syscalls = 4,
		.arg_name = "cores",
		.lo = 1,
		.hi = 2,
		.brief_hi = 2,
		.factor = 2,
		.flags = PVQ_MICRO_PINNED},
	{.name = "mqueue/sysv_round_trip",
		.op = "a byte to a process and one back, through a System V message queue",
		.run = pvq_link_round_trips,
		.data = &sysv_kind,
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

const struct pvq_micro pvq_micro_mqueue = {.name = "mqueue", .cases = mqueue_cases};
