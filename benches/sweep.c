/* sweep.h: blocks in random order, rows flushed one by one. */
#include "sweep.h"
#include "clock.h"
#include "launch.h"
#include "progress.h"
#include "rundir.h"
#include "shuffle.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

static const unsigned NO_BLOCK = UINT_MAX;

/* Everything that lasts for one session of a run. */
struct session {
	struct pvq_plan *plan;
	struct pvq_sweep *sweep;
	FILE *raw;
	int log_fd;          /* the trials' stderr */
	unsigned char *have; /* [block * ncell + cell]: that row is in raw.csv */
	unsigned *order;     /* cells, in this block's order */
	uint64_t began_ns;
	double block_s; /* how long the slowest whole block took */
	struct pvq_progress progress;
};

static double elapsed_s(const struct session *s)
{
	return (double)(pvq_clock_ns() - s->began_ns) / 1e9;
}

/* Seconds until the deadline; much where there is none. */
static double left_s(const struct session *s)
{
	return s->sweep->deadline_s != 0 ? s->sweep->deadline_s - elapsed_s(s) : 1e9;
}

/* Fills s->order: groups shuffled, then the cells within each. It follows from seed and block alone, in
 * every session. */
static int order_block(struct session *s, unsigned block)
{
	const struct pvq_plan *plan = s->plan;
	uint64_t state = plan->seed * 1000003u + block;
	unsigned *group = malloc((plan->ngroup + 1) * sizeof(*group)), n = 0;

	if (!group)
		return -ENOMEM;
	for (unsigned g = 0; g < plan->ngroup; g++)
		group[g] = g;
	pvq_shuffle(group, plan->ngroup, &state);
	for (unsigned g = 0; g < plan->ngroup; g++) {
		unsigned from = n;

		for (unsigned i = 0; i < plan->ncell; i++)
			if (plan->cell[i].group == group[g])
				s->order[n++] = i;
		pvq_shuffle(s->order + from, n - from, &state);
	}
	free(group);
	return 0;
}

/* What a row teaches about its cell and group: whether to go on with it, and the right digest. */
static void learn(struct pvq_plan *plan, const struct pvq_row *row)
{
	struct pvq_plan_cell *cell = &plan->cell[row->cell];

	if (row->status == PVQ_UNAVAILABLE || row->status == PVQ_TIMEOUT)
		cell->skip = 1;
	if (row->verified == PVQ_VERIFIED_NO || !row->oracle[0])
		return;
	for (unsigned i = 0; i < plan->ncell; i++)
		if (plan->cell[i].spec == cell->spec && plan->cell[i].n == cell->n)
			memcpy(plan->cell[i].oracle, row->oracle, sizeof(row->oracle));
}

static void say_full(struct session *s, int error)
{
	pvq_progress_end(&s->progress);
	fprintf(stderr, "pvq: cannot write %s/raw.csv: %s; the rows before are kept\n", s->sweep->dir,
		strerror(-error));
}

/* Cuts off a last line that was not written whole: its trial will be measured again. size: of what is left,
 * in bytes. */
static int mend_tail(int fd, const char *path, off_t *size)
{
	FILE *f = fopen(path, "re");
	off_t at = 0;
	int c;

	if (!f)
		return -errno;
	*size = 0;
	while ((c = getc(f)) != EOF) {
		at++;
		if (c == '\n')
			*size = at;
	}
	fclose(f);
	return at > *size && ftruncate(fd, *size) ? -errno : 0;
}

static int is_of(const struct pvq_plan_cell *cell, const struct pvq_row *row)
{
	char args[PVQ_ARGS_TEXT];

	pvq_spec_args(cell->spec, args, sizeof(args));
	return strcmp(cell->impl->name, row->impl) == 0 && strcmp(cell->spec->task->name, row->task) == 0 &&
	       strcmp(args, row->args) == 0 && cell->n == row->n && cell->workers == row->workers &&
	       cell->cores == row->cores;
}

/* Reads what an earlier session measured. */
static int recall(struct session *s, const char *path)
{
	unsigned blocks = s->plan->blocks;
	struct pvq_rows rows;
	FILE *f = fopen(path, "re");
	int ret = f ? pvq_rows_read(&rows, f) : -errno;

	if (!f)
		return ret;
	fclose(f);
	if (ret)
		fprintf(stderr, "pvq: %s: %s\n", path, rows.problem);
	for (size_t i = 0; ret == 0 && i < rows.count; i++) {
		const struct pvq_row *row = &rows.row[i];

		if (row->cell >= s->plan->ncell || !is_of(&s->plan->cell[row->cell], row)) {
			fprintf(stderr, "pvq: %s: row %zu is of no cell in plan.csv\n", path, i + 1);
			ret = -EBADMSG;
		} else if (row->block < blocks) {
			s->have[(size_t)row->block * s->plan->ncell + row->cell] = 1;
			learn(s->plan, row);
		}
	}
	pvq_rows_free(&rows);
	return ret;
}

static int session_open(struct session *s)
{
	const char *dir = s->sweep->dir;
	char path[PATH_MAX], log[PATH_MAX];
	off_t size = 0;
	int ret;

	if (snprintf(path, sizeof(path), "%s/raw.csv", dir) >= (int)sizeof(path) ||
		snprintf(log, sizeof(log), "%s/trials.log", dir) >= (int)sizeof(log))
		return -ENAMETOOLONG;
	s->have = calloc((size_t)s->plan->blocks * s->plan->ncell + 1, 1);
	s->order = calloc(s->plan->ncell + 1, sizeof(*s->order));
	if (!s->have || !s->order)
		return -ENOMEM;
	s->log_fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	if (s->log_fd < 0) {
		ret = -errno;
		fprintf(stderr, "pvq: cannot open %s: %s\n", log, strerror(-ret));
		return ret;
	}
	s->raw = pvq_rundir_open(dir, "raw.csv", "ae");
	if (!s->raw)
		return -EIO;
	if (flock(fileno(s->raw), LOCK_EX | LOCK_NB)) {
		fprintf(stderr, "pvq: another pvq is writing to %s\n", dir);
		return -EBUSY;
	}
	ret = mend_tail(fileno(s->raw), path, &size);
	if (ret == 0 && size > 0)
		return recall(s, path);
	if (ret == 0)
		ret = pvq_row_header(s->raw);
	if (ret)
		say_full(s, ret);
	return ret;
}

static void session_close(struct session *s)
{
	if (s->raw)
		fclose(s->raw); /* every row was flushed and checked when it was written */
	if (s->log_fd >= 0)
		close(s->log_fd);
	free(s->have);
	free(s->order);
}

static int measured(const struct session *s, unsigned block, unsigned cell)
{
	return s->have[(size_t)block * s->plan->ncell + cell] || s->plan->cell[cell].skip;
}

/* Cells that the block lacks; of NO_BLOCK, all that are still being measured. */
static unsigned missing_in(const struct session *s, unsigned block)
{
	unsigned count = 0;

	for (unsigned i = 0; i < s->plan->ncell; i++)
		count += block == NO_BLOCK ? !s->plan->cell[i].skip : !measured(s, block, i);
	return count;
}

/* How many blocks can still be hoped for, whole ones and the present included. */
static unsigned expected_blocks(const struct session *s, unsigned block, double block_s)
{
	unsigned max = s->plan->blocks;
	double left = left_s(s);

	if (block_s <= 0 || left / block_s > max)
		return max;
	block += left > 0 ? (unsigned)(left / block_s) : 0;
	return block + 1 < max ? block + 1 : max;
}

static void show(struct session *s, unsigned block, unsigned done, const struct pvq_plan_cell *cell)
{
	double block_s = s->block_s > 0 ? s->block_s : pvq_plan_block_s(s->plan);
	unsigned blocks = expected_blocks(s, block, block_s);
	double left = (blocks - block - (double)done / s->plan->ncell) * block_s;
	char what[160], args[PVQ_ARGS_TEXT];

	pvq_spec_args(cell->spec, args, sizeof(args));
	snprintf(what, sizeof(what), "%.30s%s%.60s, %u worker%s, %.30s", cell->spec->task->name,
		args[0] ? ":" : "", args, cell->workers, cell->workers == 1 ? "" : "s", cell->impl->name);
	pvq_progress_draw(&s->progress, s->sweep->trials, (unsigned long)blocks * s->plan->ncell,
		elapsed_s(s), left, what);
}

/* Measures one cell and writes its row. 1: time ran out, no row. */
static int run_cell(struct session *s, unsigned block, unsigned cell)
{
	struct pvq_trial t = pvq_plan_trial(s->plan, cell, block, s->sweep->host);
	struct pvq_launch_io io = {.out_fd = -1, .err_fd = s->log_fd};
	double timeout_s = s->plan->timeout_s, cut_s = left_s(s) + 1;
	struct pvq_row row;
	int ret = pvq_launch_trial(&t, timeout_s < cut_s ? timeout_s : cut_s, &io, &row);

	if (ret)
		return ret;
	if (row.status == PVQ_TIMEOUT && cut_s < timeout_s)
		return 1; /* it was not the trial that took too long */
	ret = pvq_row_write(s->raw, &row);
	if (ret) {
		say_full(s, ret);
		return ret;
	}
	s->have[(size_t)block * s->plan->ncell + cell] = 1;
	s->sweep->trials++;
	s->sweep->failed += row.status != PVQ_OK && row.status != PVQ_UNAVAILABLE;
	learn(s->plan, &row);
	return 0;
}

/* 0: the block is whole. 1: time ran out within it. -errno. */
static int run_block(struct session *s, unsigned block)
{
	double began_s = elapsed_s(s), lost_s = 0, took_s;
	unsigned missing = missing_in(s, block), active = missing_in(s, NO_BLOCK);
	int ret = order_block(s, block);

	for (unsigned i = 0; ret == 0 && i < s->plan->ncell; i++) {
		unsigned cell = s->order[i];

		if (measured(s, block, cell))
			continue;
		if (left_s(s) < 0)
			return 1;
		show(s, block, i, &s->plan->cell[cell]);
		took_s = elapsed_s(s);
		ret = run_cell(s, block, cell);
		if (s->plan->cell[cell].skip)
			lost_s += elapsed_s(s) - took_s; /* it will not be tried again */
	}
	took_s = elapsed_s(s) - began_s - lost_s;
	if (ret == 0 && missing == active && took_s > s->block_s)
		s->block_s = took_s;
	return ret;
}

/* A block that would not end in time is not begun: half a block is hardly worth its time. */
static int fits(const struct session *s)
{
	return s->block_s <= left_s(s);
}

int pvq_sweep_run(struct pvq_plan *plan, struct pvq_sweep *sweep)
{
	struct session s = {.plan = plan, .sweep = sweep, .log_fd = -1, .began_ns = pvq_clock_ns()};
	int ret;

	pvq_progress_init(&s.progress);
	ret = session_open(&s);
	sweep->end = PVQ_SWEEP_BLOCKS;
	sweep->trials = sweep->failed = sweep->blocks = 0;
	for (unsigned block = 0; ret == 0 && block < plan->blocks; block++) {
		if (missing_in(&s, block) && !fits(&s))
			ret = 1;
		else
			ret = run_block(&s, block);
		if (ret == 0)
			sweep->blocks++;
	}
	pvq_progress_end(&s.progress);
	session_close(&s);
	if (ret == 1)
		sweep->end = PVQ_SWEEP_BUDGET;
	else if (ret == -EINTR)
		sweep->end = PVQ_SWEEP_INTERRUPTED;
	else
		return ret;
	return 0;
}
