/* sweep.c: measures blocks in random order, and flushes rows one by one. */
#include "drive/sweep.h"
#include "base/clock.h"
#include "base/progress.h"
#include "base/rundir.h"
#include "base/shuffle.h"
#include "drive/admit.h"
#include "drive/launch.h"
#include "drive/peers.h"
#include "stats/levels.h"
#include "stats/stats.h"
#include "trial/registry.h"
#include "trial/twin.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The state of a work while it is measured. */
struct progress_of_work {
	struct pvq_admit admit;
	double spent_s;  /* in this block, so far */
	unsigned blocks; /* whole ones */
};

/* What the driver's probe saw around a trial, in ns; 0: unknown. */
struct look {
	double before, after;
};

/* The state of one session of a run. */
struct session {
	struct pvq_plan *plan;
	struct pvq_sweep *sweep;
	FILE *raw;
	int log_fd;        /* the trials' stderr */
	unsigned most;     /* blocks of a work that lacks some */
	double *map_ns;    /* [block * ncell + cell]; 0: not measured yet, below 0: measured, and failed */
	struct look *look; /* likewise */
	double *scratch;   /* room for both looks of every trial */
	int *level;        /* room for a level of each cell */
	unsigned char *takes_part; /* in this block, by cell */
	signed char *seen_level;   /* [block * ncell + cell]; NULL: nobody chooses cells */
	double *cell_s;            /* of each cell's slowest trial, likewise */
	unsigned *off;             /* and for each cell */
	double again_s;            /* what measuring again took */
	struct progress_of_work *work;
	unsigned *order, ordered; /* cells, in this block's order */
	unsigned *turn;           /* room for as many */
	uint64_t began_ns;
	struct pvq_progress progress;
};

static double elapsed_s(const struct session *s)
{
	return (double)(pvq_clock_ns() - s->began_ns) / 1e9;
}

/* Seconds until the deadline; a large number if there is none. */
static double left_s(const struct session *s)
{
	return s->sweep->deadline_s != 0 ? s->sweep->deadline_s - elapsed_s(s) : 1e9;
}

/* ---- the order within a block ---- */

/* Appends the group's cells in a random order that lasts for as many blocks as the group has cells; each block rotates
 * it by one more place. */
static void order_group(struct session *s, unsigned group, unsigned block)
{
	const struct pvq_plan *plan = s->plan;
	unsigned *cell = s->order + s->ordered, *turn = s->turn, n = 0, by;
	uint64_t state;

	for (unsigned i = 0; i < plan->ncell; i++)
		if (plan->cell[i].group == group && s->takes_part[i])
			cell[n++] = i;
	if (n == 0)
		return;
	/* From here on all depends on the seed, the group and the square's number alone. */
	state = plan->seed * 1000003u + (uint64_t)group * 7919u + block / n;
	pvq_shuffle(cell, n, &state);
	for (unsigned i = 0; i < n; i++)
		turn[i] = i;
	pvq_shuffle(turn, n, &state);
	by = turn[block % n];
	for (unsigned i = 0; i < n; i++)
		turn[i] = cell[(i + by) % n];
	memcpy(cell, turn, n * sizeof(*cell));
	s->ordered += n;
}

static unsigned work_of_group(const struct pvq_plan *plan, unsigned group)
{
	unsigned i = 0;

	while (plan->cell[i].group != group)
		i++;
	return plan->cell[i].work;
}

/* Fills s->order with the cells of the works that take part. The order depends on seed and block alone, so it is the
 * same in every session. */
static int order_block(struct session *s, unsigned block)
{
	const struct pvq_plan *plan = s->plan;
	uint64_t state = plan->seed * 1000003u + block;
	unsigned *group = calloc(plan->ngroup + 1, sizeof(*group));

	if (!group)
		return -ENOMEM;
	for (unsigned g = 0; g < plan->ngroup; g++)
		group[g] = g;
	pvq_shuffle(group, plan->ngroup, &state);
	s->ordered = 0;
	for (unsigned g = 0; g < plan->ngroup; g++)
		if (s->work[work_of_group(plan, group[g])].admit.takes_part)
			order_group(s, group[g], block);
	free(group);
	return 0;
}

/* Learns from a row whether to continue with its cell, and the group's right digest. */
static void learn(struct pvq_plan *plan, const struct pvq_row *row)
{
	struct pvq_plan_cell *cell = &plan->cell[row->cell];

	if (row->status == PVQ_UNAVAILABLE || row->status == PVQ_TIMEOUT)
		cell->skip = 1;
	if (row->status == PVQ_OK) {
		cell->known = 1;
		cell->chunk_used = row->chunk;
		cell->window_used = row->window;
	}
	/* A digest that a peer reports is no reference for others. */
	if (row->verified == PVQ_VERIFIED_NO || row->verified == PVQ_UNVERIFIED || !row->oracle[0] ||
		pvq_impl_is_peer(cell->impl))
		return;
	for (unsigned i = 0; i < plan->ncell; i++)
		if (plan->cell[i].spec == cell->spec && plan->cell[i].n == cell->n)
			memcpy(plan->cell[i].oracle, row->oracle, sizeof(row->oracle));
}

static void keep(struct session *s, const struct pvq_row *row)
{
	size_t at = (size_t)row->block * s->plan->ncell + row->cell;

	s->map_ns[at] = row->status == PVQ_OK ? fmax((double)row->map_ns, 1) : -1;
	s->look[at] = (struct look){(double)row->handover_ns, (double)row->handover_after_ns};
	learn(s->plan, row);
}

static void say_full(struct session *s, int error)
{
	pvq_progress_end(&s->progress);
	fprintf(stderr, "pvq: cannot write %s/%s: %s; the rows before are kept\n", s->sweep->dir,
		s->sweep->file, strerror(-error));
}

/* Cuts off a last line that was not written whole; its trial is measured again. size: the bytes that are left. */
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
	char args[PVQ_ARGS_TEXT], name[PVQ_NAME_MAX];

	pvq_spec_args(cell->spec, args, sizeof(args));
	pvq_twin_name(name, cell->impl, cell->twin);
	return strcmp(name, row->impl) == 0 && strcmp(cell->spec->task->name, row->task) == 0 &&
	       strcmp(args, row->args) == 0 && cell->n == row->n && cell->workers == row->workers &&
	       cell->cores == row->cores;
}

/* Reads the rows of earlier sessions. */
static int recall(struct session *s)
{
	const char *dir = s->sweep->dir, *file = s->sweep->file;
	struct pvq_rows rows;
	int ret = pvq_rows_read_file(dir, file, &rows);

	if (ret == -EBADMSG && rows.bad)
		ret = 0; /* the damaged rows were reported; their trials are measured again */
	for (size_t i = 0; ret == 0 && i < rows.count; i++) {
		const struct pvq_row *row = &rows.row[i];

		if (row->cell >= s->plan->ncell || !is_of(&s->plan->cell[row->cell], row)) {
			fprintf(stderr, "pvq: %s/%s: row %zu belongs to no cell in plan.csv\n", dir, file,
				i + 1);
			ret = -EBADMSG;
		} else if (row->block < s->most) {
			keep(s, row);
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

	if (snprintf(path, sizeof(path), "%s/%s", dir, s->sweep->file) >= (int)sizeof(path) ||
		snprintf(log, sizeof(log), "%s/trials.log", dir) >= (int)sizeof(log))
		return -ENAMETOOLONG;
	s->map_ns = calloc((size_t)s->most * s->plan->ncell + 1, sizeof(*s->map_ns));
	s->look = calloc((size_t)s->most * s->plan->ncell + 1, sizeof(*s->look));
	s->scratch = calloc(2 * (size_t)s->most * s->plan->ncell + 1, sizeof(*s->scratch));
	s->work = calloc(s->plan->nwork + 1, sizeof(*s->work));
	s->order = calloc(2 * (size_t)s->plan->ncell + 1, sizeof(*s->order));
	s->level = calloc(s->plan->ncell + 1, sizeof(*s->level));
	s->off = calloc(s->plan->ncell + 1, sizeof(*s->off));
	s->takes_part = calloc(s->plan->ncell + 1, sizeof(*s->takes_part));
	s->cell_s = calloc(s->plan->ncell + 1, sizeof(*s->cell_s));
	if (s->sweep->choose)
		s->seen_level = calloc((size_t)s->most * s->plan->ncell + 1, sizeof(*s->seen_level));
	if (!s->map_ns || !s->look || !s->scratch || !s->work || !s->order || !s->level || !s->off ||
		!s->takes_part || !s->cell_s || (s->sweep->choose && !s->seen_level))
		return -ENOMEM;
	s->turn = s->order + s->plan->ncell;
	s->log_fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	if (s->log_fd < 0) {
		ret = -errno;
		fprintf(stderr, "pvq: cannot open %s: %s\n", log, strerror(-ret));
		return ret;
	}
	s->raw = pvq_rundir_open(dir, s->sweep->file, "ae");
	if (!s->raw)
		return -EIO;
	ret = pvq_rundir_lock(dir, fileno(s->raw));
	if (ret)
		return ret;
	ret = mend_tail(fileno(s->raw), path, &size);
	if (ret == 0 && size > 0)
		return recall(s);
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
	free(s->map_ns);
	free(s->look);
	free(s->scratch);
	free(s->level);
	free(s->off);
	free(s->takes_part);
	free(s->seen_level);
	free(s->cell_s);
	free(s->work);
	free(s->order);
}

/* Whether nothing is left to do for the cell in this block. */
static int measured(const struct session *s, unsigned block, unsigned cell)
{
	return s->map_ns[(size_t)block * s->plan->ncell + cell] != 0 || s->plan->cell[cell].skip ||
	       !s->takes_part[cell];
}

/* The number of the work's cells that this block lacks. */
static unsigned missing_in(const struct session *s, unsigned work, unsigned block)
{
	unsigned count = 0;

	for (unsigned i = 0; i < s->plan->ncell; i++)
		count += s->plan->cell[i].work == work && !measured(s, block, i);
	return count;
}

/* ---- the state of the machine ---- */

/* Finds the levels that trials on so many cores met in the first blocks. */
static void find_levels(const struct session *s, unsigned cores, unsigned blocks, struct pvq_levels *levels)
{
	const struct pvq_plan *plan = s->plan;
	size_t n = 0;

	for (size_t b = 0; b < blocks; b++)
		for (unsigned c = 0; c < plan->ncell; c++) {
			const struct look *look = &s->look[b * plan->ncell + c];

			if (plan->cell[c].cores != cores)
				continue;
			if (look->before > 0)
				s->scratch[n++] = look->before;
			if (look->after > 0)
				s->scratch[n++] = look->after;
		}
	pvq_levels_find(levels, s->scratch, n);
}

static int level_of(const struct session *s, const struct pvq_levels *levels, unsigned block, unsigned cell)
{
	const struct look *look = &s->look[(size_t)block * s->plan->ncell + cell];

	return pvq_levels_between(levels, look->before, look->after);
}

/* Finds the trials of a group in this block that are off the level of most of them. Writes their cells; returns how many. */
static unsigned find_off(
	const struct session *s, unsigned block, const unsigned *cell, unsigned cells, unsigned *off)
{
	double least = INFINITY, most = 0;
	int *level = s->level;
	struct pvq_levels levels;
	unsigned n, kept = 0;

	for (unsigned i = 0; i < cells; i++) {
		const struct look *look = &s->look[(size_t)block * s->plan->ncell + cell[i]];

		if (look->before > 0)
			least = fmin(least, look->before);
		if (look->after > 0)
			least = fmin(least, look->after);
		most = fmax(most, fmax(look->before, look->after));
	}
	if (most < PVQ_LEVELS_VALLEY * least)
		return 0; /* whatever the levels are, there is no valley between these */
	find_levels(s, s->plan->cell[cell[0]].cores, block + 1, &levels);
	for (unsigned i = 0; i < cells; i++)
		level[i] = level_of(s, &levels, block, cell[i]);
	n = pvq_levels_off(level, cells, off);
	for (unsigned i = 0; i < n; i++)
		if (!s->plan->cell[cell[off[i]]].skip)
			off[kept++] = cell[off[i]];
	return kept;
}

/* The level of most of a work's trials on so many cores in a block; PVQ_LEVELS_PASSING: of none, or it was not measured
 * there. */
static int level_of_work(const struct session *s, const struct pvq_levels *levels, unsigned work,
	unsigned cores, unsigned block)
{
	unsigned n = 0;

	for (unsigned i = 0; i < s->plan->ncell; i++) {
		const struct pvq_plan_cell *cell = &s->plan->cell[i];

		if (cell->work == work && cell->cores == cores && cell->workers <= cores)
			s->level[n++] = level_of(s, levels, block, i);
	}
	return pvq_levels_most(s->level, n);
}

/* Notes how many of the first blocks the work lacks on so many cores, if that is more than on others. */
static void note_lack(
	struct session *s, const struct pvq_levels *levels, unsigned work, unsigned cores, unsigned blocks)
{
	struct pvq_admit *admit = &s->work[work].admit;
	unsigned at[PVQ_LEVELS_MAX] = {0}, have = 0, strategies = 0, needs;

	for (unsigned b = 0; b < blocks; b++) {
		int level = level_of_work(s, levels, work, cores, b);

		if (level >= 0)
			at[level]++;
	}
	for (int i = 0; i < PVQ_LEVELS_MAX; i++)
		have = at[i] > have ? at[i] : have;
	for (unsigned i = 0; i < s->plan->ncell; i++) {
		const struct pvq_plan_cell *cell = &s->plan->cell[i];

		strategies +=
			cell->work == work && cell->cores == cores && cell->workers <= cores && !cell->skip;
	}
	needs = strategies ? pvq_admit_needs(strategies) : 0;
	if (needs > have && needs - have > admit->lacks) {
		admit->lacks = needs - have;
		admit->in_blocks = pvq_admit_in_blocks(admit->lacks, have, blocks);
	}
}

/* Whether no cell before it has as many cores. */
static int is_first_on_cores(const struct pvq_plan *plan, unsigned cell)
{
	unsigned i = 0;

	while (plan->cell[i].cores != plan->cell[cell].cores)
		i++;
	return i == cell;
}

/* Finds out what each work lacks after the first blocks, by these alone, so that a resumed run decides the same. */
static void find_lacks(struct session *s, unsigned blocks)
{
	const struct pvq_plan *plan = s->plan;
	struct pvq_levels levels;

	for (unsigned w = 0; w < plan->nwork; w++)
		s->work[w].admit.lacks = 0;
	for (unsigned i = 0; i < plan->ncell; i++) {
		if (!is_first_on_cores(plan, i))
			continue;
		find_levels(s, plan->cell[i].cores, blocks, &levels);
		for (unsigned w = 0; levels.count > 1 && w < plan->nwork; w++)
			note_lack(s, &levels, w, plan->cell[i].cores, blocks);
	}
}

/* ---- when to stop ---- */

/* Takes the cell's times in the first blocks, from the level at which it ran most often. Returns how many. */
static size_t take_times(const struct session *s, unsigned cell, unsigned blocks, double *x)
{
	size_t at[PVQ_LEVELS_MAX] = {0}, n = 0;
	struct pvq_levels levels;
	int most = 0;

	find_levels(s, s->plan->cell[cell].cores, blocks, &levels);
	for (unsigned b = 0; b < blocks; b++) {
		int level = level_of(s, &levels, b, cell);

		if (level >= 0)
			at[level]++;
	}
	for (int i = 1; i < PVQ_LEVELS_MAX; i++)
		most = at[i] > at[most] ? i : most;
	for (unsigned b = 0; b < blocks; b++) {
		double ns = s->map_ns[(size_t)b * s->plan->ncell + cell];
		int level = level_of(s, &levels, b, cell);

		if (ns > 0 && (level == most || level == PVQ_LEVELS_NONE))
			x[n++] = ns;
	}
	return n;
}

/* Whether the cell is precise, by the first blocks alone, so that a resumed run decides the same. */
static int is_precise(const struct session *s, unsigned cell, unsigned blocks)
{
	size_t n = take_times(s, cell, blocks, s->scratch);
	struct pvq_estimate e = pvq_estimate(s->scratch, n, PVQ_ALPHA);

	return n == 0 || pvq_estimate_width(&e) <= s->plan->goal; /* more failures would show nothing new */
}

/* Closes the works that are precise enough after so many blocks. */
static void look(struct session *s, unsigned blocks)
{
	const struct pvq_plan *plan = s->plan;

	if (plan->goal <= 0 || !pvq_profile_is_look(blocks, plan->profile->first_look))
		return;
	for (unsigned w = 0; w < plan->nwork; w++) {
		struct progress_of_work *p = &s->work[w];
		int precise = p->blocks == blocks && !p->admit.lacks;

		for (unsigned i = 0; precise && i < plan->ncell; i++)
			if (plan->cell[i].work == w && !plan->cell[i].skip)
				precise = is_precise(s, i, blocks);
		p->admit.closed |= precise;
	}
}

/* ---- which cells take part ---- */

/* Whether the cell's trial ran in that block, in the same group as another's. */
static int is_beside(const struct session *s, unsigned block, unsigned cell, unsigned other)
{
	return s->plan->cell[cell].group == s->plan->cell[other].group &&
	       s->map_ns[(size_t)block * s->plan->ncell + cell] != 0;
}

/* The level of a trial as pvq_sweep_seen has it. */
static int seen_level(
	const struct session *s, const struct pvq_levels *levels, unsigned block, unsigned cell)
{
	int level = level_of(s, levels, block, cell);
	size_t n = 0;

	if (levels->count < 2)
		return PVQ_LEVELS_NONE;
	if (level != PVQ_LEVELS_NONE)
		return level;
	for (unsigned i = 0; i < s->plan->ncell; i++)
		if (is_beside(s, block, i, cell))
			s->level[n++] = level_of(s, levels, block, i);
	level = pvq_levels_most(s->level, n);
	return level == PVQ_LEVELS_NONE ? PVQ_LEVELS_PASSING : level;
}

/* Fills in the levels of one cell's trials. */
static void see_levels_of(
	struct session *s, const struct pvq_levels *levels, unsigned cell, unsigned blocks)
{
	for (unsigned b = 0; b < blocks; b++) {
		size_t at = (size_t)b * s->plan->ncell + cell;

		if (s->map_ns[at] != 0)
			s->seen_level[at] = (signed char)seen_level(s, levels, b, cell);
	}
}

static void see_levels(struct session *s, unsigned blocks)
{
	const struct pvq_plan *plan = s->plan;
	struct pvq_levels levels;

	for (unsigned i = 0; i < plan->ncell; i++) {
		if (!is_first_on_cores(plan, i))
			continue;
		find_levels(s, plan->cell[i].cores, blocks, &levels);
		for (unsigned c = i; c < plan->ncell; c++)
			if (plan->cell[c].cores == plan->cell[i].cores)
				see_levels_of(s, &levels, c, blocks);
	}
}

/* Finds out which cells take part in this block. Returns how many, or -errno. */
static int choose(struct session *s, unsigned block)
{
	const struct pvq_plan *plan = s->plan;
	int count = 0, ret = 0;

	memset(s->takes_part, 1, plan->ncell);
	if (s->sweep->choose) {
		struct pvq_sweep_seen seen = {block, plan->ncell, s->map_ns, s->seen_level};

		see_levels(s, block);
		ret = s->sweep->choose(s->sweep->choose_ctx, &seen, s->takes_part);
	}
	for (unsigned i = 0; i < plan->ncell; i++)
		count += s->takes_part[i];
	return ret ? ret : count;
}

/* What the work's cells of this block took at most, each by itself. */
static double chosen_s(const struct session *s, unsigned work)
{
	double sum = 0;

	for (unsigned i = 0; i < s->plan->ncell; i++)
		if (s->plan->cell[i].work == work && s->takes_part[i])
			sum += s->cell_s[i];
	return sum;
}

static int has_part(const struct session *s, unsigned work)
{
	for (unsigned i = 0; i < s->plan->ncell; i++)
		if (s->plan->cell[i].work == work && s->takes_part[i])
			return 1;
	return 0;
}

/* Chooses the works of this block: open ones for whose slowest block there is time, since half a block is hardly worth
 * its time. It tries them in random order, so that no work is always the one left out. work: room for as many. Returns
 * how many. */
static unsigned admit(struct session *s, unsigned block, struct pvq_admit **work)
{
	uint64_t state = s->plan->seed * 7919u + block;
	unsigned works = s->plan->nwork, *turn = s->turn, count, closed = 0, n = 0;

	for (unsigned w = 0; w < works; w++)
		turn[w] = w;
	pvq_shuffle(turn, works, &state);
	for (unsigned w = 0; w < works; w++) {
		struct pvq_admit *one = &s->work[turn[w]].admit;

		one->takes_part = 0;
		if (!has_part(s, turn[w]))
			continue;
		one->whole = !missing_in(s, turn[w], block);
		if (s->sweep->choose)
			one->block_s = chosen_s(s, turn[w]);
		closed += (unsigned)one->closed;
		work[n++] = one;
	}
	count = pvq_admit(work, n, block >= s->plan->blocks, left_s(s));
	for (unsigned i = 0; i < n; i++)
		closed -= (unsigned)work[i]->closed;
	if (closed) /* some more, for lack of time */
		s->sweep->end = PVQ_SWEEP_BUDGET;
	return count;
}

/* ---- measuring ---- */

/* The number of blocks to expect, if a block of all open works takes so many seconds. */
static unsigned expected_blocks(const struct session *s, unsigned block, double block_s)
{
	unsigned max = block < s->plan->blocks ? s->plan->blocks : block + 1;
	double left = left_s(s);

	if (block_s <= 0 || left / block_s > max)
		return max;
	block += left > 0 ? (unsigned)(left / block_s) : 0;
	return block + 1 < max ? block + 1 : max;
}

static double open_block_s(const struct session *s)
{
	double sum = 0;

	for (unsigned w = 0; w < s->plan->nwork; w++)
		if (!s->work[w].admit.closed)
			sum += s->work[w].admit.block_s;
	return sum > 0 ? sum : pvq_plan_block_s(s->plan);
}

static void show(struct session *s, unsigned block, unsigned done, const struct pvq_plan_cell *cell)
{
	double block_s = open_block_s(s), left;
	unsigned blocks = expected_blocks(s, block, block_s);
	char what[160], args[PVQ_ARGS_TEXT], name[PVQ_NAME_MAX];

	left = (blocks - block - (double)done / s->ordered) * block_s;
	pvq_spec_args(cell->spec, args, sizeof(args));
	pvq_twin_name(name, cell->impl, cell->twin);
	snprintf(what, sizeof(what), "%.30s%s%.60s, %u worker%s, %.30s", cell->spec->task->name,
		args[0] ? ":" : "", args, cell->workers, cell->workers == 1 ? "" : "s", name);
	pvq_progress_draw(&s->progress, s->sweep->trials,
		s->sweep->trials + (unsigned long)(blocks - block) * s->ordered - done, elapsed_s(s), left,
		what);
}

/* Whether the cell's trial ran with the values of another cell, of the same strategy and work, that asked for others. */
static int is_repetition(const struct pvq_plan *plan, unsigned cell, const struct pvq_row *row)
{
	const struct pvq_plan_cell *c = &plan->cell[cell];

	for (unsigned i = 0; row->status == PVQ_OK && i < plan->ncell; i++) {
		const struct pvq_plan_cell *other = &plan->cell[i];

		if (other->known && other->impl == c->impl && other->twin == c->twin &&
			other->spec == c->spec && other->n == c->n && other->workers == c->workers &&
			other->cores == c->cores &&
			(other->chunk != c->chunk || other->window != c->window) &&
			other->chunk_used == row->chunk && other->window_used == row->window)
			return 1;
	}
	return 0;
}

/* Measures one cell and writes its row, unless it is a repetition. 1: time ran out, no row. */
static int run_cell(struct session *s, unsigned block, unsigned cell, unsigned attempt)
{
	struct pvq_trial t = pvq_plan_trial(s->plan, cell, block, s->sweep->host);
	struct pvq_launch_io io = {.out_fd = -1, .err_fd = s->log_fd};
	double timeout_s = s->plan->timeout_s, cut_s = left_s(s) + 1;
	struct pvq_row row;
	int ret = pvq_launch_trial(&t, timeout_s < cut_s ? timeout_s : cut_s, &io, &row);

	if (ret)
		return ret;
	if (row.status == PVQ_TIMEOUT && cut_s < timeout_s)
		return 1; /* the time ran out; the trial did not exceed its limit */
	if (is_repetition(s->plan, cell, &row)) {
		s->plan->cell[cell].skip = 1;
		return 0;
	}
	row.attempt = attempt;
	ret = pvq_row_write(s->raw, &row);
	if (ret) {
		say_full(s, ret);
		return ret;
	}
	s->sweep->trials++;
	s->sweep->failed += row.status != PVQ_OK && row.status != PVQ_UNAVAILABLE;
	keep(s, &row);
	return 0;
}

/* Whether there is time to measure once more what took so long. */
static int has_time_again(const struct session *s, double took_s)
{
	double all_s = s->sweep->deadline_s > 0 ? s->sweep->deadline_s : elapsed_s(s);

	return s->again_s + took_s <= PVQ_SWEEP_AGAIN_SHARE * all_s && took_s < left_s(s);
}

/* Measures the cells of one group, the first of which has place `at` in the block. 0; 1: time ran out; -errno. */
static int run_group(struct session *s, unsigned block, unsigned at, unsigned cells)
{
	const unsigned *cell = s->order + at;
	struct progress_of_work *work = &s->work[s->plan->cell[cell[0]].work];
	int ret = 0;

	for (unsigned i = 0; ret == 0 && i < cells; i++) {
		double began_s = elapsed_s(s);

		if (measured(s, block, cell[i]))
			continue;
		if (left_s(s) < 0)
			return 1;
		show(s, block, at + i, &s->plan->cell[cell[i]]);
		ret = run_cell(s, block, cell[i], 0);
		began_s = elapsed_s(s) - began_s;
		s->cell_s[cell[i]] = fmax(s->cell_s[cell[i]], began_s);
		if (!s->plan->cell[cell[i]].skip) /* a skipped cell costs later blocks nothing */
			work->spent_s += began_s;
	}
	return ret;
}

/* Measures again the trials that are off the group's level. took_s: what the whole group took. */
static int run_again(struct session *s, unsigned block, unsigned at, unsigned cells, double took_s)
{
	int ret = 0;

	for (unsigned attempt = 1; ret == 0 && attempt <= PVQ_SWEEP_AGAIN_MOST; attempt++) {
		double began_s = elapsed_s(s);
		unsigned off = find_off(s, block, s->order + at, cells, s->off);

		if (!off || !has_time_again(s, took_s * off / cells))
			break;
		s->sweep->again += off;
		for (unsigned i = 0; ret == 0 && i < off; i++)
			ret = run_cell(s, block, s->off[i], attempt);
		s->again_s += elapsed_s(s) - began_s;
	}
	return ret;
}

/* Measures the cells in order. 0: all; 1: time ran out; -errno. */
static int run_cells(struct session *s, unsigned block)
{
	const struct pvq_plan_cell *cell = s->plan->cell;
	unsigned cells;
	int ret = 0;

	for (unsigned at = 0; ret == 0 && at < s->ordered; at += cells) {
		unsigned group = cell[s->order[at]].group, missing = 0;
		double began_s = elapsed_s(s);

		for (cells = 0; at + cells < s->ordered && cell[s->order[at + cells]].group == group;
			cells++)
			missing += !measured(s, block, s->order[at + cells]);
		if (missing)
			ret = run_group(s, block, at, cells);
		if (ret == 0 && missing)
			ret = run_again(s, block, at, cells, elapsed_s(s) - began_s);
	}
	return ret;
}

/* Measures one block of the works that take part. 0; 1: time ran out within it; -errno. */
static int run_block(struct session *s, unsigned block)
{
	int ret = order_block(s, block);

	for (unsigned w = 0; w < s->plan->nwork; w++)
		s->work[w].spent_s = 0;
	if (ret == 0)
		ret = run_cells(s, block);
	for (unsigned w = 0; w < s->plan->nwork; w++) {
		struct progress_of_work *p = &s->work[w];

		if (!p->admit.takes_part || missing_in(s, w, block))
			continue;
		p->blocks++;
		p->admit.block_s = fmax(p->admit.block_s, p->spent_s);
	}
	return ret;
}

/* Measures block after block. 0: see sweep->end; 1: time ran out within a block; -errno. */
static int run_blocks(struct session *s)
{
	struct pvq_admit **work = calloc(s->plan->nwork + 1, sizeof(struct pvq_admit *));
	int ret = work ? 0 : -ENOMEM, chosen = 1;

	s->sweep->end = PVQ_SWEEP_PRECISE;
	for (unsigned block = 0; ret == 0 && block < s->most; block++) {
		chosen = choose(s, block);
		if (chosen <= 0 || !admit(s, block, work))
			break;
		ret = run_block(s, block);
		if (s->sweep->choose)
			continue;
		find_lacks(s, block + 1);
		if (ret == 0)
			look(s, block + 1);
	}
	if (ret == 0 && chosen < 0)
		ret = chosen;
	for (unsigned w = 0; ret == 0 && chosen && w < s->plan->nwork; w++)
		if (!s->work[w].admit.closed && s->sweep->end == PVQ_SWEEP_PRECISE)
			s->sweep->end = PVQ_SWEEP_BLOCKS;
	free(work);
	return ret;
}

int pvq_sweep_run(struct pvq_plan *plan, struct pvq_sweep *sweep)
{
	struct session s = {.plan = plan, .sweep = sweep, .log_fd = -1, .began_ns = pvq_clock_ns()};
	int ret;

	s.most = pvq_plan_blocks_most(plan);
	pvq_progress_init(&s.progress);
	ret = session_open(&s);
	sweep->trials = sweep->failed = sweep->again = sweep->blocks_most = 0;
	if (ret == 0)
		ret = run_blocks(&s);
	sweep->blocks_least = plan->nwork && s.work ? s.work[0].blocks : 0;
	for (unsigned w = 0; s.work && w < plan->nwork; w++) {
		sweep->blocks_least =
			s.work[w].blocks < sweep->blocks_least ? s.work[w].blocks : sweep->blocks_least;
		sweep->blocks_most =
			s.work[w].blocks > sweep->blocks_most ? s.work[w].blocks : sweep->blocks_most;
	}
	pvq_progress_end(&s.progress);
	session_close(&s);
	if (ret == 1)
		sweep->end = PVQ_SWEEP_BUDGET;
	else if (ret == -EINTR)
		sweep->end = PVQ_SWEEP_INTERRUPTED;
	return ret == 1 ? 0 : ret;
}

int pvq_sweep_into(struct pvq_plan *plan, const struct pvq_sweep *sweep)
{
	struct pvq_sweep partial = *sweep;
	struct pvq_partial part;
	int ret = pvq_partial_begin(&part, sweep->dir, sweep->file);

	if (ret)
		return ret < 0 ? ret : 0;
	partial.file = part.file;
	return pvq_partial_end(&part, pvq_sweep_run(plan, &partial));
}
