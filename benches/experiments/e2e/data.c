/* data.c: pairs hyperfine's runs with the rows, and judges the differences. */
#include "base/grow.h"
#include "experiments/e2e/e2e.h"

#include "base/rundir.h"

#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* What hyperfine measured of a row's run. */
struct pvq_e2e_outside {
	double wall_ns, cpu_ns; /* cpu_ns: the mean over the command's runs */
};

/* One of hyperfine's results; the array is borrowed from the JSON. */
struct result {
	unsigned cell;
	const json_t *times;
	size_t n;
	double cpu_ns;
};

static int __attribute__((format(printf, 2, 3))) add_problem(struct pvq_e2e *e, const char *format, ...)
{
	char(*grown)[PVQ_E2E_PROBLEM_MAX] = pvq_grow(e->problem, e->problems, sizeof(*grown));
	va_list args;

	if (!grown)
		return -ENOMEM;
	e->problem = grown;
	va_start(args, format);
	vsnprintf(grown[e->problems++], sizeof(*grown), format, args);
	va_end(args);
	return 0;
}

/* ---- the pairs ---- */

static int keep_row(
	struct pvq_e2e *e, const struct pvq_row *row, unsigned run, double wall_ns, double cpu_ns)
{
	struct pvq_row *grown = pvq_grow(e->rows.row, e->rows.count, sizeof(*grown));
	struct pvq_e2e_outside *outside;

	if (!grown)
		return -ENOMEM;
	e->rows.row = grown;
	outside = pvq_grow(e->outside, e->rows.count, sizeof(*outside));
	if (!outside)
		return -ENOMEM;
	e->outside = outside;
	outside[e->rows.count] = (struct pvq_e2e_outside){wall_ns, cpu_ns};
	grown[e->rows.count] = *row;
	/* Commands run one after the other, so a "block" is no moment, and has no level of the machine's state
	 * (results/state.h). Inside and outside of one run are compared, which were at the same level anyway. */
	grown[e->rows.count].handover_ns = grown[e->rows.count].handover_after_ns = 0;
	grown[e->rows.count++].block = run;
	return 0;
}

static size_t count_rows(const struct pvq_rows *all, unsigned cell)
{
	size_t count = 0;

	for (size_t i = 0; i < all->count; i++)
		count += all->row[i].cell == cell;
	return count;
}

/* Pairs a result's runs with the cell's last rows. The rows before them come from warm-up runs. */
static int pair(struct pvq_e2e *e, const struct pvq_rows *all, const struct result *r, long warmup)
{
	size_t rows = count_rows(all, r->cell), skip = rows - r->n, seen = 0;
	int ret = 0;

	if (rows < r->n || (warmup >= 0 && skip != (size_t)warmup))
		return add_problem(e,
			"command %u: hyperfine timed %zu runs after %ld warm-up runs, but there are "
			"%zu rows; left out, because they cannot be matched",
			r->cell, r->n, warmup > 0 ? warmup : 0, rows);
	for (size_t i = 0; ret == 0 && i < all->count; i++) {
		const struct pvq_row *row = &all->row[i];

		if (row->cell != r->cell || seen++ < skip)
			continue;
		ret = keep_row(e, row, (unsigned)(seen - skip - 1),
			json_number_value(json_array_get(r->times, seen - skip - 1)) * 1e9, r->cpu_ns);
	}
	return ret;
}

/* Handles cells without a result from hyperfine: either the row says that it could not run here, or hyperfine was cut
 * off. */
static int keep_untimed(struct pvq_e2e *e, const struct pvq_rows *all, const unsigned char *timed)
{
	int ret = 0;

	for (size_t i = 0; ret == 0 && i < all->count; i++) {
		const struct pvq_row *row = &all->row[i];
		int last = i + 1 == all->count || all->row[i + 1].cell != row->cell;

		if (timed[row->cell])
			continue;
		if (row->status != PVQ_OK)
			ret = keep_row(e, row, row->block, NAN, NAN);
		else if (last)
			ret = add_problem(e,
				"command %u (%s): rows, but no result from hyperfine; it was cut off",
				row->cell, row->impl);
	}
	return ret;
}

/* ---- hyperfine's file ---- */

/* The cell of the i-th command; -1: it has none. cells: the cells' numbers in the order of the commands, as in the
 * manifest; NULL: a folder of an earlier version, where only the command line itself tells. */
static long cell_of_command(const char *cells, size_t i, const json_t *json)
{
	static const char option[] = " --cell ";
	const char *command, *at;
	char *end = NULL;
	long cell = -1;

	if (!cells) {
		command = json_string_value(json_object_get(json, "command"));
		at = command ? strstr(command, option) : NULL;
		return at ? strtol(at + strlen(option), NULL, 10) : -1;
	}
	for (size_t word = 0; word <= i; word++, cells = end) {
		cell = strtol(cells, &end, 10);
		if (end == cells)
			return -1;
	}
	return cell;
}

static int read_result(const json_t *json, long cell, struct result *r)
{
	const json_t *user = json_object_get(json, "user"), *system = json_object_get(json, "system");

	r->times = json_object_get(json, "times");
	r->n = json_array_size(r->times);
	if (cell < 0 || cell > UINT_MAX || r->n == 0 || !json_is_number(user) || !json_is_number(system))
		return -EBADMSG;
	for (size_t i = 0; i < r->n; i++)
		if (!json_is_number(json_array_get(r->times, i)))
			return -EBADMSG;
	r->cell = (unsigned)cell;
	r->cpu_ns = (json_number_value(user) + json_number_value(system)) * 1e9;
	return 0;
}

/* The manifest's facts about hyperfine's runs. */
struct setting {
	char *cells; /* owned; NULL: not recorded */
	long warmup; /* -1: not recorded; then all rows before the timed runs are warm-up runs */
};

static int pair_results(
	struct pvq_e2e *e, const struct pvq_rows *all, const json_t *root, const struct setting *setting)
{
	const json_t *results = json_object_get(root, "results");
	unsigned most = 0;
	unsigned char *timed;
	int ret = json_is_array(results) ? 0 : -EBADMSG;

	for (size_t i = 0; i < all->count; i++)
		most = all->row[i].cell > most ? all->row[i].cell : most;
	if (most >= 1u << 20) /* no plan has so many cells: the file is not ours */
		return -EBADMSG;
	timed = calloc(most + 1, 1);
	if (!timed)
		return -ENOMEM;
	for (size_t i = 0; ret == 0 && i < json_array_size(results); i++) {
		const json_t *result = json_array_get(results, i);
		struct result r;

		ret = read_result(result, cell_of_command(setting->cells, i, result), &r);
		if (ret == 0 && r.cell <= most && timed[r.cell]++)
			ret = -EBADMSG; /* two results would share their rows */
		if (ret == 0)
			ret = pair(e, all, &r, setting->warmup);
	}
	if (ret == 0)
		ret = keep_untimed(e, all, timed);
	free(timed);
	return ret;
}

/* Reads the facts. 0 or -ENOMEM. */
static int read_setting(struct setting *setting, const char *dir)
{
	struct pvq_manifest m;
	int known = pvq_manifest_read(&m, dir) == 0;
	const char *warmup = known ? pvq_manifest_get(&m, "e2e_warmup") : NULL;
	const char *cells = known ? pvq_manifest_get(&m, "e2e_cells") : NULL;

	setting->warmup = warmup ? strtol(warmup, NULL, 10) : -1;
	setting->cells = cells ? strdup(cells) : NULL;
	pvq_manifest_free(&m);
	return cells && !setting->cells ? -ENOMEM : 0;
}

static int read_json(struct pvq_e2e *e, const struct pvq_rows *all, const char *dir, const char *path)
{
	struct setting setting;
	json_error_t error;
	json_t *root = json_load_file(path, 0, &error);
	int ret;

	if (!root) {
		fprintf(stderr, "pvq: %s: line %d: %s\n", path, error.line, error.text);
		return -EBADMSG;
	}
	ret = read_setting(&setting, dir);
	if (ret == 0)
		ret = pair_results(e, all, root, &setting);
	free(setting.cells);
	json_decref(root);
	if (ret)
		fprintf(stderr, "pvq: %s: %s\n", path,
			ret == -EBADMSG ? "not hyperfine's results of `pvq run`" : strerror(-ret));
	return ret;
}

/* ---- the figures ---- */

/* Orders by strategy as in the registry, then by workers. */
static int order(
	const struct pvq_registry *registry, const struct pvq_e2e_cell *a, const struct pvq_e2e_cell *b)
{
	const struct pvq_row *x = a->in->key, *y = b->in->key;
	size_t i = pvq_registry_rank(registry, x->impl), j = pvq_registry_rank(registry, y->impl);

	if (i != j)
		return i < j ? -1 : 1;
	if (strcmp(x->impl, y->impl) != 0)
		return strcmp(x->impl, y->impl);
	if (x->workers != y->workers)
		return x->workers < y->workers ? -1 : 1;
	return a < b ? -1 : a > b;
}

const struct pvq_e2e_cell *pvq_e2e_next(
	const struct pvq_e2e *e, const struct pvq_work *work, const struct pvq_e2e_cell *cell)
{
	const struct pvq_registry *registry = e->summary.registry;
	const struct pvq_e2e_cell *next = NULL;

	for (size_t c = work->first; c < work->first + work->cells; c++) {
		const struct pvq_e2e_cell *other = &e->cell[c];

		if (other->n && (!cell || order(registry, other, cell) > 0) &&
			(!next || order(registry, other, next) < 0))
			next = other;
	}
	return next;
}

const struct pvq_e2e_cell *pvq_e2e_sibling(
	const struct pvq_e2e *e, const struct pvq_e2e_cell *cell, const struct pvq_work *work)
{
	const struct pvq_row *like = cell->in->key;

	for (size_t c = work->first; c < work->first + work->cells; c++) {
		const struct pvq_row *key = e->summary.cell[c].key;

		if (e->cell[c].n && strcmp(key->impl, like->impl) == 0 && key->workers == like->workers &&
			key->cores == like->cores)
			return &e->cell[c];
	}
	return NULL;
}

const struct pvq_e2e_cell *pvq_e2e_base(const struct pvq_e2e *e, const struct pvq_work *work)
{
	for (size_t c = work->first; c < work->first + work->cells; c++)
		if (e->cell[c].n && e->summary.cell[c].baseline)
			return &e->cell[c];
	return NULL;
}

int pvq_e2e_hides_cpu(const struct pvq_e2e_cell *cell)
{
	return cell->n && cell->cpu_out_ns < 0.9 * cell->cpu_in_ns;
}

/* Makes the estimates that need no other cell. Failed runs enter none. */
static int describe(struct pvq_e2e *e, struct pvq_e2e_cell *cell)
{
	const struct pvq_cell *in = cell->in;
	double *sort = calloc(in->ok + 1, sizeof(*sort));

	cell->diff_ns = calloc(in->ok + 1, sizeof(*cell->diff_ns));
	cell->rest = (struct pvq_estimate){.median = NAN, .lo = NAN, .hi = NAN, .min = NAN, .max = NAN};
	if (!sort || !cell->diff_ns) {
		free(sort);
		return -ENOMEM;
	}
	cell->n = in->ok;
	cell->inside = in->metric[PVQ_TOTAL_NS];
	for (size_t i = 0; i < cell->n; i++) {
		const struct pvq_e2e_outside *outside = &e->outside[in->row[i] - e->rows.row];

		sort[i] = outside->wall_ns;
		cell->diff_ns[i] = outside->wall_ns - (double)in->row[i]->total_ns;
		cell->below += cell->diff_ns[i] < 0;
		cell->cpu_out_ns = outside->cpu_ns;
		cell->cpu_in_ns += pvq_row_metric(in->row[i], PVQ_CPU_NS) / (double)cell->n;
	}
	cell->wall = pvq_estimate(sort, cell->n, PVQ_ALPHA);
	memcpy(sort, cell->diff_ns, cell->n * sizeof(*sort));
	cell->diff = pvq_estimate(sort, cell->n, PVQ_ALPHA);
	free(sort);
	return 0;
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

static enum pvq_e2e_verdict rest_verdict(const struct pvq_estimate *rest, double limit_ns)
{
	if (isnan(rest->lo))
		return PVQ_E2E_UNSURE;
	if (rest->lo >= -limit_ns && rest->hi <= limit_ns)
		return PVQ_E2E_AGREES;
	return rest->lo > limit_ns || rest->hi < -limit_ns ? PVQ_E2E_APART : PVQ_E2E_UNSURE;
}

/* Makes the check that e2e.h describes. */
static int judge(struct pvq_e2e *e, const struct pvq_work *work, struct pvq_e2e_cell *cell)
{
	const struct pvq_e2e_cell *yard = pvq_e2e_sibling(e, cell, e->yard);
	const struct pvq_e2e_cell *base = pvq_e2e_base(e, work), *base_yard = pvq_e2e_base(e, e->yard);
	double *rest;
	size_t n;

	cell->verdict = cell->below ? PVQ_E2E_BELOW : PVQ_E2E_REFERENCE;
	if (cell->below || work == e->yard || cell == base)
		return 0;
	cell->verdict = PVQ_E2E_UNMEASURED;
	if (!yard || !base || !base_yard)
		return 0;
	n = least(least(cell->n, yard->n), least(base->n, base_yard->n));
	rest = calloc(n, sizeof(*rest));
	if (!rest)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		rest[i] = cell->diff_ns[i] - yard->diff_ns[i] - (base->diff_ns[i] - base_yard->diff_ns[i]);
	cell->rest = pvq_estimate(rest, n, PVQ_ALPHA);
	cell->verdict = rest_verdict(&cell->rest, PVQ_E2E_TOLERANCE * cell->wall.median);
	free(rest);
	return 0;
}

/* The smallest load: the work with the shortest time by the driver's clock. */
static const struct pvq_work *find_yard(const struct pvq_e2e *e)
{
	const struct pvq_work *yard = NULL;
	double best = INFINITY;

	for (size_t w = 0; w < e->summary.works; w++) {
		const struct pvq_work *work = &e->summary.work[w];

		for (size_t c = work->first; c < work->first + work->cells; c++)
			if (e->cell[c].n && e->cell[c].inside.median < best) {
				best = e->cell[c].inside.median;
				yard = work;
			}
	}
	return yard;
}

static int describe_all(struct pvq_e2e *e)
{
	const struct pvq_summary *s = &e->summary;
	int ret = 0;

	e->cell = calloc(s->cells + 1, sizeof(*e->cell));
	if (!e->cell)
		return -ENOMEM;
	for (size_t c = 0; ret == 0 && c < s->cells; c++) {
		e->cell[c].in = &s->cell[c];
		ret = describe(e, &e->cell[c]);
	}
	e->yard = find_yard(e);
	for (size_t w = 0; e->yard && w < s->works; w++)
		for (size_t c = s->work[w].first; ret == 0 && c < s->work[w].first + s->work[w].cells; c++)
			if (e->cell[c].n)
				ret = judge(e, &s->work[w], &e->cell[c]);
	return ret;
}

/* ---- the whole view ---- */

static int read_rows(struct pvq_rows *all, const char *dir)
{
	int ret = pvq_rows_need_file(dir, "e2e.csv", all);

	return ret == -ENOENT ? -EBADMSG : ret; /* -ENOENT stands for a folder without an outside view */
}

int pvq_e2e_read(struct pvq_e2e *e, const struct pvq_registry *registry, const char *dir)
{
	struct pvq_rows all = {0};
	char path[PATH_MAX];
	int ret;

	memset(e, 0, sizeof(*e));
	if (snprintf(path, sizeof(path), "%s/e2e.json", dir) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	if (!pvq_rundir_has(dir, "e2e.json"))
		return -ENOENT;
	ret = read_rows(&all, dir);
	if (ret == 0)
		ret = read_json(e, &all, dir, path);
	pvq_rows_free(&all);
	if (ret == 0) {
		ret = pvq_summarise(&e->summary, registry, &e->rows);
		if (ret == 0)
			ret = describe_all(e);
		if (ret)
			fprintf(stderr, "pvq: cannot read %s: %s\n", path, strerror(-ret));
	}
	if (ret)
		pvq_e2e_free(e);
	return ret;
}

void pvq_e2e_free(struct pvq_e2e *e)
{
	for (size_t c = 0; e->cell && c < e->summary.cells; c++)
		free(e->cell[c].diff_ns);
	free(e->cell);
	pvq_summary_free(&e->summary);
	pvq_rows_free(&e->rows);
	free(e->outside);
	free(e->problem);
	memset(e, 0, sizeof(*e));
}
