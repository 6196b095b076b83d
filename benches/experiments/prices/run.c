/* run.c: measures the price list by pvq-micro, which lies beside this binary. */
#include "experiments/prices/run.h"
#include "base/rundir.h"
#include "child.h"
#include "drive/launch.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

int pvq_prices_run(const struct pvq_session *session)
{
	const struct pvq_launch_io io = {.out_fd = -1, .err_fd = -1};
	const double timeout_s = 30; /* it takes about 10 s */
	char program[] = "pvq-micro", brief[] = "--short", out[] = "--out", here[] = ".", fate[64];
	char *argv[] = {program, brief, out, here, NULL};
	struct pvq_partial part; /* keeps others out; pvq-micro itself names the file */
	int wstatus = 0, ret = pvq_partial_begin(&part, session->dir, "micro.json");

	if (ret)
		return ret < 0 ? ret : 0;
	fprintf(stderr, "pvq: measuring the price list\n");
	ret = pvq_launch_command(argv, session->dir, timeout_s, &io, &wstatus);
	(void)pvq_partial_end(&part, -EIO); /* removes what a program that was ended has left */
	if (ret == -ETIMEDOUT)
		fprintf(stderr, "pvq: no price list: %s took longer than its %.0f s\n", program, timeout_s);
	else if ((ret || wstatus) && ret != -EINTR)
		fprintf(stderr, "pvq: no price list: %s: %s\n", program,
			ret ? strerror(-ret) : pvq_child_fate(wstatus, fate, sizeof(fate)));
	return ret;
}
