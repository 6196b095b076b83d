/* prices.c: reads Google Benchmark's JSON, and groups its rows by name. */
#include "results/prices.h"
#include "base/grow.h"
#include "base/rundir.h"
#include "stats/stats.h"
#include "trial/text.h"

#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

static double prices_number(const json_t *row, const char *key)
{
	return json_number_value(json_object_get(row, key)); /* 0 if there is none */
}

static const char *prices_text(const json_t *row, const char *key)
{
	const char *text = json_string_value(json_object_get(row, key));

	return text ? text : "";
}

/* The row's time unit in nanoseconds; 0: unknown. */
static double prices_unit_ns(const json_t *row)
{
	static const struct {
		const char *name;
		double ns;
	} units[] = {{"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}};
	const char *name = prices_text(row, "time_unit");

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (strcmp(units[i].name, name) == 0)
			return units[i].ns;
	return 0;
}

static int prices_is_timed(const json_t *row)
{
	return json_is_number(json_object_get(row, "real_time")) && prices_unit_ns(row) > 0;
}

/* Whether the text starts with a part that the library itself adds to names. */
static int prices_is_setting(const char *part)
{
	static const char *const settings[] = {
		"min_time:", "min_warmup_time:", "iterations:", "repeats:", "threads:"};

	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
		if (strncmp(part, settings[i], strlen(settings[i])) == 0)
			return 1;
	return 0;
}

/* Splits "pipe/stream/bytes:64/real_time" into "pipe/stream", "bytes", 64. Parts that the library adds about how it
 * measured (real_time, repeats:9, …) do not belong to the name. */
static void prices_parse_name(struct pvq_price *p, const char *run_name)
{
	const char *variant = strchr(run_name, '/'), *end = variant ? strchr(variant + 1, '/') : NULL;
	size_t len = end ? strcspn(end + 1, ":/") : 0;

	snprintf(p->name, sizeof(p->name), "%.*s", end ? (int)(end - run_name) : 63, run_name);
	if (!end || end[1 + len] != ':' || prices_is_setting(end + 1))
		return;
	snprintf(p->arg_name, sizeof(p->arg_name), "%.*s", (int)len, end + 1);
	p->arg = strtoll(end + len + 2, NULL, 10);
}

static int prices_same(const struct pvq_price *a, const struct pvq_price *b)
{
	return strcmp(a->name, b->name) == 0 && strcmp(a->arg_name, b->arg_name) == 0 && a->arg == b->arg;
}

/* The row's entry, added if it does not exist yet; NULL: out of memory. */
static struct pvq_price *prices_entry(struct pvq_prices *prices, const json_t *row)
{
	struct pvq_price fresh = {0}, *grown;

	prices_parse_name(&fresh, prices_text(row, "run_name"));
	for (size_t i = 0; i < prices->count; i++)
		if (prices_same(&prices->price[i], &fresh))
			return &prices->price[i];
	snprintf(fresh.op, sizeof(fresh.op), "%s", prices_text(row, "label"));
	fresh.handovers = prices_number(row, "handovers");
	fresh.syscalls = prices_number(row, "syscalls");
	fresh.bytes = prices_number(row, "bytes");
	fresh.family = (long)prices_number(row, "family_index");
	fresh.instance = (long)prices_number(row, "per_family_instance_index");
	grown = pvq_grow(prices->price, prices->count, sizeof(*grown));
	if (!grown)
		return NULL;
	prices->price = grown;
	grown[prices->count] = fresh;
	return &grown[prices->count++];
}

/* Computes an entry's median over its rows. There are so few rows that each entry searches all of them. */
static int prices_settle(struct pvq_price *p, const json_t *rows)
{
	size_t count = json_array_size(rows), n = 0;
	double *ns = calloc(count ? count : 1, sizeof(*ns));

	if (!ns)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		const json_t *row = json_array_get(rows, i);
		struct pvq_price named = {0};

		prices_parse_name(&named, prices_text(row, "run_name"));
		if (strcmp(prices_text(row, "run_type"), "iteration") == 0 && prices_same(&named, p) &&
			!json_object_get(row, "error_message") && prices_is_timed(row))
			ns[n++] = prices_number(row, "real_time") * prices_unit_ns(row);
	}
	p->repetitions = n;
	if (n) {
		struct pvq_estimate e = pvq_estimate(ns, n, PVQ_ALPHA);

		p->median_ns = e.median;
		p->min_ns = e.min;
		p->max_ns = e.max;
	}
	free(ns);
	return 0;
}

/* Orders entries as they were registered. The file has them in the order in which they ended. */
static int prices_order(const void *a, const void *b)
{
	const struct pvq_price *x = a, *y = b;

	if (x->family != y->family)
		return x->family < y->family ? -1 : 1;
	return (x->instance > y->instance) - (x->instance < y->instance);
}

static int prices_fill(struct pvq_prices *prices, const json_t *root)
{
	const json_t *rows = json_object_get(root, "benchmarks"),
		     *context = json_object_get(root, "context");
	int ret = 0;

	if (!json_is_array(rows) || !json_is_object(context))
		return -EBADMSG;
	snprintf(prices->build_type, sizeof(prices->build_type), "%s",
		prices_text(context, "library_build_type"));
	snprintf(prices->list, sizeof(prices->list), "%s", prices_text(context, "pvq_list"));
	for (size_t i = 0; i < json_array_size(rows); i++) {
		const json_t *row = json_array_get(rows, i);
		struct pvq_price *p;

		if (strcmp(prices_text(row, "run_type"), "iteration") != 0)
			continue;
		p = prices_entry(prices, row);
		if (!p)
			return -ENOMEM;
		if (!p->error[0])
			snprintf(p->error, sizeof(p->error), "%s",
				json_object_get(row, "error_message") ? prices_text(row, "error_message")
				: prices_is_timed(row)                ? ""
								      : "its time cannot be read");
	}
	if (prices->count)
		qsort(prices->price, prices->count, sizeof(*prices->price), prices_order);
	for (size_t i = 0; ret == 0 && i < prices->count; i++)
		ret = prices_settle(&prices->price[i], rows);
	return ret;
}

int pvq_prices_read(struct pvq_prices *prices, const char *dir)
{
	char path[PATH_MAX];
	json_error_t error;
	json_t *root;
	int ret;

	memset(prices, 0, sizeof(*prices));
	if (snprintf(path, sizeof(path), "%s/micro.json", dir) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	if (!pvq_rundir_has(dir, "micro.json"))
		return -ENOENT;
	root = json_load_file(path, 0, &error);
	if (!root) {
		fprintf(stderr, "pvq: %s: line %d: %s\n", path, error.line, error.text);
		return -EBADMSG;
	}
	ret = prices_fill(prices, root);
	json_decref(root);
	if (ret) {
		fprintf(stderr, "pvq: %s: %s\n", path,
			ret == -EBADMSG ? "not a file of Google Benchmark" : strerror(-ret));
		pvq_prices_free(prices);
	}
	return ret;
}

void pvq_prices_free(struct pvq_prices *prices)
{
	free(prices->price);
	memset(prices, 0, sizeof(*prices));
}

const struct pvq_price *pvq_prices_find(const struct pvq_prices *prices, const char *name, int64_t arg)
{
	for (size_t i = 0; i < prices->count; i++) {
		const struct pvq_price *p = &prices->price[i];

		if (strcmp(p->name, name) == 0 && (!p->arg_name[0] || p->arg == arg))
			return p->repetitions ? p : NULL;
	}
	return NULL;
}

/* A table shows the sizes that both the short and the full list have. */
int pvq_price_is_listed(const struct pvq_price *p)
{
	if (strcmp(p->arg_name, "bytes") == 0)
		return p->arg == 1 << 10 || p->arg == 1 << 18;
	if (strcmp(p->arg_name, "mib") == 0)
		return p->arg == 1 || p->arg == 16 || p->arg == 1 << 10;
	return 1;
}

static void prices_print_one(FILE *f, const struct pvq_price *p)
{
	char name[64];

	if (p->arg_name[0])
		snprintf(name, sizeof(name), "%.32s %.12s:%lld", p->name, p->arg_name, (long long)p->arg);
	else
		snprintf(name, sizeof(name), "%.48s", p->name);
	if (p->repetitions)
		fprintf(f, "%-36s %10s   %10s to %s\n", name, pvq_text_ns(p->median_ns).s,
			pvq_text_ns(p->min_ns).s, pvq_text_ns(p->max_ns).s);
	else
		fprintf(f, "%-36s %10s   %.44s\n", name, "-", p->error);
}

void pvq_prices_print(FILE *f, const struct pvq_prices *prices)
{
	fprintf(f, "%-36s %10s   %s\n", "what", "median", "over the repetitions");
	for (size_t i = 0; i < prices->count; i++)
		if (pvq_price_is_listed(&prices->price[i]))
			prices_print_one(f, &prices->price[i]);
}
