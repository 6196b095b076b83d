/* run_tbb.cc: oneTBB's parallel_for with the simple partitioner at grain 1, so that each item is a task. */
#include "base/clock.h"
#include "pool/runner.h"

#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/partitioner.h>
#include <oneapi/tbb/task_arena.h>

#include <cerrno>
#include <new>

namespace
{

/* No exception may reach the C side. */
template <typename body> int guarded(pvq_error *err, const body &what)
{
	try {
		what();
		return 0;
	} catch (const std::bad_alloc &) {
		return pvq_fail(err, -ENOMEM, "oneTBB");
	} catch (const std::exception &e) {
		return pvq_fail(err, -EIO, "oneTBB says '%s'", e.what());
	}
}

int tbb_start(void **self, const pool_job *job, pvq_error *err)
{
	return guarded(err, [&] { *self = new tbb::task_arena(static_cast<int>(job->workers)); });
}

void tbb_loop(const pool_job *job)
{
	tbb::parallel_for(
		tbb::blocked_range<uint64_t>(0, job->n, 1),
		[job](const tbb::blocked_range<uint64_t> &range) {
			for (uint64_t id = range.begin(); id != range.end(); id++)
				pool_job_item(job, id);
		},
		tbb::simple_partitioner());
}

int tbb_map(void *self, pool_job *job, pvq_error *err)
{
	auto *arena = static_cast<tbb::task_arena *>(self);
	uint64_t from = pvq_clock_ns();
	int ret = guarded(err, [&] { arena->execute([&] { tbb_loop(job); }); });

	job->map_ns = pvq_clock_ns() - from;
	pool_job_add_up(job);
	return ret;
}

int tbb_stop(void *self, pvq_error *)
{
	delete static_cast<tbb::task_arena *>(self);
	return 0;
}

} // namespace

const pool_runner pool_runner_tbb = {"tbb", tbb_start, tbb_map, tbb_stop};
