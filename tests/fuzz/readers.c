/* readers.c: the readers of files, of the command line, and of tasks. What a reader accepts it must write and read again as
 * the same. */
#include "readers.h"

#include "base/manifest.h"
#include "base/parse.h"
#include "drive/plan.h"
#include "report/experiment.h"
#include "results/summary.h"
#include "tasks/items.h"
#include "tasks/template.h"
#include "trial/delivery.h"
#include "trial/observed.h"
#include "trial/spec.h"
#include "trial/trial_args.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void must(int holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "contradiction: %s\n", what);
	abort();
}

/* ---- the folder of a run ---- */

static char dir[64];

static int remove_entry(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	(void)st, (void)kind, (void)ftw;
	return remove(path);
}

static void remove_dir(void)
{
	nftw(dir, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

static void put_file(const char *name, const char *text, size_t len)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "we");
	must(f && fwrite(text, 1, len, f) == len && fclose(f) == 0, "a file can be written");
}

static void make_dir(void)
{
	const char *tmp = getenv("TMPDIR");

	snprintf(dir, sizeof(dir), "%.40s/pvq-fuzz-XXXXXX", tmp && *tmp ? tmp : "/tmp");
	must(mkdtemp(dir) != NULL, "a folder can be made");
	atexit(remove_dir);
}

/* ---- files of a run ---- */

static char *text_of(const struct pvq_rows *rows)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	must(f && pvq_row_header(f) == 0, "a header can be written");
	for (size_t i = 0; i < rows->count; i++)
		must(pvq_row_write(f, &rows->row[i]) == 0, "a row that was read can be written");
	fclose(f);
	return text;
}

static void read_raw(const struct fuzz_reader *self, const char *text, size_t len)
{
	struct pvq_registry registry = {.linked_in = pvq_linked_in};
	struct pvq_summary summary;
	struct pvq_rows rows, again;
	char *once, *twice;
	FILE *f;

	(void)text, (void)len;
	(void)pvq_rows_read_file(dir, self->file, &rows);
	once = text_of(&rows);
	f = fmemopen(once, strlen(once), "r");
	must(f && pvq_rows_read(&again, f) == 0 && again.count == rows.count,
		"rows that were written can be read");
	twice = text_of(&again);
	must(strcmp(once, twice) == 0, "a row is read as it was written");
	fclose(f);
	free(once);
	free(twice);
	pvq_rows_free(&again);
	if (rows.count && pvq_summarise(&summary, &registry, &rows) == 0)
		pvq_summary_free(&summary);
	pvq_rows_free(&rows);
}

static void read_plan(const struct fuzz_reader *self, const char *text, size_t len)
{
	struct pvq_registry registry = {.linked_in = pvq_linked_in};
	struct pvq_host host = {.ncpu = PVQ_CPUS_MAX};
	struct pvq_plan plan;

	(void)self, (void)text, (void)len;
	if (pvq_plan_read(&plan, &registry, &host, dir, 0) == 0)
		pvq_plan_free(&plan);
}

static void read_observed(const struct fuzz_reader *self, const char *text, size_t len)
{
	struct pvq_observations seen;

	(void)self, (void)text, (void)len;
	(void)pvq_observations_read(&seen, dir);
	pvq_observations_free(&seen);
}

static void read_timeline(const struct fuzz_reader *self, const char *text, size_t len)
{
	struct pvq_moment *moment = NULL;
	size_t n = 0;

	(void)text, (void)len;
	(void)pvq_timeline_read(dir, self->file, &moment, &n);
	free(moment);
}

static void read_deliveries(const struct fuzz_reader *self, const char *text, size_t len)
{
	struct pvq_table_rows rows;

	(void)text, (void)len;
	(void)pvq_deliveries_read(dir, self->file, &rows);
	free(rows.row);
}

static void read_manifest(const struct fuzz_reader *self, const char *text, size_t len)
{
	struct pvq_manifest facts, again;
	struct pvq_outfile none;

	(void)self, (void)text, (void)len;
	must(pvq_manifest_read(&facts, dir) == 0, "a manifest can be read");
	must(pvq_manifest_begin(&none, dir) == 0 && pvq_manifest_add(&none, dir) == 0,
		"nothing can be added");
	must(pvq_manifest_read(&again, dir) == 0 && again.count == facts.count && again.lost == facts.lost,
		"facts that were written can be read");
	for (size_t i = 0; i < facts.count; i++)
		must(strcmp(again.fact[i].key, facts.fact[i].key) == 0 &&
				strcmp(again.fact[i].value, facts.fact[i].value) == 0,
			"a fact is read as it was written");
	pvq_outfile_free(&none);
	pvq_manifest_free(&again);
	pvq_manifest_free(&facts);
}

static void read_peers(const struct fuzz_reader *self, const char *text, size_t len)
{
	struct pvq_registry registry = {.linked_in = pvq_linked_in};
	char problem[PVQ_PROBLEM_MAX];
	FILE *f = fmemopen((void *)text, len + 1, "r");

	(void)self;
	must(f != NULL, "a stream can be opened");
	(void)pvq_registry_add(&registry, f, "peer", problem);
	fclose(f);
	pvq_registry_free(&registry);
}

/* The reader's name is the experiment's, perhaps with a part behind it. */
static void read_experiment(const struct fuzz_reader *self, const char *text, size_t len)
{
	struct pvq_registry registry = {.linked_in = pvq_linked_in};
	const struct pvq_folder folder = {.dir = dir, .registry = &registry};

	(void)text, (void)len;
	for (size_t i = 0; pvq_experiments[i]; i++) {
		const struct pvq_experiment *e = pvq_experiments[i];
		struct pvq_traits traits = {0};
		void *data = NULL;

		if (strncmp(e->name, self->name, strlen(e->name)) != 0)
			continue;
		must(e->read(&data, &folder) == 0, "there is memory");
		if (data && e->tell)
			must(e->tell(data, &traits) == 0, "what was read can be told");
		pvq_traits_free(&traits);
		if (data)
			e->release(data);
		return;
	}
	must(0, "the reader's experiment exists");
}

/* hyperfine's results are paired with rows; these are five runs of a command. */
static void read_e2e(const struct fuzz_reader *self, const char *text, size_t len)
{
	struct pvq_row row = {.impl = "serial",
		.task = "noop",
		.n = 10,
		.workers = 1,
		.cores = 1,
		.order = "ordered",
		.in_via = "call",
		.out_via = "call",
		.verified = PVQ_VERIFIED_ORACLE,
		.map_ns = 1000,
		.total_ns = 3000};
	char path[128];

	snprintf(path, sizeof(path), "%s/e2e.csv", dir);
	for (; access(path, F_OK) != 0 || row.block; row.block = (row.block + 1) % 5)
		must(pvq_row_append(path, &row) == 0, "a row can be written");
	read_experiment(self, text, len);
}

/* ---- what a user types ---- */

static void read_spec(const struct fuzz_reader *self, const char *text, size_t len)
{
	struct pvq_spec spec, again;
	char args[PVQ_ARGS_TEXT], twice[PVQ_ARGS_TEXT], words[PVQ_SPEC_MAX + PVQ_ARGS_TEXT];

	(void)self, (void)len;
	if (pvq_spec_parse(&spec, text))
		return;
	pvq_spec_args(&spec, args, sizeof(args));
	snprintf(words, sizeof(words), "%s%s%s", spec.task->name, *args ? ":" : "", args);
	if (strlen(args) + 1 == sizeof(args) || pvq_spec_parse(&again, words))
		return;
	pvq_spec_args(&again, twice, sizeof(twice));
	must(strcmp(args, twice) == 0, "arguments are read as they were written");
}

/* Each line is an argument. */
static void read_options(const struct fuzz_reader *self, const char *text, size_t len)
{
	struct pvq_trial_args *args = malloc(sizeof(*args));
	char name[] = "pvq", *argv[64] = {name}, *copy = malloc(len + 1);
	int argc = 1;

	(void)self;
	must(args && copy, "memory");
	memcpy(copy, text, len + 1);
	for (char *at = copy, *end; argc < 63 && *at; at = end + 1) {
		end = strchr(at, '\n');
		argv[argc++] = at;
		if (!end)
			break;
		*end = '\0';
	}
	if (pvq_trial_args_parse(args, argc, argv) == 0)
		(void)pvq_trial_args_task(args);
	free(copy);
	free(args);
}

static void read_number(const struct fuzz_reader *self, const char *text, size_t len)
{
	double value;
	uint64_t whole;

	(void)self, (void)len;
	for (int unit = PVQ_UNIT_NONE; unit <= PVQ_UNIT_KIB; unit++) {
		if (pvq_parse_whole("number", text, (enum pvq_unit)unit, 3, 1000000, &whole) == 0)
			must(whole >= 3 && whole <= 1000000, "a number is within its bounds");
		if (pvq_parse_real("number", text, (enum pvq_unit)unit, -1, 1e9, &value) == 0)
			must(value >= -1 && value <= 1e9, "a number is within its bounds");
	}
	if (pvq_parse_seconds("time", text, 0, &value) == 0)
		must(value > 0, "a time is above 0");
}

/* ---- what a task reads ---- */

/* The first line says how the rest is cut. */
static void read_items(const struct fuzz_reader *self, const char *text, size_t len)
{
	const char *end = strchr(text, '\n');
	struct pvq_items_cut cut = {
		.separator = text[0] == '0' ? '\0' : '\n', .record = (size_t)atoi(text) % 100};
	struct pvq_error err = PVQ_NO_ERROR;
	struct pvq_items items = {0};
	char path[128];

	if (!end)
		return;
	put_file(self->file, end + 1, len - (size_t)(end + 1 - text));
	snprintf(path, sizeof(path), "%s/%s", dir, self->file);
	if (pvq_items_read(&items, path, &cut, "task", &err) == 0)
		for (uint64_t i = 0; i < items.count; i++) {
			_Alignas(16) char scratch[PVQ_SCRATCH];
			struct pvq_span item = pvq_items_at(&items, i, scratch);

			must(item.len > 0 && item.len <= items.longest, "an item is within its bounds");
			must(memchr(item.ptr, cut.separator, item.len) == NULL || cut.record,
				"an item ends at its end");
		}
	pvq_items_free(&items);
}

/* The first line is a command, the rest an item. */
static void read_template(const struct fuzz_reader *self, const char *text, size_t len)
{
	const char *end = strchr(text, '\n');
	char *command = end ? strndup(text, (size_t)(end - text)) : NULL;

	(void)self;
	for (int shell = 0; command && shell < 2; shell++) {
		struct pvq_span item = {.ptr = end + 1, .len = strlen(end + 1)};
		struct pvq_template template;

		if (pvq_template_read(&template, command, shell) == 0) {
			char **words = pvq_template_words(&template, item, len);
			char *line = pvq_template_line(&template, item, len);

			must(words && words[0] && line, "a command that was read can be used");
			free(words);
			free(line);
		}
		pvq_template_free(&template);
	}
	free(command);
}

static void read_joblog(const struct fuzz_reader *self, const char *text, size_t len)
{
	struct pvq_spec spec;
	uint64_t n = 0;
	char path[128];

	(void)text, (void)len;
	snprintf(path, sizeof(path), "%s/%s", dir, self->file);
	must(pvq_spec_parse(&spec, "cmd:run='echo'") == 0, "the task can be read");
	spec.keep = (struct pvq_keep){.joblog = path, .resume = 1};
	n = 10;
	if (pvq_spec_count(&spec, &n) == 0)
		must(n <= 10, "no item is added");
}

static void read_trace(const struct fuzz_reader *self, const char *text, size_t len)
{
	struct pvq_error err = PVQ_NO_ERROR;
	struct pvq_load load = {0};
	struct pvq_spec spec;
	char words[160];
	_Alignas(16) char scratch[PVQ_SCRATCH];

	(void)text, (void)len;
	snprintf(words, sizeof(words), "trace:file=%s/%s", dir, self->file);
	must(pvq_spec_parse(&spec, words) == 0, "the task can be read");
	if (pvq_load_build(&load, &spec, 20, 1, &err))
		return;
	for (uint64_t i = 0; i < load.n; i++)
		must(load.task->input(&load, i, scratch).len <= load.max_in,
			"an input is within its bounds");
	pvq_load_free(&load);
}

const struct fuzz_reader fuzz_readers[] = {
	{"raw", read_raw, "raw.csv"},
	{"plan", read_plan, "plan.csv"},
	{"observed", read_observed, "observed.csv"},
	{"timeline", read_timeline, "timeline.csv"},
	{"deliveries", read_deliveries, "deliveries.csv"},
	{"manifest", read_manifest, "manifest.tsv"},
	{"peers", read_peers, NULL},
	{"grain", read_experiment, "grain.csv"},
	{"claims", read_experiment, "claims.csv"},
	{"chunks", read_experiment, "chunks.csv"},
	{"faults", read_experiment, "faults.csv"},
	{"chaos", read_experiment, "chaos.csv"},
	{"costs-cold", read_experiment, "cold.csv"},
	{"costs-memory", read_experiment, "memory.csv"},
	{"costs-dispatch", read_experiment, "dispatch.csv"},
	{"harness", read_experiment, "harness.csv"},
	{"tutorial", read_experiment, "tutorial.csv"},
	{"e2e", read_e2e, "e2e.json"},
	{"prices", read_experiment, "micro.json"},
	{"spec", read_spec, NULL},
	{"options", read_options, NULL},
	{"number", read_number, NULL},
	{"items", read_items, "items"},
	{"template", read_template, NULL},
	{"joblog", read_joblog, "joblog"},
	{"trace", read_trace, "trace.csv"},
	{NULL, NULL, NULL},
};

const struct fuzz_reader *fuzz_find(const char *name)
{
	const struct fuzz_reader *r = fuzz_readers;

	while (r->name && strcmp(r->name, name) != 0)
		r++;
	return r->name ? r : NULL;
}

void fuzz_read(const struct fuzz_reader *reader, const void *data, size_t len)
{
	char *text = malloc(len + 1);

	must(text != NULL, "memory");
	if (!dir[0])
		make_dir();
	memcpy(text, data, len);
	text[len] = '\0';
	if (reader->file)
		put_file(reader->file, text, len);
	reader->read(reader, text, len);
	free(text);
}
