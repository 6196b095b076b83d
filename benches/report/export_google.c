/* export_google.c: Google Benchmark's JSON: a context, and benchmarks[] with one entry per repetition.
 *
 * A good trial is a repetition, its items are the iterations, so that real_time is the map time of an item, as it is
 * an iteration's there. cpu_time is the trial's with its children's, from start to stop. threads is 1: workers are
 * an argument, in the name, since what reads the file may take times for those of one thread. Of the aggregates
 * only the median is there: this suite does not lean on means. What needs no name of ours (family_index,
 * repetition_index, …) is as Google Benchmark 1.7.1 writes it.
 */
#include "report/export.h"

#include "base/quote.h"
#include "results/cellname.h"

#include <math.h>
#include <stdlib.h>

/* Appends; 0 or -1. Takes the entry. */
static int google_append(json_t *list, json_t *entry)
{
	return entry ? json_array_append_new(list, entry) : -1;
}

/* What repetitions and aggregates share. */
struct family {
	const struct pvq_cell *cell;
	char name[PVQ_CELLNAME_MAX];
	size_t work, instance;
};

static json_t *google_entry(const struct family *f, const char *suffix, const char *run_type,
	double iterations, double real_ns, double cpu_ns)
{
	json_t *entry = json_pack("{s:s+,s:I,s:I,s:s,s:s,s:I,s:i,s:I,s:f,s:s}", "name", f->name, suffix,
		"family_index", (json_int_t)f->work, "per_family_instance_index", (json_int_t)f->instance,
		"run_name", f->name, "run_type", run_type, "repetitions", (json_int_t)f->cell->ok,
		"threads", 1, "iterations", (json_int_t)iterations, "real_time", real_ns, "time_unit",
		"ns");

	/* JSON has no NAN: a CPU time that is unknown is left out. */
	if (entry && !isnan(cpu_ns) && json_object_set_new(entry, "cpu_time", json_real(cpu_ns))) {
		json_decref(entry);
		return NULL;
	}
	return entry;
}

static int google_repetition(json_t *list, const struct family *f, size_t i)
{
	const struct pvq_row *row = f->cell->row[i];
	double n = (double)row->n, map_ns = pvq_row_metric(row, PVQ_MAP_NS);
	json_t *entry =
		google_entry(f, "", "iteration", n, map_ns / n, pvq_row_metric(row, PVQ_CPU_NS) / n);

	if (!entry || json_object_set_new(entry, "repetition_index", json_integer((json_int_t)i)) ||
		json_object_set_new(entry, "items_per_second", json_real(n / fmax(map_ns, 1) * 1e9)) ||
		json_object_set_new(
			entry, "total_ns_per_item", json_real(pvq_row_metric(row, PVQ_TOTAL_NS) / n))) {
		json_decref(entry);
		return -1;
	}
	return google_append(list, entry);
}

static int google_median(json_t *list, const struct family *f)
{
	const struct pvq_cell *cell = f->cell;
	double n = (double)cell->key->n;
	json_t *entry = google_entry(f, "_median", "aggregate", (double)cell->ok,
		cell->metric[PVQ_MAP_NS].median / n, cell->metric[PVQ_CPU_NS].median / n);

	if (!entry || json_object_set_new(entry, "aggregate_name", json_string("median")) ||
		json_object_set_new(entry, "aggregate_unit", json_string("time"))) {
		json_decref(entry);
		return -1;
	}
	return google_append(list, entry);
}

static int google_cell(json_t *list, const struct family *f)
{
	for (size_t i = 0; i < f->cell->ok; i++)
		if (google_repetition(list, f, i))
			return -1;
	return google_median(list, f);
}

static json_t *google_benchmarks(const struct pvq_summary *s)
{
	json_t *list = json_array();

	for (size_t w = 0; list && w < s->works; w++)
		for (size_t c = 0; c < s->work[w].cells; c++) {
			struct family f = {
				.cell = &s->cell[s->work[w].first + c], .work = w, .instance = c};

			if (!f.cell->ok || f.cell->harness || !f.cell->key->n)
				continue;
			pvq_cellname(f.name, s, &s->work[w], f.cell);
			if (google_cell(list, &f)) {
				json_decref(list);
				return NULL;
			}
		}
	return list;
}

/* Adds a fact. Bytes that are no UTF-8 are nothing that JSON could hold. */
static int google_fact(json_t *context, const struct pvq_fact *fact)
{
	char *key = pvq_utf8_copy(fact->key), *value = pvq_utf8_copy(fact->value);
	int ret = key && value ? json_object_set_new(context, key, json_string(value)) : -1;

	free(key);
	free(value);
	return ret;
}

/* The manifest's facts, each under its own key, beside those that readers look for. */
static json_t *google_context(const struct pvq_manifest *facts)
{
	json_t *context = json_object();
	const char *cpus = pvq_manifest_get(facts, "host_cpus"); /* "2 allowed, …" */

	if (!context || json_object_set_new(context, "executable", json_string("pvq")) ||
		(cpus && json_object_set_new(context, "num_cpus", json_integer(strtol(cpus, NULL, 10))))) {
		json_decref(context);
		return NULL;
	}
	for (size_t i = 0; i < facts->count; i++)
		if (google_fact(context, &facts->fact[i])) {
			json_decref(context);
			return NULL;
		}
	return context;
}

json_t *pvq_export_google(const struct pvq_summary *s, const struct pvq_manifest *facts)
{
	return json_pack("{s:o,s:o}", "context", google_context(facts), "benchmarks", google_benchmarks(s));
}
