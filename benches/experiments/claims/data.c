/* data.c: the claims themselves, and what was measured of them. */
#include "experiments/claims/claims.h"

#include <errno.h>
#include <string.h>

static const struct pvq_claim_pair pool_pairs[] = {
	{"python_pool_imap_unordered", "python_process_queue"},
	{"python_pool_map", "python_process_queue"},
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
static const char *const of_the_sweep[] = {"deflate", "echo", "skew", "sleep", "spin", NULL};
static const char *const waiting_or_not[] = {"sleep", "spin", NULL};
static const char *const bytes_or_not[] = {"echo", "spin", NULL};

const struct pvq_claim pvq_claims[] = {
	{.question = "Is Pool faster than Process + Queue?",
		.about =
			"The pool's time divided by that of processes and queues by hand, in CPython and in C. Below 1 the pool is "
			"faster. CPython's pool hands over one item at a time, which is what `imap` and `imap_unordered` do "
			"unless they are given a chunksize; `Pool.map` cuts the items into four chunks a worker, and gives nothing back before "
			"all are done.",
		.pair = pool_pairs,
		.metric = {PVQ_MAP_NS, PVQ_TOTAL_NS, PVQ_FIRST_NS},
		.metrics = 3,
		.said = 1,
		.task = of_the_sweep},
	{.question = "Is imap_unordered faster than imap, and when?",
		.about =
			"Both deliver the same results; the first does not wait for the next in line. Besides the whole map, "
			"the time until the first result, and how long results were held back for one before them. `straggler` is "
			"the case in point: its items sleep for 1 ms, the first of them for 20 ms, and only whoever keeps no order "
			"has something to show until then. More of that: *What keeping the order costs*, below.",
		.pair = order_pairs,
		.metric = {PVQ_MAP_NS, PVQ_FIRST_NS},
		.metrics = 2,
		.said = 2,
		.load = "straggler:us=1000,times=20",
		.blocked = 1},
	{.question = "What do more workers than cores cost?",
		.about =
			"Map time with more workers than cores, divided by that with one a core. The last column is a hint at why: "
			"where workers queue for the CPUs, so does the consumer, which then finds several results at a time and is "
			"woken less often. *How many workers?*, further on, has all strategies, from fewer blocks.",
		.more_workers = more_workers,
		.metric = {PVQ_MAP_NS},
		.metrics = 1,
		.task = waiting_or_not},
	{.question = "Threads or processes, for tasks that wait and for tasks that compute?",
		.about =
			"`sleep` waits, `spin` computes. The threads' time divided by the processes'. CPython lets other "
			"threads run while compiled code works (`python_threads`), and does not while its own does: "
			"`python_threads_gil` holds on to the lock for as long as the task takes, also while it waits. (CPython's "
			"own `time.sleep()` lets go of it, as `python_threads` does.)",
		.pair = thread_pairs,
		.metric = {PVQ_MAP_NS},
		.metrics = 1,
		.said = 1,
		.task = waiting_or_not},
	{.question = "What does sharing through a pipe cost, against shared memory?",
		.about =
			"`echo` moves 64 KiB to the worker and 64 KiB back for each item, `spin` 8 bytes. The two differ in more than "
			"the transport: the pool over shared memory hands over several short items at once and lets whoever "
			"is awake go on without a system call, so that of `spin`'s difference the pipe itself is a part. The ratio is "
			"that of whole maps, the tasks' own work and the checking of results included; the difference for an item is "
			"free of both. `mqueue` is POSIX message queues, whose messages are too short for `echo`'s items here.",
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

int pvq_claims_read(struct pvq_claims_seen *seen, const struct pvq_registry *registry, const char *dir)
{
	int ret;

	*seen = (struct pvq_claims_seen){0};
	ret = pvq_rows_read_file(dir, "claims.csv", &seen->rows);
	if (ret == 0 && seen->rows.count == 0)
		ret = -ENOENT;
	if (ret == 0)
		ret = pvq_summarise(&seen->summary, registry, &seen->rows);
	if (ret)
		pvq_claims_free(seen);
	return ret;
}

void pvq_claims_free(struct pvq_claims_seen *seen)
{
	pvq_summary_free(&seen->summary);
	pvq_rows_free(&seen->rows);
	*seen = (struct pvq_claims_seen){0};
}
