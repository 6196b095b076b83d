/* race.c: runs the blocks of a grading. */
#include "grade/race.h"
#include "base/clock.h"
#include "base/shuffle.h"
#include "drive/host.h"
#include "drive/launch.h"
#include "grade/check.h"
#include "grade/score.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { STUDENT, REFERENCE, SERIAL, LANES };
enum { BLOCKS_MAX = 40, TRIAL_S = 10, SEED = 7 };

struct lanes {
	const struct pvq_impl *impl[LANES];
	double time[LANES][BLOCKS_MAX];
	size_t n;
};

/* Asks the student's program for its descriptor, as a peer's. 0; 1: it does not answer; -errno, told. */
static int describe(struct pvq_registry *registry, char *script)
{
	char word[] = "describe", problem[PVQ_PROBLEM_MAX];
	char *argv[] = {script, word, NULL};
	int fd = memfd_create("describe", MFD_CLOEXEC), wstatus = 0, ret;
	const struct pvq_launch_io io = {.out_fd = fd, .err_fd = -1};
	FILE *f = fd < 0 ? NULL : fdopen(fd, "r+e");

	ret = f ? pvq_launch_command(argv, ".", TRIAL_S, &io, &wstatus) : -errno;
	if (ret == 0 && wstatus)
		ret = 1;
	if (ret == 0) {
		rewind(f);
		ret = pvq_registry_add(registry, f, script, problem);
		/* Only what the program wrote is the student's failure. */
		ret = ret == -ENOMEM || ret == -EIO ? ret : ret || !registry->peers;
	}
	if (f)
		fclose(f);
	else if (fd >= 0)
		close(fd);
	if (ret < 0 && ret != -ETIMEDOUT && ret != -EINTR)
		fprintf(stderr, "pvq: cannot measure: %s\n", strerror(-ret));
	return ret == -ETIMEDOUT ? 1 : ret;
}

/* Tells what went wrong in a trial. Only the student's own trial is the student's failure. */
static void say_failure(
	struct pvq_grading *g, const struct pvq_row *row, int lane, const struct pvq_box *box)
{
	unsigned processes;
	enum pvq_box_end end = lane == STUDENT ? pvq_box_ended(box, &processes) : PVQ_BOX_ENDED;
	int is_wrong = lane == STUDENT && end != PVQ_BOX_BROKEN && row->cause != PVQ_CAUSE_NOT_BEGUN &&
		       row->cause != PVQ_CAUSE_NOT_RECORDED;

	g->grade = is_wrong ? PVQ_GRADE_WRONG : PVQ_GRADE_OPEN;
	g->points = is_wrong ? 0 : PVQ_UNKNOWN_U64;
	if (is_wrong)
		snprintf(g->failed, sizeof(g->failed), "measuring");
	if (end != PVQ_BOX_ENDED)
		pvq_check_say_end(g, box, end, processes, "measuring");
	else
		pvq_grading_say(g, "measuring: %s's trial ended as '%s': %s",
			lane == STUDENT ? "its" : row->impl, pvq_status_name(row->status), row->reason);
}

/* Runs a block. 1: done; 0: a trial failed, and the sentence says why; -ETIME: there was no time for all of it; other
 * -errno. */
static int run_block(struct lanes *l, struct pvq_trial *t, unsigned *order, double left_s,
	const struct pvq_box *box, struct pvq_grading *g)
{
	const struct pvq_launch_io io = {.out_fd = -1, .err_fd = -1};
	uint64_t until = pvq_clock_ns() + (uint64_t)(left_s * 1e9);
	unsigned workers = t->workers, processes;
	double left;

	for (int i = 0; i < LANES; i++) {
		unsigned lane = order[i];
		struct pvq_row row;
		int ret;

		t->impl = l->impl[lane];
		t->workers = t->impl->flags & PVQ_ONE_WORKER ? 1 : workers;
		left = (double)(until - pvq_clock_ns()) / 1e9;
		ret = pvq_clock_ns() >= until
			      ? -ETIME
			      : pvq_launch_trial(t, left < TRIAL_S ? left : TRIAL_S, &io, &row);
		t->workers = workers;
		if (ret == 0 && row.status == PVQ_TIMEOUT && left < TRIAL_S)
			ret = -ETIME;
		if (ret)
			return ret;
		if (row.status != PVQ_OK ||
			(lane == STUDENT && pvq_box_ended(box, &processes) != PVQ_BOX_ENDED)) {
			say_failure(g, &row, (int)lane, box);
			return 0;
		}
		l->time[lane][l->n] = (double)row.total_ns;
	}
	l->n++;
	return 1;
}

static int run_blocks(const struct pvq_race *race, struct lanes *l, struct pvq_trial *t,
	const struct pvq_box *box, struct pvq_grading *g)
{
	uint64_t began = pvq_clock_ns(), random = SEED;
	unsigned order[LANES] = {STUDENT, REFERENCE, SERIAL},
		 most = race->blocks < BLOCKS_MAX ? race->blocks : BLOCKS_MAX;
	int ret = 1;

	for (unsigned block = 0; ret > 0 && block < most; block++) {
		if (pvq_grade_settled(l->time[STUDENT], l->time[REFERENCE], l->n))
			break;
		race->told(block, most);
		t->block = block;
		pvq_shuffle(order, LANES, &random);
		ret = run_block(l, t, order, race->left_s - (double)(pvq_clock_ns() - began) / 1e9, box, g);
	}
	if (ret > 0 || ret == -ETIME)
		pvq_grade_score(g, l->time[STUDENT], l->time[REFERENCE], l->time[SERIAL], l->n);
	return ret < 0 && ret != -ETIME ? ret : 0;
}

int pvq_race_run(const struct pvq_entry *e, const struct pvq_race *race, struct pvq_grading *g)
{
	static struct lanes lanes; /* large */
	struct pvq_box box = {.cpu_s = 2 * TRIAL_S,
		.file_mb = 256,
		.memory_mb = 1024,
		.processes = 256,
		.limit_ms = 1000 * TRIAL_S,
		.look_ms = 500};
	struct pvq_registry registry = {.linked_in = pvq_linked_in};
	char script[PATH_MAX];
	struct pvq_host host;
	struct pvq_spec spec;
	struct pvq_trial t = {.spec = &spec, .n = race->n, .seed = SEED, .oracle = ""};
	int ret = pvq_spec_parse(&spec, race->task) || pvq_host_read(&host) ? -EINVAL : 0;

	if (ret)
		return ret;
	pvq_spec_settle(&spec);
	snprintf(g->task, sizeof(g->task), "%s", race->task);
	g->n = race->n;
	t.cpu = host.cpu;
	t.ncpu = g->workers = t.workers = host.usable;
	ret = pvq_entry_box(e, "trial", "program", &box, script);
	if (ret == 0)
		ret = describe(&registry, script);
	if (ret > 0) {
		g->grade = PVQ_GRADE_WRONG;
		snprintf(g->failed, sizeof(g->failed), "describe");
		pvq_grading_say(g,
			"its program does not describe itself: a file holds the strategy and nothing that runs before main()");
		ret = 0;
	} else if (ret == 0 && registry.peer) {
		lanes = (struct lanes){.impl = {registry.peer[0], race->reference, race->serial}};
		ret = run_blocks(race, &lanes, &t, &box, g);
	}
	pvq_registry_free(&registry);
	return ret;
}
