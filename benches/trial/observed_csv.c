/* observed_csv.c: writes and reads observed.csv and timelines. */
#include "base/outfile.h"
#include "base/table.h"
#include "base/whole.h"
#include "trial/observed.h"
#include "trial/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define COL(kind, field) PVQ_COLUMN(struct pvq_observed, kind, field)

static const struct pvq_column observed_column[] = {
	COL(TEXT, impl),
	COL(TEXT, task),
	COL(TEXT, args),
	COL(U64, n),
	COL(U32, workers),
	COL(U32, cores),
	COL(U32, block),
	COL(U32, lanes),
	COL(U64, map_ns),
	COL(U64, longest_ns),
	COL(U64, busy_ns),
	COL(U64, ramp_ns),
	COL(U64, dispatch_ns),
	COL(U64, imbalance_ns),
	COL(U64, deliver_ns),
	COL(U64, first_ns),
	COL(U64, stall_ns),
	COL(U64, blocked_ns),
	COL(U64, wait_median_ns),
	COL(U64, wait_p99_ns),
	COL(U64, wait_max_ns),
	COL(U64, waiting_max),
	COL(U64, start_ns),
	COL(U64, stop_ns),
};

#undef COL
#define COL(kind, field) PVQ_COLUMN(struct pvq_moment, kind, field)

static const struct pvq_column timeline_column[] = {
	COL(U64, item),
	COL(U32, worker),
	COL(U64, begin_ns),
	COL(U64, end_ns),
	COL(U64, delivered_ns),
};

enum {
	OBSERVED_COLUMNS = sizeof(observed_column) / sizeof(observed_column[0]),
	OBSERVED_REQUIRED = OBSERVED_COLUMNS - 2, /* older files lack the last two */
	TIMELINE_COLUMNS = sizeof(timeline_column) / sizeof(timeline_column[0]),
};

static const struct pvq_table observed_table = {.file = "an observed.csv",
	.column = observed_column,
	.columns = OBSERVED_COLUMNS,
	.required = OBSERVED_REQUIRED,
	.row = sizeof(struct pvq_observed)};

static const struct pvq_table timeline_table = {.file = "a timeline",
	.column = timeline_column,
	.columns = TIMELINE_COLUMNS,
	.required = TIMELINE_COLUMNS,
	.row = sizeof(struct pvq_moment)};

int pvq_observed_append(const char *path, const struct pvq_observed *o)
{
	return pvq_table_append(&observed_table, path, o);
}

int pvq_observations_read(struct pvq_observations *o, const char *dir)
{
	struct pvq_table_rows rows;
	int ret = pvq_table_read_file(dir, "observed.csv", &observed_table, &rows);

	o->row = rows.row;
	o->count = rows.count;
	return ret;
}

void pvq_observations_free(struct pvq_observations *o)
{
	free(o->row);
	memset(o, 0, sizeof(*o));
}

const struct pvq_observed *pvq_observed_next(
	const struct pvq_observations *o, const struct pvq_row *key, const struct pvq_observed *row)
{
	for (row = row ? row + 1 : o->row; row && row < o->row + o->count; row++)
		if (row->n == key->n && row->workers == key->workers && row->cores == key->cores &&
			strcmp(row->impl, key->impl) == 0 && strcmp(row->task, key->task) == 0 &&
			strcmp(row->args, key->args) == 0)
			return row;
	return NULL;
}

const struct pvq_observed *pvq_observed_shortest(
	const struct pvq_observations *seen, const struct pvq_row *key)
{
	const struct pvq_observed *o = NULL, *shortest = NULL;

	while ((o = pvq_observed_next(seen, key, o)))
		if (!shortest || o->map_ns < shortest->map_ns)
			shortest = o;
	return shortest;
}

int pvq_timeline_write(const char *path, const struct pvq_moment *m, size_t n)
{
	struct pvq_outfile out;
	int ret = pvq_outfile_begin(&out);

	if (ret == 0)
		ret = pvq_table_header(&timeline_table, out.f);
	for (size_t i = 0; ret == 0 && i < n; i++)
		ret = pvq_table_write(&timeline_table, out.f, &m[i]);
	if (ret == 0)
		ret = pvq_outfile_compose(&out);
	if (ret == 0)
		ret = pvq_whole_write(path, out.text, out.len);
	pvq_outfile_free(&out);
	return ret;
}

int pvq_timeline_read(const char *dir, const char *name, struct pvq_moment **moment, size_t *n)
{
	struct pvq_table_rows rows;
	int ret = pvq_table_read_file(dir, name, &timeline_table, &rows);

	*moment = rows.row;
	*n = rows.count;
	return ret;
}

void pvq_timeline_name(char name[PVQ_TIMELINE_NAME], const char *impl, const char *slug)
{
	char plain[PVQ_NAME_MAX];

	pvq_text_slug(plain, sizeof(plain), impl);
	snprintf(name, PVQ_TIMELINE_NAME, "timeline-%s-%s.csv", plain, slug);
}
