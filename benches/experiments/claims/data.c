/* data.c: the claims themselves, and reading what was measured for them. */
#include "base/rundir.h"
#include "experiments/claims/claims.h"

#include <errno.h>
#include <string.h>

static const struct pvq_claim_pair pool_pairs[] = {
	{"python_pool_imap", "python_process_queue"},
	{"python_pool_imap_unordered", "python_process_queue"},
	{"python_pool_map", "python_process_queue"},
	{"python_executor", "python_process_queue"},
	{"pool_unordered", "fork_pipe_queue"},
	{0},
};
static const struct pvq_claim_pair order_pairs[] = {
	{"python_pool_imap_unordered", "python_pool_imap"},
	{"pool_unordered", "pool_ordered"},
	{0},
};
static const struct pvq_claim_pair thread_pairs[] = {
	{"python_threads", "python_pool_imap_unordered"},
	{"python_threads", "python_process_queue"},
	{"python_threads_gil", "python_pool_imap_unordered"},
	{"python_threads_gil", "python_process_queue"},
	{"pthread_queue", "fork_pipe_queue"},
	{"pthread_queue", "pool_unordered"},
	{0},
};
static const struct pvq_claim_pair transport_pairs[] = {
	{"fork_pipe_queue", "pool_unordered"},
	{"mqueue", "pool_unordered"},
	{0},
};
static const char *const more_workers[] = {"pool_unordered", "fork_pipe_queue", "pthread_queue",
	"openmp_dynamic", "pthreadpool", "python_pool_imap_unordered", "python_process_queue",
	"python_threads", NULL};
#define COUNT(table) (sizeof(table) / sizeof((table)[0]) - 1)
#define FITS(pairs, metrics)                                                  \
	_Static_assert(COUNT(pairs) * ((metrics) + 1) <= PVQ_CLAIM_LINES_MAX, \
		"raise PVQ_CLAIM_LINES_MAX: a claim has more lines")
FITS(pool_pairs, 3);
FITS(order_pairs, 2);
FITS(thread_pairs, 1);
FITS(transport_pairs, 1);
_Static_assert(COUNT(more_workers) <= PVQ_CLAIM_STRATEGIES_MAX,
	"raise PVQ_CLAIM_STRATEGIES_MAX: a claim has more strategies");

static const char *const of_the_sweep[] = {"deflate", "echo", "skew", "sleep", "spin", NULL};
static const char *const waiting_or_not[] = {"sleep", "spin", NULL};
static const char *const bytes_or_not[] = {"echo", "spin", NULL};

const struct pvq_claim pvq_claims[] = {
	{.question = "Is Pool faster than Process + Queue?",
		.about = "The pool's time divided by that of processes and queues by hand, in CPython "
			 "and in C. Below 1 the pool is faster. CPython's pools hand over one item at "
			 "a time: `imap`, `imap_unordered` and `Executor.map` do so unless given a "
			 "chunksize. `Pool.map` cuts the items into four chunks per worker, and returns "
			 "nothing before all are done. These items are long; for short ones, see *What "
			 "does the chunk size decide?*, above.",
		.pair = pool_pairs,
		.metric = {PVQ_MAP_NS, PVQ_TOTAL_NS, PVQ_FIRST_NS},
		.metrics = 3,
		.said = 1,
		.task = of_the_sweep},
	{.question = "Is imap_unordered faster than imap, and when?",
		.about = "Both deliver the same results, but the unordered one does not wait for the "
			 "next in line. Besides the whole map, this compares the time to the first "
			 "result, and how long results were held back by an earlier one. `straggler` is "
			 "the case in point: its items sleep for 1 ms, the first of them for 20 ms, and "
			 "only a strategy that keeps no order has a result before then. See also *What "
			 "keeping the order costs*.",
		.pair = order_pairs,
		.metric = {PVQ_MAP_NS, PVQ_FIRST_NS},
		.metrics = 2,
		.said = 2,
		.load = "straggler:us=1000,times=20",
		.blocked = 1},
	{.question = "What do more workers than cores cost?",
		.about = "Map time with more workers than cores, divided by that with one per core. The "
			 "last column hints at the reason: where workers queue for the CPUs, so does "
			 "the consumer, which then finds several results at a time and is woken less "
			 "often. Chunk sizes are the default ones. *How many workers?* has all "
			 "strategies, from fewer blocks.",
		.more_workers = more_workers,
		.metric = {PVQ_MAP_NS},
		.metrics = 1,
		.task = waiting_or_not},
	{.question = "Threads or processes, for tasks that wait and for tasks that compute?",
		.about = "`sleep` waits, `spin` computes. The threads' time is divided by the "
			 "processes'. CPython lets other threads run while compiled code works "
			 "(`python_threads`), but not while its own code does: `python_threads_gil` "
			 "holds the lock for as long as the task takes, even while it waits. (CPython's "
			 "own `time.sleep()` releases it, as `python_threads` does.)",
		.pair = thread_pairs,
		.metric = {PVQ_MAP_NS},
		.metrics = 1,
		.said = 1,
		.task = waiting_or_not},
	{.question = "What does a pipe cost, compared with shared memory?",
		.about = "`echo` moves 64 KiB to the worker and 64 KiB back for each item, `spin` 8 "
			 "bytes. The strategies differ in more than the transport: the pool over shared "
			 "memory hands over several short items at once, and whichever side is awake "
			 "continues without a system call. So the pipe is only part of the difference on "
			 "`spin`. The ratio covers whole maps, with the tasks' own work and the "
			 "checking of results; the difference per item is free of both. `mqueue` uses "
			 "POSIX message queues, whose messages are too short for `echo`'s items here.",
		.pair = transport_pairs,
		.metric = {PVQ_MAP_NS},
		.metrics = 1,
		.said = 1,
		.per_item = 1,
		.task = bytes_or_not},
	{0},
};

int pvq_claim_has_task(const struct pvq_claim *claim, const char *task)
{
	for (size_t i = 0; claim->task && claim->task[i]; i++)
		if (strcmp(claim->task[i], task) == 0)
			return 1;
	return !claim->task;
}

const struct pvq_cell *pvq_claims_chunk(
	const struct pvq_summary *s, const char *impl, const struct pvq_row *like, int best)
{
	const struct pvq_cell *found = NULL;

	for (size_t c = 0; c < s->cells; c++) {
		const struct pvq_cell *cell = &s->cell[c];

		if (!cell->ok || strcmp(cell->key->impl, impl) != 0 ||
			strcmp(cell->key->task, like->task) != 0 ||
			strcmp(cell->key->args, like->args) != 0 || cell->key->n != like->n ||
			cell->key->cores != like->cores || cell->key->workers != like->workers)
			continue;
		/* The cells of a strategy are in the order of their chunks. */
		if (!found || (best && cell->metric[PVQ_MAP_NS].median < found->metric[PVQ_MAP_NS].median))
			found = cell;
	}
	return found;
}

int pvq_claims_read(struct pvq_claims_seen *seen, const struct pvq_registry *registry, const char *dir)
{
	int ret;

	*seen = (struct pvq_claims_seen){0};
	ret = pvq_rows_read_file(dir, PVQ_CLAIMS_FILE, &seen->rows);
	if (ret == 0 && seen->rows.count == 0)
		ret = -ENOENT;
	if (ret == 0)
		ret = pvq_summarise(&seen->summary, registry, &seen->rows);
	if (ret == 0 && pvq_rundir_has(dir, PVQ_CLAIMS_CHUNKS_FILE))
		(void)pvq_rows_read_file(dir, PVQ_CLAIMS_CHUNKS_FILE,
			&seen->chunk_rows); /* keeps the rows before any damage */
	if (ret == 0)
		ret = pvq_summarise(&seen->chunks, registry, &seen->chunk_rows);
	if (ret)
		pvq_claims_free(seen);
	return ret;
}

void pvq_claims_free(struct pvq_claims_seen *seen)
{
	pvq_summary_free(&seen->summary);
	pvq_summary_free(&seen->chunks);
	pvq_rows_free(&seen->rows);
	pvq_rows_free(&seen->chunk_rows);
	*seen = (struct pvq_claims_seen){0};
}
