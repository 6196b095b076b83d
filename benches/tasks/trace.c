/* trace.c: re-enacts items that were measured elsewhere: each row of a CSV file is an item with its computing, its waiting
 * and its payload. With more items than rows, the rows come again from the first on.
 *
 * Without a file there are eight rows of the task's own, from 1 to 100 µs. */
#include "base/table.h"
#include "enact.h"
#include "kernel.h"
#include "payload.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

enum { FILE_NAME, SCALE, RATE };

enum { LEAST_IN = 8, ROWS_MAX = 1 << 24 };

static const double longest_ns = 600e9;

static const struct pvq_arg trace_args[] = {
	{.name = "file",
		.help = "CSV with the columns work_ns, and perhaps wait_ns, in and out (bytes); none: an example",
		.def = "",
		.kind = PVQ_ARG_TEXT},
	{.name = "scale",
		.help = "how many times as long the items are",
		.def = "1",
		.kind = PVQ_ARG_REAL,
		.max = 1e6},
	PVQ_KERNEL_RATE,
	{0},
};

struct trace_row {
	uint64_t work_ns, wait_ns, in, out;
};

#define COL(field) PVQ_COLUMN(struct trace_row, U64, field)

static const struct pvq_column trace_column[] = {COL(work_ns), COL(wait_ns), COL(in), COL(out)};

static const struct pvq_table trace_table = {.file = "a trace",
	.column = trace_column,
	.columns = sizeof(trace_column) / sizeof(trace_column[0]),
	.required = 1,
	.row = sizeof(struct trace_row)};

struct trace {
	struct pvq_table_rows rows; /* owned */
	uint64_t *bytes;            /* owned; input r starts at word r, whose lower half is r */
};

static void trace_settle(union pvq_value arg[PVQ_ARGS_MAX])
{
	if (arg[RATE].u == 0)
		arg[RATE].u = pvq_kernel_rate();
}

static int trace_example(struct pvq_table_rows *rows)
{
	static const struct trace_row example[] = {{1000, 0, 64, 64}, {2000, 0, 64, 8}, {5000, 0, 256, 64},
		{10000, 0, 64, 1024}, {1000, 20000, 64, 64}, {20000, 0, 4096, 64}, {2000, 50000, 8, 1},
		{100000, 0, 1024, 4096}};

	rows->row = malloc(sizeof(example));
	if (!rows->row)
		return -ENOMEM;
	memcpy(rows->row, example, sizeof(example));
	rows->count = sizeof(example) / sizeof(example[0]);
	return 0;
}

static int trace_read(const char *path, struct pvq_table_rows *rows, struct pvq_error *err)
{
	FILE *f = fopen(path, "re");
	int ret;

	if (!f)
		return pvq_fail(err, -errno, "trace: cannot open '%s'", path);
	ret = pvq_table_read(&trace_table, f, rows);
	fclose(f);
	if (ret)
		return pvq_fail(err, ret, "trace: %s: %.100s", path, rows->problem);
	if (rows->count == 0 || rows->count > ROWS_MAX)
		return pvq_fail(err, -EINVAL, "trace: %s has %zu rows; 1 to %d can be used", path,
			rows->count, ROWS_MAX);
	return 0;
}

/* Gets the rows of the load's file, or the example's. */
static int trace_get(const struct pvq_load *load, struct pvq_table_rows *rows, struct pvq_error *err)
{
	const char *path = load->arg[FILE_NAME].s;
	int ret = path[0] ? trace_read(path, rows, err) : trace_example(rows);

	return ret ? pvq_fail(err, ret, "trace: cannot hold its rows") : 0;
}

static int trace_count(const struct pvq_load *load, uint64_t *n, struct pvq_error *err)
{
	struct pvq_table_rows rows = {0};
	int ret = trace_get(load, &rows, err);

	*n = load->n ? load->n : rows.count;
	free(rows.row);
	return ret;
}

/* Sets the load's bounds. An input has at least the bytes that name its row. */
static int trace_measure(struct pvq_load *load, struct pvq_table_rows *rows, struct pvq_error *err)
{
	struct trace_row *row = rows->row;

	for (size_t r = 0; r < rows->count; r++) {
		row[r].in = row[r].in < LEAST_IN ? LEAST_IN : row[r].in;
		row[r].out = row[r].out < 1 ? 1 : row[r].out;
		if (row[r].in > PVQ_BYTES_MAX || row[r].out > PVQ_BYTES_MAX ||
			(double)row[r].work_ns * load->arg[SCALE].d > longest_ns ||
			(double)row[r].wait_ns * load->arg[SCALE].d > longest_ns)
			return pvq_fail(err, -EINVAL,
				"trace: row %zu: an item takes at most %g s, and %d bytes each way", r + 1,
				longest_ns / 1e9, PVQ_BYTES_MAX);
		load->max_in = row[r].in > load->max_in ? row[r].in : load->max_in;
		load->max_out = row[r].out > load->max_out ? row[r].out : load->max_out;
	}
	return 0;
}

static int trace_build(struct pvq_load *load, struct pvq_error *err)
{
	struct trace *trace = calloc(1, sizeof(*trace));
	int ret;

	load->priv = trace;
	if (!trace)
		return pvq_fail(err, -ENOMEM, "trace: cannot read a file");
	trace_settle(load->arg);
	ret = trace_get(load, &trace->rows, err);
	if (ret == 0)
		ret = trace_measure(load, &trace->rows, err);
	if (ret)
		return ret;
	trace->bytes = pvq_payload_make(load->seed, load->max_in + trace->rows.count * 8);
	if (!trace->bytes)
		return pvq_fail(err, -ENOMEM, "trace: cannot make the inputs");
	for (size_t r = 0; r < trace->rows.count; r++)
		trace->bytes[r] = (trace->bytes[r] & ~(uint64_t)UINT32_MAX) | r;
	return 0;
}

static struct pvq_span trace_input(const struct pvq_load *load, uint64_t id, void *scratch)
{
	const struct trace *trace = load->priv;
	size_t r = id % trace->rows.count;

	(void)scratch;
	return (struct pvq_span){
		.ptr = trace->bytes + r, .len = ((const struct trace_row *)trace->rows.row)[r].in};
}

static struct pvq_enact trace_item(const struct pvq_load *load, size_t r)
{
	const struct trace_row *row =
		(const struct trace_row *)((const struct trace *)load->priv)->rows.row + r;

	return (struct pvq_enact){
		.steps = pvq_kernel_steps((double)row->work_ns * load->arg[SCALE].d, load->arg[RATE].u),
		.wait_ns = (uint64_t)((double)row->wait_ns * load->arg[SCALE].d),
		.out = row->out};
}

static ssize_t trace_run(const struct pvq_load *load, const void *in, size_t len, void *out, size_t cap)
{
	const struct trace *trace = load->priv;
	struct pvq_enact item;
	uint64_t word;

	if (len < sizeof(word))
		return -EBADMSG;
	memcpy(&word, in, sizeof(word));
	word &= UINT32_MAX;
	if (word >= trace->rows.count || len != ((const struct trace_row *)trace->rows.row)[word].in)
		return -EBADMSG;
	if (cap < load->max_out)
		return -EMSGSIZE;
	item = trace_item(load, word);
	return pvq_enact_run(&item, in, len, out, cap);
}

static ssize_t trace_expect(const struct pvq_load *load, uint64_t id, void *out, size_t cap)
{
	struct pvq_enact item = trace_item(load, id % ((const struct trace *)load->priv)->rows.count);

	return pvq_enact_expect(&item, trace_input(load, id, NULL), out, cap);
}

static void trace_free(struct pvq_load *load)
{
	struct trace *trace = load->priv;

	if (trace) {
		free(trace->rows.row);
		free(trace->bytes);
	}
	free(trace);
}

const struct pvq_task pvq_task_trace = {
	.name = "trace",
	.summary = "re-enacts durations and sizes that were measured elsewhere",
	.plain = "items of the trace {file}",
	.situation = PVQ_SITUATION_UNEVEN,
	.args = trace_args,
	.uneven = 1,
	.settle = trace_settle,
	.count = trace_count,
	.build = trace_build,
	.input = trace_input,
	.run = trace_run,
	.expect = trace_expect,
	.free = trace_free,
};
