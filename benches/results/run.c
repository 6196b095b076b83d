/* run.c: reads a run's folder. */
#include "results/run.h"
#include "trial/registry.h"

#include <errno.h>
#include <string.h>

static int run_read_rows(struct pvq_run *run)
{
	int ret = pvq_rows_need_file(run->dir, "raw.csv", &run->rows);

	if (ret == 0 && run->rows.count == 0)
		fprintf(stderr, "pvq: %s/raw.csv holds no rows yet\n", run->dir);
	if (run->rows.count)
		return 0;
	return ret ? ret : -ENODATA;
}

int pvq_run_read(struct pvq_run *run, struct pvq_registry *registry, const char *dir)
{
	int ret;

	memset(run, 0, sizeof(*run));
	run->dir = dir;
	ret = run_read_rows(run);
	if (ret == 0)
		ret = pvq_peers_read(registry, dir);
	if (ret)
		return ret;
	ret = pvq_manifest_read(&run->manifest, dir);
	if (ret == 0 || ret == -ENOENT)
		ret = pvq_summarise(&run->summary, registry, &run->rows);
	if (ret)
		fprintf(stderr, "pvq: cannot read the run in %s: %s\n", dir, strerror(-ret));
	return ret;
}

void pvq_run_free(struct pvq_run *run)
{
	pvq_summary_free(&run->summary);
	pvq_manifest_free(&run->manifest);
	pvq_rows_free(&run->rows);
	memset(run, 0, sizeof(*run));
}

/* Whether a difference in that fact may change times. The state of the machine at the start always differs; the rows
 * tell in which state each block was. */
static int run_fact_counts(const char *key)
{
	static const char *const state[] = {
		"host_load_at_start", "host_foreign", "host_stolen", "host_handover"};

	for (size_t i = 0; i < sizeof(state) / sizeof(state[0]); i++)
		if (strcmp(key, state[i]) == 0)
			return 0;
	return strncmp(key, "host_", 5) == 0 || strncmp(key, "version_", 8) == 0 ||
	       strcmp(key, "profile") == 0 || strcmp(key, "timeout_s") == 0;
}

static void run_difference(FILE *f, const struct pvq_run *a, const struct pvq_run *b, const char *key)
{
	const char *x = pvq_manifest_get(&a->manifest, key), *y = pvq_manifest_get(&b->manifest, key);

	if (!run_fact_counts(key) || (x && y && strcmp(x, y) == 0))
		return;
	fprintf(f, "pvq: warning: %s differs: '%s' in %s, '%s' in %s\n", key, x ? x : "not recorded",
		a->dir, y ? y : "not recorded", b->dir);
}

void pvq_runs_differences(FILE *f, const struct pvq_run *run, size_t runs)
{
	const struct pvq_manifest *first = &run[0].manifest;

	for (size_t r = 0; r < runs; r++)
		if (run[r].manifest.count == 0)
			fprintf(f,
				"pvq: warning: %s has no manifest, so its machine and build are unknown\n",
				run[r].dir);
	for (size_t r = 1; r < runs; r++) {
		const struct pvq_manifest *other = &run[r].manifest;

		if (!first->count || !other->count)
			continue;
		for (size_t i = 0; i < first->count; i++)
			run_difference(f, &run[0], &run[r], first->fact[i].key);
		for (size_t i = 0; i < other->count; i++)
			if (!pvq_manifest_get(first, other->fact[i].key))
				run_difference(f, &run[0], &run[r], other->fact[i].key);
	}
}
