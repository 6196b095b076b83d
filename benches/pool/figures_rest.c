/* figures_rest.c: large items (payload, echo), many workers that wait (sleep), the CPU time of an idle pool (idle), and
 * memory with very many items (memory).
 */
#include "pool/figures.h"

enum { ORDERED, UNORDERED, ORDERS };

static const char *const pool_name[] = {"pool_ordered", "pool_unordered"};
static const char *const order_name[] = {"ordered", "unordered"};

/* ---- payload: large items both ways ---- */

enum { PAYLOAD_PEER = ORDERS };

static void payload_plan(struct pool_sheet *s, const struct pool_lab *lab)
{
	const char *const who[] = {pool_name[ORDERED], pool_name[UNORDERED], "fork_pipe_queue"};

	for (unsigned i = 0; i <= PAYLOAD_PEER; i++)
		pool_sheet_add(s, (struct pool_cell){.measure = POOL_MEASURE_PAYLOAD,
					  .who = who[i],
					  .work = "payload",
					  .workers = lab->cores,
					  .n = 256,
					  .arg = 1 << 20});
}

static void payload_print(
	const struct pool_table *t, const struct pool_sheet *s, const struct pool_lab *lab)
{
	double bytes = (double)s->cell[0].n * (double)s->cell[0].arg * 2;

	for (unsigned o = 0; o < ORDERS; o++) {
		struct pool_values v;
		struct pool_finding finding = {
			.unit = "GB/s",
			.peer_name = "fork_pipe_queue",
			.margin_unit = "",
			.target = 3,
			.target_text = "≥ 3 of peer",
			.at_least = 1,
		};

		snprintf(finding.what, sizeof(finding.what), "1 MiB, %s", order_name[o]);
		pool_split_two(&v.split, s, lab, o, PAYLOAD_PEER);
		for (unsigned b = 0; b < s->blocks; b++) {
			v.ours[b] = bytes / s->value[o][b];
			v.peer[b] = bytes / s->value[PAYLOAD_PEER][b];
			v.margin[b] = v.ours[b] / v.peer[b];
		}
		pool_finding_settle(&finding, &v);
		pool_table_rows(t, &finding);
	}
}

const struct pool_figure pool_figure_payload = {
	.name = "payload",
	.by_level = 1,
	.summary = "bytes per second, 1 MiB both ways, against fork_pipe_queue",
	.plan = payload_plan,
	.print = payload_print,
};

/* ---- echo: the same as in reports, with its check of every byte ---- */

static const struct {
	const char *who, *name;
	double target;
	const char *target_text;
} echo_pool[] = {
	{"pool_ordered", "64 KiB both ways, ordered", 0.9, "≥ 0.9 of peer"},
	{"pool_unordered", "64 KiB both ways, unordered", 1, "≥ 1 of peer"},
	{"pool_inherit", "64 KiB both ways, inputs inherited", 1, "≥ 1 of peer"},
};

enum { ECHO_POOLS = sizeof(echo_pool) / sizeof(echo_pool[0]) };

static void echo_plan(struct pool_sheet *s, const struct pool_lab *lab)
{
	struct pool_cell cell = {.measure = POOL_MEASURE_TRIAL,
		.work = "echo:in=65536,out=65536",
		.workers = lab->cores,
		.n = 4096};

	for (unsigned i = 0; i <= ECHO_POOLS; i++) {
		cell.who = i < ECHO_POOLS ? echo_pool[i].who : "go_channels";
		pool_sheet_add(s, cell);
	}
}

static void echo_print(const struct pool_table *t, const struct pool_sheet *s, const struct pool_lab *lab)
{
	for (unsigned p = 0; p < ECHO_POOLS; p++) {
		struct pool_values v;
		struct pool_finding finding = {
			.unit = "k/s",
			.peer_name = "go_channels",
			.margin_unit = "",
			.target = echo_pool[p].target,
			.target_text = echo_pool[p].target_text,
			.at_least = 1,
		};

		snprintf(finding.what, sizeof(finding.what), "%s", echo_pool[p].name);
		pool_split_two(&v.split, s, lab, p, ECHO_POOLS);
		for (unsigned b = 0; b < s->blocks; b++) {
			v.ours[b] = (double)s->cell[p].n / s->value[p][b] * 1e6;
			v.peer[b] = (double)s->cell[p].n / s->value[ECHO_POOLS][b] * 1e6;
			v.margin[b] = v.ours[b] / v.peer[b];
		}
		pool_finding_settle(&finding, &v);
		pool_table_rows(t, &finding);
	}
}

const struct pool_figure pool_figure_echo = {
	.name = "echo",
	.by_level = 1,
	.summary = "items per second, 64 KiB both ways, as in reports, against go_channels",
	.plan = echo_plan,
	.print = echo_print,
};

/* ---- sleep: more workers than cores ---- */

static const double sleep_ns = 10e6;

static void sleep_plan(struct pool_sheet *s, const struct pool_lab *lab)
{
	(void)lab;
	for (unsigned o = 0; o < ORDERS; o++)
		pool_sheet_add(s, (struct pool_cell){.measure = POOL_MEASURE_MAP,
					  .who = pool_name[o],
					  .work = "sleep",
					  .workers = 1024,
					  .n = 51200, /* 50 rounds; the first wakes all workers */
					  .arg = (uint64_t)sleep_ns});
}

static void sleep_print(const struct pool_table *t, const struct pool_sheet *s, const struct pool_lab *lab)
{
	for (unsigned o = 0; o < ORDERS; o++) {
		const struct pool_cell *cell = &s->cell[o];
		struct pool_values v;
		struct pool_finding finding = {
			.unit = "k/s",
			.peer_name = "ideal",
			.margin_unit = "",
			.target = 0.9,
			.target_text = "≥ 0.9 of ideal",
			.at_least = 1,
		};

		snprintf(finding.what, sizeof(finding.what), "%u sleep, %s", cell->workers, order_name[o]);
		pool_split_two(&v.split, s, lab, o, o);
		for (unsigned b = 0; b < s->blocks; b++) {
			v.ours[b] = (double)cell->n / s->value[o][b] * 1e6;
			v.peer[b] = cell->workers / sleep_ns * 1e6;
			v.margin[b] = v.ours[b] / v.peer[b];
		}
		pool_finding_settle(&finding, &v);
		pool_table_rows(t, &finding);
	}
}

const struct pool_figure pool_figure_sleep = {
	.name = "sleep",
	.summary = "1,024 workers, tasks that sleep 10 ms, against workers / 10 ms",
	.plan = sleep_plan,
	.print = sleep_print,
};

/* ---- idle: what waiting costs ---- */

/* Measures without work, and in a map whose only item keeps the caller and all other workers waiting. */
static void idle_plan(struct pool_sheet *s, const struct pool_lab *lab)
{
	const uint64_t five_s = 5000000000u;

	pool_sheet_add(s, (struct pool_cell){.measure = POOL_MEASURE_IDLE,
				  .who = "pool_unordered",
				  .work = "noop",
				  .workers = lab->cores,
				  .n = 100000,
				  .arg = five_s});
	pool_sheet_add(s, (struct pool_cell){.measure = POOL_MEASURE_WAIT,
				  .who = "pool_unordered",
				  .work = "sleep",
				  .workers = lab->cores,
				  .n = 1,
				  .arg = five_s});
}

static void idle_print(const struct pool_table *t, const struct pool_sheet *s, const struct pool_lab *lab)
{
	static const char *const what[] = {"idle 5 s: CPU of all", "item of 5 s: CPU of all"};

	for (unsigned i = 0; i < sizeof(what) / sizeof(what[0]); i++) {
		struct pool_values v;
		struct pool_finding finding = {
			.unit = "ms",
			.target = 10,
			.target_text = "< 10 ms, every time",
			.every = 1,
		};

		snprintf(finding.what, sizeof(finding.what), "%s", what[i]);
		pool_split_two(&v.split, s, lab, i, i);
		for (unsigned b = 0; b < s->blocks; b++)
			v.ours[b] = s->value[i][b] / 1e6;
		pool_finding_settle(&finding, &v);
		pool_table_rows(t, &finding);
	}
}

const struct pool_figure pool_figure_idle = {
	.name = "idle",
	.summary = "CPU time that a pool uses while it waits for 5 s",
	.blocks_most = 2,
	.plan = idle_plan,
	.print = idle_print,
};

/* ---- memory: flat in the number of items ---- */

enum { FEW, MANY, AMOUNTS };

static void memory_plan(struct pool_sheet *s, const struct pool_lab *lab)
{
	const uint64_t n[AMOUNTS] = {100000, 100000000};

	for (unsigned o = 0; o < ORDERS; o++)
		for (unsigned i = 0; i < AMOUNTS; i++)
			pool_sheet_add(s, (struct pool_cell){.measure = POOL_MEASURE_MEMORY,
						  .who = pool_name[o],
						  .work = "noop",
						  .workers = lab->cores,
						  .n = n[i],
						  .group = o});
}

static void memory_print(const struct pool_table *t, const struct pool_sheet *s, const struct pool_lab *lab)
{
	for (unsigned o = 0; o < ORDERS; o++) {
		struct pool_values v;
		struct pool_finding finding = {
			.unit = "MiB",
			.peer_name = "at 10^5",
			.margin_unit = " MiB",
			.target = 2,
			.target_text = "≤ 2 MiB, every time",
			.every = 1,
		};

		snprintf(finding.what, sizeof(finding.what), "peak RSS at 10^8, %s", order_name[o]);
		pool_split_two(&v.split, s, lab, o * AMOUNTS + MANY, o * AMOUNTS + FEW);
		for (unsigned b = 0; b < s->blocks; b++) {
			v.ours[b] = s->value[o * AMOUNTS + MANY][b] / 1024;
			v.peer[b] = s->value[o * AMOUNTS + FEW][b] / 1024;
			v.margin[b] = v.ours[b] - v.peer[b];
		}
		pool_finding_settle(&finding, &v);
		pool_table_rows(t, &finding);
	}
}

const struct pool_figure pool_figure_memory = {
	.name = "memory",
	.summary = "the caller's peak resident size at 10^8 items against 10^5",
	.blocks_most = 3,
	.plan = memory_plan,
	.print = memory_print,
};
