/* data.c: judges the rows of a self-test. */
#include "drive/plan.h"
#include "experiments/selftest/selftest.h"
#include "results/contest.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

const unsigned pvq_selftest_percent[PVQ_SELFTEST_SLOWER] = {1, 2, 5, 10};

/* A report on five strategies compares the fastest with four. */
static const double selftest_alpha = PVQ_ALPHA / 4;

/* The number of blocks that the default profile has time for if a task is noisy. */
enum { EXPERIMENT_MOST = 20 };

/* ---- twins ---- */

/* The times of a work's strategy and of its twins, block by block. */
struct trials {
	const struct pvq_cell *self;
	const struct pvq_twin *twin;
	size_t twins;
	double *ns; /* [twin 0 is the strategy itself][block]; 0: not measured */
	unsigned blocks;
};

static void trials_fill(struct trials *t, size_t at, const struct pvq_cell *cell)
{
	for (size_t i = 0; i < cell->ok; i++)
		if (cell->row[i]->block < t->blocks)
			t->ns[at * t->blocks + cell->row[i]->block] = fmax((double)cell->row[i]->map_ns, 1);
}

/* Whether every cell is precise after the blocks [from, from + n). */
static int trials_are_precise(const struct trials *t, unsigned from, unsigned n, double goal)
{
	for (size_t c = 0; c <= t->twins; c++) {
		double x[EXPERIMENT_MOST];
		struct pvq_estimate e;

		memcpy(x, &t->ns[c * t->blocks + from], n * sizeof(*x));
		e = pvq_estimate(x, n, PVQ_ALPHA);
		if (!(pvq_estimate_width(&e) <= goal))
			return 0;
	}
	return 1;
}

/* The number of blocks of the experiment that begins there; 0: too few are left for it. */
static unsigned trials_experiment(const struct trials *t, unsigned from, const struct pvq_profile *p)
{
	for (unsigned n = p->first_look; n <= EXPERIMENT_MOST && from + n <= t->blocks; n++)
		if (n == EXPERIMENT_MOST ||
			(pvq_profile_is_look(n, p->first_look) && trials_are_precise(t, from, n, p->goal)))
			return n;
	return 0;
}

static enum pvq_verdict trials_verdict(
	const struct trials *t, size_t twin, unsigned from, unsigned n, double alpha)
{
	double x[EXPERIMENT_MOST];

	memcpy(x, &t->ns[(twin + 1) * t->blocks + from], n * sizeof(*x));
	return pvq_compare(x, &t->ns[from], n, alpha).verdict;
}

static void tally(struct pvq_tally *of_task, struct pvq_tally *of_all, enum pvq_verdict verdict)
{
	of_task->experiments++;
	of_task->verdict[verdict]++;
	of_all->experiments++;
	of_all->verdict[verdict]++;
}

static void trials_judge(const struct trials *t, struct pvq_selftest *s, struct pvq_selftest_task *task)
{
	const struct pvq_profile *p = pvq_profile_find("default");
	unsigned from = 0, n, experiments = 0;

	for (; (n = trials_experiment(t, from, p)); from += n) {
		experiments++;
		for (size_t i = 0; i < t->twins; i++) {
			if (t->twin[i].percent == 0)
				tally(&task->same, &s->same, trials_verdict(t, i, from, n, PVQ_ALPHA));
			for (unsigned k = 0; k < PVQ_SELFTEST_SLOWER; k++)
				if (t->twin[i].percent == pvq_selftest_percent[k])
					tally(&task->slower[k], &s->slower[k],
						trials_verdict(t, i, from, n, selftest_alpha));
		}
	}
	task->blocks = experiments ? (double)from / experiments : NAN;
}

/* Moves together the blocks in which every cell has a good trial that counts. Returns how many there are. */
static unsigned trials_whole(struct trials *t)
{
	unsigned whole = 0;

	for (unsigned b = 0; b < t->blocks; b++) {
		int missing = 0;

		for (size_t c = 0; c <= t->twins; c++)
			missing |= t->ns[c * t->blocks + b] == 0;
		if (missing)
			continue;
		for (size_t c = 0; c <= t->twins; c++)
			t->ns[c * t->blocks + whole] = t->ns[c * t->blocks + b];
		whole++;
	}
	return whole;
}

static int judge_work(struct pvq_selftest *s, const struct pvq_summary *rows, size_t first, size_t twins)
{
	struct trials t = {.self = rows->twin[first].of, .twin = &rows->twin[first], .twins = twins};
	struct pvq_selftest_task *task = &s->task[s->tasks++];
	unsigned whole;

	t.blocks = t.self->ok ? t.self->row[t.self->ok - 1]->block + 1 : 0;
	t.ns = calloc((twins + 1) * t.blocks + 1, sizeof(*t.ns));
	if (!t.ns)
		return -ENOMEM;
	trials_fill(&t, 0, t.self);
	for (size_t i = 0; i < twins; i++)
		trials_fill(&t, i + 1, t.twin[i].cell);
	whole = trials_whole(&t);
	for (size_t c = 1; c <= twins; c++) /* close the gaps between the table's rows */
		memmove(&t.ns[c * whole], &t.ns[c * t.blocks], whole * sizeof(*t.ns));
	t.blocks = whole;
	pvq_text_task(task->label, t.self->key->task, t.self->key->args);
	snprintf(task->impl, sizeof(task->impl), "%s", t.self->key->impl);
	trials_judge(&t, s, task);
	free(t.ns);
	return 0;
}

int pvq_selftest_judge_twins(
	struct pvq_selftest *s, const struct pvq_registry *registry, const struct pvq_rows *rows)
{
	struct pvq_summary summary;
	int ret = pvq_summarise(&summary, registry, rows);

	if (ret)
		return ret;
	s->task = calloc(summary.twins + 1, sizeof(*s->task));
	if (!s->task)
		ret = -ENOMEM;
	/* The twins of a cell stand together. */
	for (size_t first = 0, next; ret == 0 && first < summary.twins; first = next) {
		for (next = first + 1;
			next < summary.twins && summary.twin[next].of == summary.twin[first].of;)
			next++;
		ret = judge_work(s, &summary, first, next - first);
	}
	pvq_summary_free(&summary);
	return ret;
}

/* ---- two runs ---- */

static const struct pvq_work *work_named(const struct pvq_summary *s, const char *label)
{
	for (size_t w = 0; w < s->works; w++)
		if (strcmp(s->work[w].label, label) == 0)
			return &s->work[w];
	return NULL;
}

static const struct pvq_cell *same_cell(
	const struct pvq_summary *s, const struct pvq_work *work, const struct pvq_cell *as)
{
	for (size_t c = work->first; c < work->first + work->cells; c++) {
		const struct pvq_row *key = s->cell[c].key;

		if (s->cell[c].ok && strcmp(key->impl, as->key->impl) == 0 &&
			key->cores == as->key->cores && key->workers == as->key->workers)
			return &s->cell[c];
	}
	return NULL;
}

/* Judges a pair of strategies in the first run against the same pair in the second. */
static void judge_pair(
	struct pvq_selftest *s, const struct pvq_cell *a[2], const struct pvq_cell *b[2], double alpha)
{
	struct pvq_comparison first = pvq_cells_compare(a[0], b[0], PVQ_MAP_NS, alpha);
	struct pvq_comparison second = pvq_cells_compare(a[1], b[1], PVQ_MAP_NS, alpha);
	int faster = first.verdict == PVQ_FASTER, slower = first.verdict == PVQ_SLOWER;

	if (faster || slower) {
		s->clear++;
		s->agree += faster ? second.ratio < 1 : second.ratio > 1;
		s->contradicted += second.verdict == (faster ? PVQ_SLOWER : PVQ_FASTER);
	} else if (first.verdict == PVQ_EQUIVALENT) {
		s->equal++;
		s->unequal += second.lo > PVQ_EQUIVALENT_RATIO || second.hi < 1 / PVQ_EQUIVALENT_RATIO;
	}
}

static void judge_winners(struct pvq_selftest *s, const struct pvq_contest contest[2])
{
	if (contest[0].outcome != PVQ_CLEAR || contest[1].outcome != PVQ_CLEAR)
		return;
	s->clear_tasks++;
	s->same_winner +=
		strcmp(contest[0].rival[0].cell->key->impl, contest[1].rival[0].cell->key->impl) == 0;
}

static int judge_contest(struct pvq_selftest *s, const struct pvq_summary run[2],
	const struct pvq_work *work[2], unsigned cores)
{
	struct pvq_contest contest[2] = {{0}};
	int ret = 0;

	for (int i = 0; ret == 0 && i < 2; i++)
		ret = pvq_contest_hold(&contest[i], &run[i], work[i], cores, PVQ_MAP_NS);
	for (size_t i = 0; ret == 0 && i < contest[0].rivals; i++)
		for (size_t j = i + 1; j < contest[0].rivals; j++) {
			const struct pvq_cell *a[2] = {contest[0].rival[i].cell},
					      *b[2] = {contest[0].rival[j].cell};

			a[1] = same_cell(&run[1], work[1], a[0]);
			b[1] = same_cell(&run[1], work[1], b[0]);
			if (a[1] && b[1])
				judge_pair(s, a, b, PVQ_ALPHA / (double)(contest[0].rivals - 1));
		}
	if (ret == 0)
		judge_winners(s, contest);
	for (int i = 0; i < 2; i++)
		pvq_contest_free(&contest[i]);
	return ret;
}

int pvq_selftest_judge_runs(struct pvq_selftest *s, const struct pvq_registry *registry,
	const struct pvq_rows *first, const struct pvq_rows *second)
{
	struct pvq_summary run[2] = {{0}};
	int ret = pvq_summarise(&run[0], registry, first);

	if (ret == 0)
		ret = pvq_summarise(&run[1], registry, second);
	for (size_t w = 0; ret == 0 && w < run[0].works; w++) {
		const struct pvq_work *work[2] = {
			&run[0].work[w], work_named(&run[1], run[0].work[w].label)};

		for (size_t i = 0; ret == 0 && work[1] && i < work[0]->core_counts; i++)
			ret = judge_contest(s, run, work, work[0]->cores[i]);
	}
	s->runs = 1;
	pvq_summary_free(&run[0]);
	pvq_summary_free(&run[1]);
	return ret;
}

/* ---- the whole self-test ---- */

double pvq_selftest_tau(const struct pvq_selftest *s)
{
	return s->clear ? (2 * (double)s->agree - (double)s->clear) / (double)s->clear : NAN;
}

static double share(const struct pvq_tally *t, size_t count)
{
	return (double)count / (double)t->experiments;
}

int pvq_selftest_passed(const struct pvq_selftest *s)
{
	const struct pvq_tally *five = &s->slower[2];
	int passed = s->same.experiments > 0 || s->runs;

	if (s->same.experiments)
		passed &= share(&s->same, s->same.verdict[PVQ_FASTER] + s->same.verdict[PVQ_SLOWER]) <=
			  PVQ_SELFTEST_FALSE_MOST;
	if (five->experiments)
		passed &= share(five, five->verdict[PVQ_SLOWER]) >= PVQ_SELFTEST_FOUND_LEAST;
	if (s->runs)
		passed &= !(pvq_selftest_tau(s) < PVQ_SELFTEST_TAU_LEAST) && s->contradicted == 0 &&
			  s->unequal == 0;
	if (s->twostate.pairs)
		passed &= pvq_twostate_passed(&s->twostate);
	if (s->threestate.pairs)
		passed &= pvq_twostate_passed(&s->threestate);
	return passed;
}

int pvq_selftest_read(struct pvq_selftest *s, const struct pvq_registry *registry, const char *dir)
{
	struct pvq_rows twins, first, second = {0};
	int ret, no_twins, no_runs;

	*s = (struct pvq_selftest){0};
	no_twins = ret = pvq_rows_read_file(dir, "selftest-twins.csv", &twins);
	if (ret == 0)
		ret = pvq_selftest_judge_twins(s, registry, &twins);
	no_runs = pvq_rows_read_file(dir, "selftest-run1.csv", &first);
	if (no_runs == 0)
		no_runs = pvq_rows_read_file(dir, "selftest-run2.csv", &second);
	if (no_runs == 0 && (ret == 0 || ret == -ENOENT))
		ret = pvq_selftest_judge_runs(s, registry, &first, &second);
	pvq_rows_free(&twins);
	pvq_rows_free(&first);
	pvq_rows_free(&second);
	if (no_twins == -ENOENT && no_runs == -ENOENT)
		return -ENOENT;
	if (ret == 0 || ret == -ENOENT)
		ret = pvq_twostate_simulate(&s->twostate, registry, 2, PVQ_SELFTEST_PAIRS, PVQ_SEED);
	if (ret == 0)
		ret = pvq_twostate_simulate(&s->threestate, registry, 3, PVQ_SELFTEST_PAIRS, PVQ_SEED);
	return ret;
}

void pvq_selftest_free(struct pvq_selftest *s)
{
	free(s->task);
	*s = (struct pvq_selftest){0};
}
