/* tbb_tasks.cc: oneTBB's task_group: one run() for each item, then wait() for all.
 *
 *	for each i:  group.run(out[i] = run(input(i)))        wait(), then put() all of them
 *
 * needs: libtbb-dev <oneapi/tbb/task_group.h> -ltbb
 */
#include "common/batch.h"
#include "common/tbb_threads.h"

#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/task_arena.h>
#include <oneapi/tbb/task_group.h>

#include <cerrno>
#include <memory>
#include <new>

namespace
{

struct tbb_tasks {
	pvq_batch batch;
	/* Without it an arena has at most as many threads as there are CPUs. */
	tbb::global_control limit;
	tbb::task_arena arena;

	explicit tbb_tasks(const pvq_opts *opts)
	    : batch(), limit(tbb::global_control::max_allowed_parallelism, opts->workers),
	      arena(static_cast<int>(opts->workers))
	{
	}
};

/* Calls f. No exception may reach the C side. */
template <typename body> int guarded(pvq_error *err, const body &what)
{
	try {
		return what();
	} catch (const std::bad_alloc &) {
		return pvq_fail(err, -ENOMEM, "oneTBB");
	} catch (const std::exception &e) {
		return pvq_fail(err, -EIO, "oneTBB reports '%s'", e.what());
	}
}

void tune(const pvq_load *, pvq_opts *opts)
{
	opts->chunk = 1;
	opts->window = 0; /* the whole batch */
}

int start(void **self, const pvq_load *load, const pvq_opts *opts, pvq_error *err)
{
	return guarded(err, [&] {
		auto t = std::make_unique<tbb_tasks>(opts);
		int ret;

		pvq_tbb_start_threads(t->arena, opts->workers);
		ret = pvq_batch_init(&t->batch, load, opts->workers, err);
		if (ret == 0)
			*self = t.release();
		return ret;
	});
}

void loop(pvq_batch *batch)
{
	tbb::task_group group;

	for (uint64_t i = 0; i < batch->count; i++)
		group.run([batch, i] { pvq_batch_run(batch, i); });
	group.wait();
}

int map(void *self, pvq_sink *sink, pvq_error *err)
{
	auto *t = static_cast<tbb_tasks *>(self);

	return guarded(err, [&] {
		int ret = 0;

		for (pvq_batch_rewind(&t->batch); ret == 0 && t->batch.count > 0;) {
			t->arena.execute([t] { loop(&t->batch); });
			ret = pvq_batch_put(&t->batch, sink, err);
		}
		return ret;
	});
}

int stop(void *self, pvq_error *)
{
	auto *t = static_cast<tbb_tasks *>(self);

	pvq_batch_free(&t->batch);
	delete t;
	return 0;
}

} // namespace

extern "C" const pvq_impl pvq_impl_tbb_tasks;
const pvq_impl pvq_impl_tbb_tasks = {"tbb_tasks", "oneTBB: task_group, a task for each item", PVQ_ORDERED,
	PVQ_VIA_POINTER, PVQ_VIA_POINTER, PVQ_CALLER_WORKS | PVQ_REUSABLE | PVQ_LINGERS, nullptr, tune,
	start, map, stop, PVQ_PEER_VERSION, nullptr, nullptr};
