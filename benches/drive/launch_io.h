/* launch_io.h: what the driver gives a process beside its arguments: its output, and an observer. */
#ifndef PVQ_LAUNCH_IO_H
#define PVQ_LAUNCH_IO_H

#include <sys/types.h>

/* Observes a trial while it runs. observe() is called with the trial's process whenever fd (-1: none) can be read, and
 * every every_ms milliseconds (0: never). The last call, with pid 0, follows the trial's end, before the clean-up. */
struct pvq_launch_observer {
	int fd;
	unsigned every_ms;
	void (*observe)(struct pvq_launch_observer *, pid_t pid);
};

/* Where a trial's own output goes; -1: /dev/null. Its input is /dev/null too, or the driver's own where `input` is set. */
struct pvq_launch_io {
	int out_fd, err_fd, input;
	struct pvq_launch_observer *observer; /* NULL: none */
};

#endif
